/** Reads the settings that SAM would read from the samconfig file next to a template. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { isRegion } from '../core/stack/home.ts';
import { describeOtherTemplates, describeUnusedOptions } from './samconfig-options.ts';
import { parseOverrides, readSettings } from './samconfig-overrides.ts';
import type { Overrides } from './samconfig-overrides.ts';
import { memberAt } from './template-place.ts';

const FILES = ['samconfig.toml', 'samconfig.yaml', 'samconfig.yml'];
/**
 * The tables from which the settings of the deployment are read. `sam sync` also deploys. As in SAM, a command takes
 * precedence over `global`.
 */
const COMMANDS = ['deploy', 'sync', 'global'];
/** `sam local start-api` gives its region to the functions. The region of the deployment takes precedence. */
const REGION_COMMANDS = [...COMMANDS, 'local_start_api'];
/**
 * The tables of parameters: `sam local start-api` reads its own table and `global`, and the deployment reads the other
 * tables.
 */
const PARAMETER_COMMANDS = ['local_start_api', ...COMMANDS];
/** Other commands with these settings. They read a template, but they neither serve an API nor deploy a stack. */
const OTHER_COMMANDS = ['local_start_lambda', 'local_invoke', 'build', 'package', 'validate'];

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
  /** Sentences about what is not used; absent if there are none. */
  readonly passedOver?: readonly string[];
  /** The files that the samconfig file names; absent if there are none. */
  readonly files?: readonly string[];
};

/** Returns the files that may be the samconfig file of a folder. */
export function samconfigFiles(folder: string): readonly string[] {
  return FILES.map((name) => join(folder, name));
}

type WrittenName = { readonly name: string; readonly file: string; readonly line: number };

