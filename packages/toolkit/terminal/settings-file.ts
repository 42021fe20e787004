/**
 * Reads options from files next to the sources: `gatewright.yml`, and `custom.gatewright` of a serverless.yml. Options
 * have the same names and checks as on the command line. The command line takes precedence.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { InvalidArgumentError } from 'commander';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { isStackFolder, STACK_FOLDER } from '@gatewright/authoring/files/stack-files';
import { toSettingTexts } from '../../gateway/engine/settings.ts';
import { CHECK_SETTING, findOption, SERVICE_SETTINGS } from '../../gateway/engine/start-settings.ts';
import { UsageError } from '../../base/terminal/output.ts';
import type { Command, Option } from 'commander';
import type { Document, Pair } from 'yaml';
import { SETTINGS_FILE } from '@gatewright/authoring/files/parts-files';

/** Service files next to the gatewright.yml. The plug-in also reads them. */
const SERVICE_FILES = ['serverless.yml', 'serverless.yaml'];
/**
 * Matches the key `gatewright`, even if a comment follows it or the key contains escapes. A service file without a
 * match is not parsed, which saves 100 ms at startup.
 */
const MAY_HAVE_SETTINGS = /gatewright["']?\s*[:#]|\\[xuU]/;
/** Whether an option applies to a single run, and so does not describe how the stacks are served. */
const isOfOneRun = (name: string): boolean => name === 'help' || findOption(name)?.isOfOneRun === true;
/**
 * Maximum size of a file that is searched for settings. Reading a larger file would take longer than starting the
 * gateway.
 */
const SIZE_LIMIT_BYTES = 1024 * 1024;

type Entry = { readonly name: string; readonly value: unknown; readonly at: string; readonly folder: string };

export type Reading = {
  /** Receives one sentence per setting that the command cannot use. */
  readonly warn: (sentence: string) => void;
  /**
   * Whether the command accepts only some of the settings. Unknown names are then assumed to be for another command.
   */
  readonly isPart: boolean;
};

/**
 * Returns the names that a settings file may set for a command: its long options, except options that make sense for
 * one run only.
 */
export function settingNames(command: Command): readonly string[] {
  const names = command.options.map(({ long }) => (long ?? '').replace(/^--(?:no-)?/, ''));
  return [...new Set(names)].filter((name) => name !== '' && !isOfOneRun(name)).toSorted();
}

/**
 * Applies the files next to the sources to `command`. `sources:` of a `gatewright.yml` in the working directory is used
 * if the command line does not name any sources, and the files next to these sources are then read, too.
 * @throws UsageError with file and line for an unknown name, an invalid value, or two files that contradict each other
 */
export function applySettings(command: Command, { warn, isPart }: Reading): void {
  const isNamed = command.args.length > 0;
  const named = isNamed ? command.args : sourcesIn(join('.', SETTINGS_FILE));
  const folders = [...(isNamed ? [] : ['.']), ...named.map(folderOf)];
  const entries = [...new Set(folders.map((folder) => resolve(folder)))].flatMap((folder) => [
    ...readSettingsFile(join(folder, SETTINGS_FILE)),
    ...SERVICE_FILES.flatMap((name) => readServiceSettings(join(folder, name), warn)),
  ]);
  const decided = new Map<string, Entry>();
  for (const entry of entries) {
    const other = decided.get(entry.name);
    // The sources of another folder than the working directory are not used.
    if (entry.name === 'sources' && other !== undefined) continue;
    if (other !== undefined && JSON.stringify(other.value) !== JSON.stringify(entry.value))
      throw new UsageError(
        `${entry.at}: ${entry.name} has a different value in ${other.at}; set it in only one of the two places`,
      );
    decided.set(entry.name, entry);
  }
  for (const entry of decided.values())
    if (entry.name === 'sources') nameSources(command, entry, isNamed || entry.folder !== resolve('.'));
    else if (entry.name === CLAIMS_CHECKED) readPaths(entry);
    else if (PARTS.includes(entry.name)) assertStack(entry);
    else if (entry.name === CHECK_SETTING) continue;
    else if (!isPart || settingNames(command).includes(entry.name)) applySetting(command, entry);
}

/**
 * Settings that only the stack uses. They are read when the stack is compiled
 * (packages/toolkit/authoring/files/parts-files.ts).
 */
const PARTS: readonly string[] = ['parts', 'without'];
const CLAIMS_CHECKED = 'claimsChecked';

/**
 * Returns a function that decides whether a source file counts as checked by a person. This is the case if the file, or
 * a folder that contains it, is listed in `claimsChecked` of the gatewright.yml next to the sources.
 * @throws UsageError with file and line for a path that does not exist
 */
export function readClaimsChecked(sources: readonly string[]): (path: string) => boolean {
  const folders = [...new Set(sources.map((source) => resolve(folderOf(source))))];
  const paths = folders
    .flatMap((folder) => readSettingsFile(join(folder, SETTINGS_FILE)))
    .flatMap((entry) => (entry.name === CLAIMS_CHECKED ? readPaths(entry) : []));
  return (path) => paths.some((one) => path === one || path.startsWith(`${one}${sep}`));
}

/** Returns the entries of one setting in the settings files next to the sources. */
export function readSetting(
  sources: readonly string[],
  name: string,
): readonly Pick<Entry, 'value' | 'at'>[] {
  const folders = [...new Set(sources.map((source) => resolve(folderOf(source))))];
  return folders
    .flatMap((folder) => [
      ...readSettingsFile(join(folder, SETTINGS_FILE)),
      ...SERVICE_FILES.flatMap((file) => readServiceSettings(join(folder, file), () => undefined)),
    ])
    .filter((entry) => entry.name === name);
}

/** Returns the sources that a settings file names; empty if it does not exist, or names none that can be read. */
function sourcesIn(file: string): readonly string[] {
  return readSettingsFile(file)
    .filter(({ name }) => name === 'sources')
    .flatMap(({ value, folder }) =>
      [value].flat().flatMap((source) => (typeof source === 'string' ? [resolve(folder, source)] : [])),
    );
}

function readPaths({ name, value, at, folder }: Entry): readonly string[] {
  const paths: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  return paths.map((path) => {
    if (typeof path !== 'string' || path === '')
      throw new UsageError(
        `${at}: ${name} must be a list of paths of files and folders; found ${JSON.stringify(value)}`,
      );
    const absolute = resolve(folder, path);
    if (!existsSync(absolute)) throw new UsageError(`${at}: ${name}: ${path} does not exist`);
    return absolute;
  });
}

/**
 * Checks that a setting is used by at least one stack.
 * @throws UsageError if no stack reads the setting
 */
function assertStack({ name, at, folder }: Entry): void {
  if (!isStackFolder(folder) && !isStackFolder(join(folder, STACK_FOLDER)))
    throw new UsageError(
      `${at}: ${name} is a setting of Gatewright's stack, but this folder contains no such stack: run gatewright init, or move the setting to the gatewright.yml next to the stack's serverless.yml`,
    );
}

function folderOf(source: string): string {
  return statOf(source)?.isFile() === true ? dirname(source) : source;
}

function nameSources(command: Command, { value, at, folder }: Entry, isNamed: boolean): void {
  const sources: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (sources.length === 0 || !sources.every((source) => typeof source === 'string' && source !== ''))
    throw new UsageError(
      `${at}: sources must be a path of a folder or template, or a list of such paths; found ${JSON.stringify(value)}`,
    );
  if (!isNamed)
    command.processedArgs[0] = sources.map((source) => relative('.', resolve(folder, String(source))) || '.');
}

function applySetting(command: Command, entry: Entry): void {
  const { name, value, at } = entry;
  const yes = command.options.find(({ long }) => long === `--${name}`);
  const no = command.options.find(({ long }) => long === `--no-${name}`);
  const option = yes ?? no;
  if (option === undefined || isOfOneRun(name))
    throw new UsageError(`${at}: ${describeUnknown(command, name)}`);
  const attribute = option.attributeName();
  if (command.getOptionValueSource(attribute) === 'cli' || value === null) return;
  const flag = toFlag(value);
  const isSwitch = yes === undefined || yes.isBoolean();
  if (isSwitch && flag === undefined)
    throw new UsageError(`${at}: ${name} must be true or false; found ${JSON.stringify(value)}`);
  const decided = isSwitch || (no !== undefined && flag === false) ? flag : parse(command, option, entry);
  command.setOptionValueWithSource(attribute, decided, 'config');
}

function toFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'on' ? true : value === 'off' ? false : undefined;
}

