/** Writes docs/reference/commands.md from the commands' own descriptions, which `--help` shows. */
import type { Argument, Command, Option } from 'commander';
import { COMMANDS } from '../../packages/gatewright/command/commands.ts';

export const COMMAND_PAGE = 'docs/reference/commands.md';

const INTRODUCTION = `# Commands

Every command of \`gatewright\`, printed by \`npm run schemas\` from the text of \`gatewright COMMAND --help\`. Options of \`start\` can be set in [a settings file](../guides/run/settings.md). Guides: [the map](../README.md).

Exit codes: 0 success, 1 an error that you can fix, 70 a bug in Gatewright. \`--help\` of a command lists any others. With \`--json\` stdout has one object per line; the last line of stderr is an \`error\` with \`code\` and \`message\`, if any.`;

const COMMON = `## Common options

These options mean the same in every command that lists them under "Common".`;

/** An option that at least this number of commands share, in more than one group, is printed only once. */
const COMMON_FROM = 3;

type Entry = { readonly path: readonly string[]; readonly command: Command };

export async function loadCommands(): Promise<readonly Command[]> {
  return await Promise.all([...COMMANDS.values()].map((load) => load()));
}

export async function printCommandReference(): Promise<string> {
  const entries = (await loadCommands()).flatMap((command) => listEntries(command, []));
  const common = findCommon(entries);
  const sections = entries.map((entry, at) => describe(entry, entries.slice(0, at), common));
  return `${[INTRODUCTION, COMMON, [...common.values()].map(printOption).join('\n'), ...sections].join('\n\n')}\n`;
}

function listEntries(command: Command, parents: readonly string[]): readonly Entry[] {
  const path = [...parents, command.name()];
  return [{ path, command }, ...command.commands.flatMap((child) => listEntries(child, path))];
}

/** Finds the common options. If several have the same name, only the one that most commands share is common. */
function findCommon(entries: readonly Entry[]): ReadonlyMap<string, Option> {
  const uses = entries.flatMap(({ path, command }) =>
    optionsOf(command).map((option) => ({ group: path[0], option, text: printOption(option) })),
  );
  const common = [...Map.groupBy(uses, ({ text }) => text).values()]
    .filter((same) => same.length >= COMMON_FROM && new Set(same.map(({ group }) => group)).size > 1)
    .toSorted((one, other) => other.length - one.length)
    .flatMap(([first]) => (first === undefined ? [] : [first]));
  const names = common.map(({ option }) => option.name());
  return new Map(
    common
      .filter(({ option }, at) => names.indexOf(option.name()) === at)
      .map(({ option, text }) => [text, option]),
  );
}

function describe(
  { path, command }: Entry,
  earlier: readonly Entry[],
  common: ReadonlyMap<string, Option>,
): string {
  const name = path.join(' ');
  const options = optionsOf(command);
  const own = options.filter((option) => !common.has(printOption(option)));
  const model = earlier.find((entry) => isModel(entry, path, own));
  const again = model === undefined ? [] : shared(own, model);
  const rows = [
    ...command.registeredArguments.map(printArgument),
    ...own.filter((option) => !again.includes(option)).map(printOption),
    ...(model === undefined
      ? []
      : [printNames(`As in [\`${model.path.join(' ')}\`](#${model.path.join('-')})`, again)]),
    ...printCommon(options.filter((option) => common.has(printOption(option)))),
  ];
  return [
    `${'#'.repeat(path.length + 1)} ${name}`,
    `${printUsage(name, command)}${command.description()}`,
    ...(rows.length === 0 ? [] : [rows.join('\n')]),
  ].join('\n\n');
}

/**
 * Whether a command can refer to the options of this earlier entry instead of printing them again: the entry is of the
 * same group, or shares several options.
 */
function isModel(entry: Entry, path: readonly string[], own: readonly Option[]): boolean {
  const { length } = shared(own, entry);
  return length >= (entry.path[0] === path[0] ? 1 : COMMON_FROM);
}

function optionsOf(command: Command): readonly Option[] {
  return command.options.filter(({ hidden }) => !hidden);
}

function shared(options: readonly Option[], { command }: Entry): readonly Option[] {
  const texts = new Set(optionsOf(command).map(printOption));
  return options.filter((option) => texts.has(printOption(option)));
}

/** Prints the arguments in their order, if there are any. */
function printUsage(name: string, { registeredArguments, commands }: Command): string {
  if (registeredArguments.length === 0 || commands.length > 0) return '';
  const words = registeredArguments.map((argument) => {
    const word = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${word}>` : `[${word}]`;
  });
  return `\`gatewright ${name} ${words.join(' ')}\`: `;
}

function printArgument(argument: Argument): string {
  return printRow(argument.name(), argument.description, [
    printChoices(argument.argChoices),
    printDefault(argument.defaultValue),
  ]);
}

function printOption({ flags, description, mandatory, argChoices, ...option }: Option): string {
  return printRow(flags, description, [
    mandatory ? 'required' : '',
    printChoices(/\|/.test(flags) ? undefined : argChoices),
    option.defaultValueDescription === undefined
      ? printDefault(option.defaultValue)
      : `default: ${option.defaultValueDescription}`,
    option.envVar === undefined ? '' : `environment: \`${option.envVar}\``,
  ]);
}

function printRow(name: string, what: string, notes: readonly string[]): string {
  const end = notes.filter((note) => note !== '' && note !== 'default: none').join('; ');
  if (end === '') return `- \`${name}\`: ${what}`;
  return `- \`${name}\`: ${what.endsWith(')') ? `${what.slice(0, -1)}; ${end})` : `${what} (${end})`}`;
}

function printChoices(choices: readonly string[] | undefined): string {
  return choices === undefined ? '' : `one of ${choices.join(', ')}`;
}

function printDefault(value: unknown): string {
  const [text] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return typeof text === 'string' || typeof text === 'number' ? `default: \`${text}\`` : '';
}

function printCommon(options: readonly Option[]): readonly string[] {
  return options.length === 0 ? [] : [printNames('Common', options)];
}

function printNames(title: string, options: readonly Option[]): string {
  return `- ${title}: ${options.map(({ long }) => `\`${long ?? ''}\``).join(', ')}`;
}
