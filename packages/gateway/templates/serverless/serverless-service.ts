import { basename, dirname } from 'node:path';
import { DefinitionError } from '../../core/errors.ts';
import { compileService } from './compile-service.ts';
import type { Answers } from './compile-service.ts';
import { findOsls } from './find-osls.ts';
import { resolveHome } from '../../core/stack/home.ts';
import type { LoadOptions } from '../load-options.ts';
import type { LoadBoard } from '../load-board.ts';
import { SERVICE_ROLE } from '../../core/stack/statement-advice.ts';
import type { StoredParameter } from '../../core/stack/stored-values.ts';
import { addRestStageSettings } from './osls-rest-stage.ts';
import { findDestination, findFunctionLine, findGeneratedLine } from './generated-lines.ts';
import { parsePackaged } from './packaged-service.ts';
import type { PackagedService } from './packaged-service.ts';
import type { Finding, RawStack } from '../raw-stack.ts';
import { describePassedOver, findMissingRoutes } from './serverless-4-sections.ts';
import { findServiceCode, placeOfArtifact } from './service-code.ts';
import type { PlaceOfArtifact } from './service-code.ts';
import { findServiceLayers } from './service-layers.ts';
import { describeOfflineVariable } from './offline-variable.ts';
import { describeReading, reportWaiting } from './reading-progress.ts';
import type { Waiting } from './reading-progress.ts';
import { explainFailure, findChild, pathOf } from './osls-failure.ts';
import type { DriverFailure, DriverNote } from './serverless-process.ts';
import { asOneOrMore, isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { readSource } from '../cloudformation/template-source.ts';
import { listIncludedFiles, withIncludedFiles } from './included-files.ts';
import type { WholeService } from './included-files.ts';
import { existingPath, memberAt } from '../template-place.ts';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';

export const SERVICE_FILES = ['yml', 'yaml', 'json', 'ts', 'mts', 'js', 'cjs', 'mjs'].map(
  (ending) => `serverless.${ending}`,
);

/**
 * Loads a service.
 * @throws DefinitionError for anything that osls refuses, a stage that `params` does not have, and a variable without a
 * value.
 * @throws StartError OSLS_MISSING if osls is not installed
 */
export async function loadServerlessService(
  file: string,
  options: LoadOptions,
  board: LoadBoard,
  source: string,
  signal: AbortSignal,
): Promise<RawStack> {
  // Only osls can read a service file that is a program, so the gateway does not know its lines.
  const tree = /\.(?:ya?ml|json)$/.test(file) ? await readSource(file) : undefined;
  refuseUnknownStage(tree, stageOf(tree, options));
  refuseMissingRoutes(tree?.value, file, tree);
  inform(file, tree, options);
  let variables: Readonly<Record<string, string>> = {};
  // The error for which a request of osls was refused. It is stored here, because the reply to osls cannot contain it.
  let refusal: Error | undefined;
  const asked: string[] = [];
  const home = resolveHome(options, {});
  let waiting: Waiting | undefined;
  try {
    const osls = findOsls(dirname(file), import.meta.url);
    const compiled = await compileService({
      serviceFolder: dirname(file),
      oslsFolder: osls.folder,
      home,
      signal,
      cacheFolder: options.cacheFolder,
      arguments: packageArguments(file, tree, options),
      environment: options.environment,
      answers: noteUnanswered(asked, {
        outputs: async (stackName) => {
          const given = { ...options.deployedOutputs, ...variables };
          const outputs = await board.outputsOf(source, stackName).catch((error: unknown) => {
            refusal ??= error instanceof Error ? error : new Error('outputs failed');
            throw error;
          });
          return withVariables(stackName, outputs, given);
        },
        parameter: (place) => findParameter(place, { options, variables, board, source }),
        object: (address) => options.stored?.object(address) ?? variables[`s3:${address}`],
      }),
      onAnnounced: (stackName, declared) => {
        variables = declared;
        board.announce(source, stackName);
      },
      onInformed(message) {
        waiting?.end();
        options.onProgress?.(`${basename(dirname(file))}: ${message}`);
      },
      onCompiling() {
        refusal = undefined;
        waiting = reportWaiting(describeReading(file, osls), options.onWaiting);
      },
    });
    if (refusal !== undefined) throw refusal;
    if ('message' in compiled) throw explain(compiled, file, tree, asked, options);
    const packaged = parsePackaged(compiled.result);
    const whole = tree && withIncludedFiles(tree, dirname(file));
    return withReading(toRawStack(packaged, file, whole, { ...options, ...home }), compiled, file, whole);
  } finally {
    waiting?.end();
  }
}

function explain(
  failure: DriverFailure,
  file: string,
  tree: SourceTree | undefined,
  asked: readonly string[],
  { stored, environment, parameters }: LoadOptions,
): DefinitionError {
  const given = { environment: { ...process.env, ...environment }, parameters };
  const error = explainFailure(failure, file, tree, stored?.file, asked, given);
  const { checked = [] } = failure;
  if (checked.length === 0) return error;
  return new DefinitionError(
    error.place,
    error.message,
    [...error.awaited, ...checked],
    error.rule,
    error.remedy,
  );
}

function withReading(
  raw: RawStack,
  { notes, read }: { readonly notes: readonly DriverNote[]; readonly read: readonly string[] },
  file: string,
  whole: WholeService | undefined,
): RawStack {
  const includes = [...new Set([...(raw.includes ?? []), ...read])].filter((each) => each !== file);
  const findings = [...notes.map((note) => toFinding(note, file, whole)), ...raw.findings];
  return { ...raw, includes, findings };
}

function inform(file: string, tree: SourceTree | undefined, options: LoadOptions): void {
  const files = [file, ...listIncludedFiles(file, dirname(file))];
  const sentences = [
    describeOfflineVariable(files, { ...process.env, ...options.environment }),
    describeStages(tree?.value, options.stage),
  ];
  for (const sentence of sentences)
    if (sentence !== undefined) options.onProgress?.(`${basename(dirname(file))}: ${sentence}`);
}

/**
 * Returns a sentence about parameters in `stages`, which Serverless 4 reads and osls does not; undefined if there are
 * none. The driver copies them to `params`.
 */
export function describeStages(service: unknown, stage: string): string | undefined {
  const { stages, params } = membersOf(service);
  const known = Object.values(membersOf(params)).flatMap((each) => Object.keys(membersOf(each)));
  const unread = [...new Set([stage, 'default'])].flatMap((name) => {
    const names = Object.keys(membersOf(membersOf(membersOf(stages)[name])['params']));
    const own = names.filter((each) => !known.includes(each));
    return own.length === 0 ? [] : [`stages.${name}.params (${own.join(', ')})`];
  });
  if (unread.length === 0) return undefined;
  return `${unread.join(' and ')} ${unread.length === 1 ? 'is' : 'are'} read as params in this gateway, as in Serverless 4; osls does not read stages`;
}

/**
 * Returns the stage that is passed to osls; undefined if no option overrides it and the service defines it or is a
 * program.
 */
function stageOf(tree: SourceTree | undefined, { stage, chosen }: LoadOptions): string | undefined {
  if (chosen?.stage !== undefined) return chosen.stage;
  const provider = tree?.value['provider'];
  const own = membersOf(provider)['stage'];
  const asksForOption = typeof own === 'string' && /\$\{\s*opt:\s*stage\s*\}/.test(own);
  return tree === undefined || (own !== undefined && !asksForOption) ? undefined : stage;
}

function toFinding(
  { property, message, consequence, missingPlugin, isOfSchema }: DriverNote,
  file: string,
  whole: WholeService | undefined,
): Finding {
  const place = property === '' ? undefined : whole?.placeOf(pathOf(property));
  const rule =
    missingPlugin !== undefined ? 'missing-plugin' : isOfSchema === true ? 'osls-schema' : undefined;
  return { logicalId: '', type: '', property, consequence, message, place: place ?? { file }, rule };
}

function packageArguments(
  file: string,
  tree: SourceTree | undefined,
  options: LoadOptions,
): readonly string[] {
  const provider = tree?.value['provider'];
  const saysRegion =
    options.chosen?.region === undefined &&
    (tree === undefined ||
      // A string means that another file contains the provider. Only osls knows the content of this file.
      typeof provider === 'string' ||
      (isJsonObject(provider) && provider['region'] !== undefined));
  return [
    'package',
    '--config',
    basename(file),
    ...(stageOf(tree, options) === undefined ? [] : ['--stage', options.stage]),
    ...(saysRegion ? [] : ['--region', resolveHome(options, {}).region]),
    ...Object.entries(options.parameters).map(([name, value]) => `--param=${name}=${value}`),
  ];
}

/**
 * Refuses a stage that is not in `params`, which lists the stages of a service. With such a stage, the service would
 * run with unintended values.
 */
function refuseUnknownStage(tree: SourceTree | undefined, stage: string | undefined): void {
  if (tree === undefined || stage === undefined) return;
  const params = tree.value['params'];
  if (!isJsonObject(params) || Object.hasOwn(params, stage) || Object.hasOwn(params, 'default')) return;
  const stages = Object.keys(params);
  if (stages.length === 0 || stages.some((name) => name.includes('${'))) return;
  throw new DefinitionError(
    { file: tree.file, line: tree.lineOf(['params']), property: 'params' },
    `unknown stage "${stage}": params has ${stages.join(', ')}; choose one of these with --stage, or add the stage to params`,
  );
}

/** Refuses a service if osls would ignore some of its routes. */
function refuseMissingRoutes(service: unknown, file: string, tree: SourceTree | undefined): void {
  const missing = findMissingRoutes(service);
  if (missing === undefined) return;
  const { path, message } = missing;
  throw new DefinitionError({ file, line: tree?.lineOf(path), property: path.join('.') }, message);
}

/** Reports the sections that osls has ignored. Sections that a program or another file defines are known only now. */
function reportPassedOver(
  { configuration }: PackagedService,
  file: string,
  tree: SourceTree | undefined,
  { onProgress }: LoadOptions,
): void {
  refuseMissingRoutes(configuration, file, tree);
  for (const sentence of describePassedOver(configuration))
    onProgress?.(`${basename(dirname(file))}: ${sentence}`);
}

/** Adds the names of variables that have no value to `asked`, such as `ssm:/shop/host`. */
function noteUnanswered(asked: string[], answers: Answers): Answers {
  return {
    ...answers,
    async parameter(place) {
      const found = await answers.parameter(place);
      if (found === undefined) asked.push(`ssm:${place.slice(place.indexOf(' ') + 1)}`);
      return found;
    },
    object(address) {
      const found = answers.object(address);
      if (found === undefined) asked.push(`s3:${address}`);
      return found;
    },
  };
}

type ParameterSources = {
  readonly options: LoadOptions;
  readonly variables: Readonly<Record<string, string>>;
  readonly board: LoadBoard;
  /** The source of this service. */
  readonly source: string;
};

/**
 * Finds a parameter, which may also be a reference to a secret of the values file. The values file, which functions
 * also read, comes first. The values that the service sets for loading come second, and other stacks come last.
 */
async function findParameter(
  place: string,
  { options: { stored }, variables, board, source }: ParameterSources,
): Promise<StoredParameter | undefined> {
  const [region = '', name = ''] = place.split(' ');
  const [, secretName] = /^\/aws\/reference\/secretsmanager\/(.+)$/.exec(name) ?? [];
  const secret = secretName === undefined ? undefined : stored?.secret(secretName);
  if (secret !== undefined) return { type: 'SecureString', value: secret };
  const written = stored?.parameter(name);
  const given = variables[`ssm:${name}`];
  if (written !== undefined) return written;
  return given === undefined ? board.parameterOf(source, name, region) : { type: 'String', value: given };
}

/**
 * Adds the values of `custom.gatewright.variables` to the outputs of a stack. They are used for outputs that this run
 * does not load.
 */
function withVariables(
  stackName: string,
  outputs: Readonly<Record<string, string>> | undefined,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  const prefix = `cf:${stackName}.`;
  const given = Object.entries(variables)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), value] as const);
  if (outputs === undefined && given.length === 0) return undefined;
  return { ...Object.fromEntries(given), ...outputs };
}