/** Parses each string as if it were given on the command line. */
function parse(command: Command, option: Option, { name, value, at, folder }: Entry): unknown {
  // YAML reads `on` as `true`, but the command line expects `on`.
  const said =
    typeof value === 'boolean' && option.argChoices?.includes('on') === true ? (value ? 'on' : 'off') : value;
  const texts = toSettingTexts(said);
  if (texts === undefined)
    throw new UsageError(
      `${at}: ${name} must be a string, or a list of strings for an option that is repeated`,
    );
  const isPath = /<(?:dir|file|folder)>/.test(option.flags);
  let parsed: unknown = command.getOptionValue(option.attributeName());
  for (const text of texts)
    try {
      const given = isPath ? resolve(folder, text) : text;
      parsed = option.parseArg === undefined ? given : option.parseArg(given, parsed);
    } catch (error) {
      if (error instanceof InvalidArgumentError)
        throw new UsageError(`${at}: ${name}: "${text}". ${error.message}`);
      throw error;
    }
  return parsed;
}

function describeUnknown(command: Command, name: string): string {
  if (isOfOneRun(name))
    return `${name} cannot be set in a file, because it applies to one run only: pass --${name} on the command line`;
  return `unknown setting "${name}"; known settings: sources, ${PARTS.join(', ')}, ${CLAIMS_CHECKED}, ${CHECK_SETTING}, ${settingNames(command).join(', ')}`;
}

