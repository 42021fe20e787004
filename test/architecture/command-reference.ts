/** docs/reference/commands.md, made of what the commands say of themselves under `--help`. */
import type { Argument, Command, Option } from 'commander';
import { COMMANDS } from '../../packages/gatewright/command/commands.ts';

export const COMMAND_PAGE = 'docs/reference/commands.md';

const INTRODUCTION = `# Commands

Every command of \`gatewright\` with its arguments and options, made from the commands by \`npm run docs\`; \`gatewright COMMAND --help\` says the same. Options of \`start\` can stand in [a settings file](../guides/run/settings.md). What they are for is told by the guides, from [the map](../README.md) on.

Each command ends with exit code 0 when it has done what it was asked, 1 where you can fix what it names, and 70 for a bug of ours, unless its own page says more.`;

export async function loadCommands(): Promise<readonly Command[]> {
  return await Promise.all([...COMMANDS.values()].map((load) => load()));
}

export async function printCommandReference(): Promise<string> {
  const commands = await loadCommands();
  return `${[INTRODUCTION, ...commands.flatMap((command) => describe(command, []))].join('\n\n')}\n`;
}

function describe(command: Command, parents: readonly string[]): readonly string[] {
  const path = [...parents, command.name()];
  const heading = `${'#'.repeat(path.length + 1)} ${path.join(' ')}`;
  const rows = [
    ...command.registeredArguments.map(describeArgument),
    ...command.options.filter(({ hidden }) => !hidden).map(describeOption),
  ];
  const children = command.commands.flatMap((child) => describe(child, path));
  const usage =
    children.length === 0 ? [`\`\`\`\ngatewright ${path.join(' ')} ${command.usage()}\n\`\`\``] : [];
  return [heading, escape(command.description()), ...usage, ...printRows(rows), ...children];
}

function printRows(
  rows: readonly (readonly [name: string, without: string, what: string])[],
): readonly string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(
    ([name, without, what]) => `| \`${escape(name)}\` | ${escape(without)} | ${escape(what)} |`,
  );
  return [['| name | when left out | what |', '| --- | --- | --- |', ...lines].join('\n')];
}

function describeArgument(argument: Argument): readonly [string, string, string] {
  const name = argument.variadic ? `${argument.name()} …` : argument.name();
  return [name, argument.required ? 'required' : '', argument.description];
}

function describeOption(option: Option): readonly [string, string, string] {
  return [option.flags, option.mandatory ? 'required' : defaultOf(option), option.description];
}

function defaultOf({ defaultValue, defaultValueDescription }: Option): string {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  return typeof defaultValue === 'string' || typeof defaultValue === 'number' ? `\`${defaultValue}\`` : '';
}

/** For a cell of a table. */
function escape(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