/** Matches the name of a stack, in TOML and in YAML, on a line that is not a comment. */
const NAME =
  /^(?!\s*#)(?:\s*|.*[{,.]\s*)["']?stack_name["']?\s*[:=]\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"',}][^#\n,}]*?))\s*(?:[,}#].*)?$/;

/** Returns the names of stacks in the samconfig file of a folder, of all environments, each with its line. */
export function stackNamesIn(folder: string): readonly WrittenName[] {
  const file = findFile(folder);
  const text = file === undefined ? undefined : readIfReadable(file)?.slice(0, MAX_BYTES);
  if (file === undefined || text === undefined) return [];
  return text.split(/\r?\n/).flatMap((line, index) => {
    const [found, double, single, bare] = NAME.exec(line) ?? [];
    return found === undefined ? [] : [{ name: double ?? single ?? bare ?? '', file, line: index + 1 }];
  });
}

const MAX_BYTES = 256 * 1024;

function findFile(folder: string): string | undefined {
  return samconfigFiles(folder).find((path) => existsSync(path));
}

type Source = {
  readonly document: Json;
  readonly folder: string;
  readonly stage: string;
  readonly isChosen: boolean;
};

/**
 * Reads the samconfig file. If the file is broken, nothing of it is used, because SAM refuses such a file.
 * @param loaded the template that is loaded, to name tables that are about another template
 */
export function readSamconfig(folder: string, stage: string, isChosen: boolean, loaded?: string): Samconfig {
  const file = findFile(folder);
  if (file === undefined) return { parameters: {} };
  const read = readSettings(file);
  if ('fault' in read)
    return {
      parameters: {},
      passedOver: [`${read.fault}: nothing in the file is used, and SAM refuses the file`],
    };
  const source: Source = { document: read.value, folder, stage, isChosen };
  const region = readRegion(source);
  const parameters = readParameters(source);
  const stackName = lookUp(source.document, stage, COMMANDS, 'stack_name')[0]?.value;
  const notes = [
    ...region.notes,
    ...parameters.notes,
    ...describeEnvironments(source),
    ...describeTables(source, loaded),
  ].map((note) => `${basename(file)}: ${note}`);
  return {
    ...(region.used !== undefined && { region: region.used }),
    ...(isStackName(stackName) && { stackName }),
    parameters: parameters.used,
    ...(notes.length > 0 && { passedOver: notes }),
    ...(parameters.files.length > 0 && { files: parameters.files }),
  };
}

type Written = { readonly table: string; readonly value: Json };

/** Returns the values of a setting in the tables of these commands, in their order. */
function lookUp(
  document: Json,
  environment: string,
  commands: readonly string[],
  key: string,
): readonly Written[] {
  return commands.flatMap((command) => {
    const value = memberAt(document, [environment, command, 'parameters', key]);
    return value === undefined ? [] : [{ table: `${environment}.${command}.parameters`, value }];
  });
}

function readRegion({ document, stage }: Source): {
  readonly used?: string;
  readonly notes: readonly string[];
} {
  const environments = stage === 'default' ? [stage] : [stage, 'default'];
  const of = (commands: readonly string[]): readonly Written[] =>
    environments.flatMap((environment) => lookUp(document, environment, commands, 'region'));
  const readable = of(REGION_COMMANDS);
  const first = readable.find(({ value }) => isRegionText(value));
  const used = first?.value;
  const wrong = readable.filter(({ value }) => !isRegionText(value));
  const others = [...readable, ...of(OTHER_COMMANDS)].filter(
    ({ value }) => isRegionText(value) && value !== used,
  );
  return {
    ...(isRegionText(used) && { used }),
    notes: [
      ...wrong.map(
        ({ table, value }) => `region of [${table}] is not used: ${JSON.stringify(value)} is not a region`,
      ),
      ...describeUnused('region', others, first, `only tables of ${REGION_COMMANDS.join(', ')} are read`),
    ],
  };
}

type ReadParameters = {
  readonly used: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly files: readonly string[];
};

function readParameters({ document, folder, stage, isChosen }: Source): ReadParameters {
  const tablesOf = (environment: string, commands: readonly string[]): readonly (Written & Overrides)[] =>
    lookUp(document, environment, commands, 'parameter_overrides').map((written) => ({
      ...written,
      ...pick(parseOverrides(written.value, folder)),
    }));
  const own = tablesOf(stage, PARAMETER_COMMANDS);
  const ofDefault = stage === 'default' ? [] : tablesOf('default', PARAMETER_COMMANDS);
  const used = own.length > 0 || isChosen ? own : ofDefault;
  const [first, ...others] = used;
  const parameters = first?.parameters ?? {};
  const environment = used === ofDefault ? 'default' : stage;
  const unused = [
    ...others,
    ...(used === ofDefault ? [] : ofDefault),
    ...tablesOf(environment, OTHER_COMMANDS),
  ].filter((each) => JSON.stringify(each.parameters) !== JSON.stringify(parameters));
  const reason =
    own.length === 0 && isChosen && ofDefault.length > 0
      ? `the stage ${stage} is chosen, but its tables have no parameter_overrides`
      : `only tables of ${PARAMETER_COMMANDS.join(', ')} are read`;
  return {
    used: parameters,
    notes: [
      ...(first?.faults ?? []).map((fault) => `parameter_overrides of [${first?.table ?? ''}]: ${fault}`),
      ...describeUnused('parameter_overrides', unused, first, reason),
    ],
    files: first?.files ?? [],
  };
}

function pick({ parameters, files, faults }: Overrides): Overrides {
  return { parameters, files, faults };
}

function describeUnused(
  key: string,
  unused: readonly { readonly table: string }[],
  first: { readonly table: string } | undefined,
  reason: string,
): readonly string[] {
  if (unused.length === 0) return [];
  const tables = unused.map(({ table }) => `[${table}]`).join(' and ');
  const are = key === 'region' ? 'is' : 'are';
  return [
    `${key} of ${tables} ${are} not used: ${first === undefined ? reason : `[${first.table}] takes precedence`}`,
  ];
}

/** Returns a sentence if the file has environments, but has neither the environment of the stage nor `default`. */
function describeEnvironments({ document, stage }: Source): readonly string[] {
  const environments = environmentsOf(document);
  if (environments.length === 0 || environments.includes(stage) || environments.includes('default'))
    return [];
  const names = environments.join(', ');
  return [
    `nothing in the file is used: it has no environment ${stage} and no environment default; choose one of its environments (${names}) with --stage`,
  ];
}

function environmentsOf(document: Json): readonly string[] {
  return Object.entries(membersOf(document))
    .filter(([, value]) => isJsonObject(value))
    .map(([name]) => name);
}

function describeTables({ document, folder, stage, isChosen }: Source, loaded?: string): readonly string[] {
  const environment = environmentsOf(document).includes(stage) || isChosen ? stage : 'default';
  const tableOf = (command: string): { readonly name: string; readonly members: JsonObject } => ({
    name: `${environment}.${command}.parameters`,
    members: membersOf(memberAt(document, [environment, command, 'parameters'])),
  });
  return [
    ...describeUnusedOptions(tableOf),
    ...(loaded === undefined ? [] : describeOtherTemplates(tableOf, folder, loaded)),
  ];
}

const isRegionText = (value: unknown): value is string => typeof value === 'string' && isRegion(value);
export const isStackName = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(value);