function toRawStack(
  packaged: PackagedService,
  file: string,
  whole: WholeService | undefined,
  options: LoadOptions,
): RawStack {
  const folder = dirname(file);
  const included = listIncludedFiles(file, folder);
  const placeOf: PlaceOfArtifact = (owner) => placeOfArtifact(owner, whole);
  reportPassedOver(packaged, file, whole?.own, options);
  const { archives, informed, findings: ofCode, ...code } = findServiceCode(packaged, folder, placeOf);
  for (const sentence of informed) options.onProgress?.(`${basename(folder)}: ${sentence}`);
  const findings: Finding[] = [...ofCode];
  const layers = findServiceLayers(packaged, folder, placeOf);
  findings.push(...layers.findings);
  return {
    stackName: packaged.stackName,
    stage: packaged.stage,
    region: packaged.region,
    accountId: options.accountId,
    file,
    includes: [...included, ...archives, ...layers.archives],
    template: addRestStageSettings(packaged.template, packaged.restStage),
    lineOf: (path) => findServiceLine(path, whole?.own, packaged),
    ...(whole !== undefined && {
      pathOf: (path) => findServicePath(path, whole.own, packaged),
      ...(included.length > 0 && { placeIn: (path) => findServicePlace(path, whole, packaged) }),
    }),
    parameters: options.parameters,
    ...(options.stored !== undefined && { stored: options.stored }),
    code: { ...code, layers: layers.folders, esbuild: packaged.esbuild },
    findings,
  };
}

