/** Reads the settings that SAM would read from the samconfig file next to a template. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { parse } from 'yaml';
import { isRegion } from '../core/stack/home.ts';
import type { Json } from '@gatewright/aws/json-object';
import { memberAt } from './template-place.ts';

const FILES = ['samconfig.toml', 'samconfig.yaml', 'samconfig.yml'];
/**
 * The tables from which the settings of the deployment are read. As for SAM, a command takes precedence over `global`.
 */
const COMMANDS = ['deploy', 'global'];
/** The tables of parameters: `sam local start-api` reads its own table and `global`, and `sam deploy` reads the others. */
const PARAMETER_COMMANDS = ['local_start_api', ...COMMANDS];
const MAX_BYTES = 256 * 1024;

type Samconfig = {
  /** The region from the environment of the stage, otherwise from `default`. */
  readonly region?: string;
  /** The stack name. It is read only from the environment of the stage, because `default` may deploy another stage. */
  readonly stackName?: string;
  /**
   * The values of `parameter_overrides`, from the environment of the stage. If no stage was chosen and the file has no
   * environment of that name, they come from `default`, which SAM reads by default.
   */
  readonly parameters: Readonly<Record<string, string>>;
  /** A sentence about parameters that are not used; absent if there are none. */
  readonly passedOver?: string;
};

/** The files that may be the samconfig file of a folder. */
export function samconfigFiles(folder: string): readonly string[] {
  return FILES.map((name) => join(folder, name));
}

type WrittenName = { readonly name: string; readonly file: string; readonly line: number };

/** Matches a line with the name of a stack, in TOML and in YAML. */
const NAME = /^\s*["']?stack_name["']?\s*[:=]\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"'][^#\n]*?))\s*(?:#.*)?$/;

/** Returns the names of stacks in the samconfig file of a folder, of all environments, each with its line. */
export function stackNamesIn(folder: string): readonly WrittenName[] {
  const { file, text } = readText(folder) ?? {};
  if (file === undefined || text === undefined) return [];
  return text.split(/\r?\n/).flatMap((line, index) => {
    const [found, double, single, bare] = NAME.exec(line) ?? [];
    return found === undefined ? [] : [{ name: double ?? single ?? bare ?? '', file, line: index + 1 }];
  });
}

function readText(folder: string): { readonly file: string; readonly text: string } | undefined {
  const file = samconfigFiles(folder).find((path) => existsSync(path));
  const text = file === undefined ? undefined : readIfReadable(file)?.slice(0, MAX_BYTES);
  return file === undefined || text === undefined ? undefined : { file, text };
}

type Lookup = (environment: string, command: string, key: string) => unknown;

/**
 * Reads the samconfig file. Returns an empty result if the file is missing or broken, because SAM itself reports this.
 */
export function readSamconfig(folder: string, stage: string, isChosen: boolean): Samconfig {
  const { file, text } = readText(folder) ?? {};
  if (file === undefined || text === undefined) return { parameters: {} };
  const lookUp = file.endsWith('.toml') ? lookUpToml(text) : lookUpYaml(text);
  const of = (environment: string, key: string) =>
    COMMANDS.map((command) => lookUp(environment, command, key)).find((value) => value !== undefined);
  const region = [stage, 'default'].flatMap((environment) => of(environment, 'region')).find(isRegionText);
  const stackName = of(stage, 'stack_name');
  return {
    ...(region !== undefined && { region }),
    ...(isStackName(stackName) && { stackName }),
    ...readParameters(lookUp, { file, stage, isChosen }),
  };
}

function readParameters(
  lookUp: Lookup,
  { file, stage, isChosen }: { readonly file: string; readonly stage: string; readonly isChosen: boolean },
): Pick<Samconfig, 'parameters' | 'passedOver'> {
  const tablesOf = (environment: string) =>
    PARAMETER_COMMANDS.flatMap((command) => {
      const written = lookUp(environment, command, 'parameter_overrides');
      const table = `[${environment}.${command}.parameters]`;
      return written === undefined ? [] : [{ table, parameters: parseOverrides(written) }];
    });
  const own = tablesOf(stage);
  const ofDefault = stage === 'default' ? [] : tablesOf('default');
  const used = own.length > 0 || isChosen ? own : ofDefault;
  const [first, ...others] = used;
  const parameters = first?.parameters ?? {};
  const unused = [...others, ...(used === ofDefault ? [] : ofDefault)].filter(
    (each) => JSON.stringify(each.parameters) !== JSON.stringify(parameters),
  );
  if (unused.length === 0) return { parameters };
  const tables = unused.map(({ table }) => table).join(' and ');
  const source = first === undefined ? `stage ${stage} has none` : `${first.table} takes precedence`;
  return {
    parameters,
    passedOver: `${basename(file)}: parameter_overrides of ${tables} are not used: ${source}`,
  };
}

const isRegionText = (value: unknown): value is string => typeof value === 'string' && isRegion(value);
export const isStackName = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(value);

const TOML_TABLE = /^[ \t]*\[([^[\]\n]+)\][ \t]*(?:#.*)?$/m;
const TOML_TEXT = /"((?:\\.|[^"\\\n])*)"|'([^'\n]*)'/g;
const TOML_VALUE = /^[ \t]*(\w+)[ \t]*=[ \t]*("(?:\\.|[^"\\\n])*"|'[^'\n]*'|\[[^\]]*\])/gm;

/**
 * Reads only tables, strings and lists of strings. `sam deploy --guided` does not write anything else around these
 * keys.
 */
function lookUpToml(text: string): Lookup {
  const [, ...parts] = text.replaceAll('\r\n', '\n').split(TOML_TABLE);
  const values = new Map<string, unknown>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const table = (parts[at] ?? '').replace(/["'\s]/g, '');
    for (const [, key = '', written = ''] of (parts[at + 1] ?? '').matchAll(TOML_VALUE)) {
      const texts = [...written.matchAll(TOML_TEXT)].map(([, double, single = '']) =>
        double === undefined ? single : unescape(double),
      );
      values.set(`${table}.${key}`, written.startsWith('[') ? texts : texts[0]);
    }
  }
  return (environment, command, key) => values.get(`${environment}.${command}.parameters.${key}`);
}

function lookUpYaml(text: string): Lookup {
  let document: Json;
  try {
    document = parse(text) as Json;
  } catch {
    return () => undefined;
  }
  return (...[environment, command, key]) => memberAt(document, [environment, command, 'parameters', key]);
}

/**
 * Parses parameter overrides, written as `Stage=prod Name="a b"` or as `ParameterKey=Stage,ParameterValue=prod`. They
 * may be one string or a list.
 */
function parseOverrides(written: unknown): Readonly<Record<string, string>> {
  const texts = [written].flat().filter((text) => typeof text === 'string');
  const pairs = texts.flatMap((text) => [
    ...text.matchAll(
      /(?:ParameterKey=([^\s,=]+),ParameterValue|([^\s,=]+))=("(?:\\.|[^"\\])*"|'[^']*'|\S*)/g,
    ),
  ]);
  return Object.fromEntries(pairs.map(([, long, short = '', value = '']) => [long ?? short, unquote(value)]));
}

function unquote(value: string): string {
  if (/^'.*'$/s.test(value)) return value.slice(1, -1);
  return /^".*"$/s.test(value) ? unescape(value.slice(1, -1)) : value;
}

function unescape(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}