function readSettingsFile(file: string): readonly Entry[] {
  const read = readYaml(file);
  return read === undefined ? [] : entriesOf(read, read.document.contents, file);
}

/** Reads `custom.gatewright` without resolving variables, because osls resolves them for the plug-in. */
function readServiceSettings(file: string, warn: (sentence: string) => void): readonly Entry[] {
  let read: Read | undefined;
  try {
    read = readYaml(file, MAY_HAVE_SETTINGS);
  } catch {
    // The service's loader reports errors in this file.
    return [];
  }
  if (read === undefined || !read.document.hasIn(['custom', 'gatewright'])) return [];
  const entries = entriesOf(read, read.document.getIn(['custom', 'gatewright'], true), file);
  return entries.filter(({ name, value, at }) => {
    if (SERVICE_SETTINGS.includes(name)) return false;
    const isVariable = JSON.stringify(value).includes('${');
    if (isVariable)
      warn(
        `${at}: custom.gatewright.${name} is ignored, because it contains a variable, which only the Serverless plug-in resolves`,
      );
    return !isVariable;
  });
}

type Read = { readonly document: Document.Parsed; readonly lines: LineCounter };

function readYaml(file: string, pattern = /(?:)/): Read | undefined {
  if (!existsSync(file)) return undefined;
  const shown = relative('.', file);
  if (statSync(file).size > SIZE_LIMIT_BYTES)
    throw new UsageError(`${shown} is larger than 1 MB, the limit for a settings file`);
  const lines = new LineCounter();
  const text = readIfReadable(file);
  if (text === undefined)
    throw new UsageError(`${shown} cannot be read: it is a folder, or you have no permission to read it`);
  if (!pattern.test(text)) return undefined;
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined)
    throw new UsageError(
      `${shown}:${lines.linePos(error.pos[0]).line}: ${error.message.replace(/ at line [^]*$/, '')}`,
    );
  return { document, lines };
}

function entriesOf({ document, lines }: Read, node: unknown, file: string): readonly Entry[] {
  const shown = relative('.', file);
  if (node === null || (isScalar(node) && node.value === null)) return [];
  if (!isMap(node)) {
    // The whole map is one variable, which only osls can resolve.
    if (isScalar(node) && String(node.value).includes('${')) return [];
    throw new UsageError(`${shown} must contain a map of settings, such as port: 3000`);
  }
  return node.items.map((pair: Pair) => {
    const { key } = pair;
    const line = isScalar(key) && key.range ? lines.linePos(key.range[0]).line : 1;
    const name = isScalar(key) ? String(key.value) : '';
    const value: unknown = document.createNode(pair.value).toJS(document);
    return { name, value, at: `${shown}:${line}`, folder: dirname(file) };
  });
}