/** Returns the path in serverless.yml that corresponds to a path of the template; undefined if there is none. */
function findServicePath(path: Path, tree: SourceTree, packaged: PackagedService): Path | undefined {
  const asked = findAskedPath(path, tree, packaged);
  return asked === undefined ? undefined : existingPath(tree.value, asked);
}

/**
 * Returns the file and line, in serverless.yml or a file that it includes, in which a part of the template is written.
 */
function findServicePlace(
  path: Path,
  whole: WholeService,
  packaged: PackagedService,
): ReturnType<WholeService['placeOf']> | undefined {
  const asked = findAskedPath(path, whole, packaged);
  return asked === undefined ? undefined : whole.placeOf(asked);
}

function findAskedPath(path: Path, tree: SourceTree, packaged: PackagedService): Path | undefined {
  let asked: Path | undefined;
  const noting: SourceTree = {
    ...tree,
    lineOf: (place) => {
      asked = place;
      return tree.lineOf(place);
    },
  };
  return findServiceLine(path, noting, packaged) === undefined ? undefined : asked;
}

function findServiceLine(
  path: Path,
  tree: SourceTree | undefined,
  packaged: PackagedService,
): number | undefined {
  const [section = '', logicalId = ''] = path;
  const name = packaged.functions.get(logicalId)?.name;
  if (section === 'Resources' && name !== undefined)
    return tree && findFunctionLine(tree, name, path.slice(3));
  const layer = packaged.layers.get(logicalId)?.name;
  if (section === 'Resources' && layer !== undefined) return tree?.lineOf(['layers', layer]);
  if (section === 'Resources' && logicalId === SERVICE_ROLE) return lineOfServiceRole(path, tree, packaged);
  const own = tree?.value['resources'];
  const roots = isJsonList(own) ? own.map((_part, index) => ['resources', String(index)]) : [['resources']];
  const root = roots.find(
    (start) => [...start, section, logicalId].reduce<unknown>(findChild, tree?.value) !== undefined,
  );
  if (root !== undefined) return tree?.lineOf([...root, ...path]);
  return section === 'Resources' && tree !== undefined ? findGeneratedLine(path, tree, packaged) : undefined;
}

/**
 * Returns the line of a property of the role that osls generates. For the name, this is the line of the role's own
 * name, or else of the name of the service, from which osls derives the role's name. For managed policies, it is the
 * line of these policies. For a part of a statement, it is the line of this part. For any other property, it is the
 * line of the statements.
 */
function lineOfServiceRole(
  path: Path,
  tree: SourceTree | undefined,
  { template, functions }: PackagedService,
): number | undefined {
  if (tree === undefined) return undefined;
  const ownName = ['provider', 'iam', 'role', 'name'];
  const [property] = path.slice(3);
  if (property === 'RoleName')
    return tree.lineOf(memberAt(tree.value, ownName) === undefined ? ['service'] : ownName);
  if (property === 'ManagedPolicyArns') return tree.lineOf(['provider', 'iam', 'role', 'managedPolicies']);
  const setting = ['provider', 'iam', 'role', 'statements'];
  const end = path.indexOf('Statement') + 2;
  const compiled = end > 1 ? membersOf(memberAt(template, path.slice(0, end))) : {};
  // osls adds its own statements before and after the service's statements.
  const index = asOneOrMore(memberAt(tree.value, setting) ?? []).findIndex(
    (one) => isJsonObject(one) && isSameStatement(one, compiled),
  );
  if (index >= 0) return tree.lineOf([...setting, String(index), ...path.slice(end)]);
  return tree.lineOf(findDestination(tree, memberAt(template, path), { functions }) ?? setting);
}

/** Compares two statements. osls writes a single action as a list. */
function isSameStatement(written: JsonObject, compiled: JsonObject): boolean {
  const names = ['Sid', 'Effect', 'Action', 'NotAction'].filter((name) => compiled[name] !== undefined);
  const asList = (statement: JsonObject, name: string): string =>
    JSON.stringify(asOneOrMore(statement[name] ?? []));
  return names.length > 0 && names.every((name) => asList(written, name) === asList(compiled, name));
}
