import { DefinitionError, Refusals, REFUSING, ruledFault } from '../core/errors.ts';
import type { DefinitionPlace, Tolerance } from '../core/errors.ts';
import {
  ENVIRONMENT_LIMIT_BYTES,
  environmentBytes,
  RESERVED_VARIABLES,
  UNCLEAR_VARIABLE,
} from '../core/stack/environment-limits.ts';
import { runtimeFamily } from '../core/stack/function.ts';
import type { FunctionCode, FunctionDefinition, LayerDefinition } from '../core/stack/function.ts';
import { OSLS_HELPERS } from './classify.ts';
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, UnsupportedItem } from '../core/stack/model.ts';
import type { LocalCode, RawStack } from './raw-stack.ts';
import { isArchive, packedCodeOf } from './packed-code.ts';
import { partitionOf } from '@gatewright/aws/arn';
import { describeStoring } from '../core/stack/stored-values.ts';

export type LayerFolders = ReadonlyMap<string, Omit<LayerDefinition, 'arn'>>;

export type FunctionsOfStack = {
  readonly functions: readonly FunctionDefinition[];
  readonly refused: ReadonlyMap<string, string>;
  readonly unsupported: readonly UnsupportedItem[];
};

export function layerFolders(
  resources: Iterable<ResolvedResource>,
  code: LocalCode,
): readonly (readonly [arn: string, content: Omit<LayerDefinition, 'arn'>])[] {
  return [...resources].flatMap(({ logicalId, physicalId }) => {
    if (!code.layers.has(logicalId)) return [];
    const below = code.layersBelow?.get(logicalId);
    const taken = code.taken?.get(logicalId);
    const content = {
      directory: code.layers.get(logicalId),
      ...(below !== undefined && { below }),
      ...(taken !== undefined && { taken }),
    };
    return [[physicalId, content] as const];
  });
}

/**
 * Reads the functions of a stack.
 * @throws DefinitionError for values that Lambda would refuse: timeout, memory, handler, environment.
 */
export function defineFunctions(
  raw: RawStack,
  resources: Iterable<ResolvedResource>,
  layers: LayerFolders,
  tolerance: Tolerance = REFUSING,
): FunctionsOfStack {
  const functions: FunctionDefinition[] = [];
  const unsupported: UnsupportedItem[] = [];
  const refused = new Map<string, string>();
  for (const resource of resources) {
    if (resource.type !== 'AWS::Lambda::Function' || OSLS_HELPERS.test(resource.logicalId)) continue;
    const report = (property: string, consequence: string): void => {
      const { logicalId, type, physicalId } = resource;
      const { file, line } = resource.place(property);
      unsupported.push({ stackName: raw.stackName, logicalId, type, property, consequence, file, line });
      if (property !== 'Layers') refused.set(physicalId, consequence);
    };
    if (resource.properties['PackageType'] === 'Image')
      refused.set(resource.physicalId, 'the gateway cannot run container images');
    const defined = tolerance.attempt(
      `invocations of ${resource.physicalId} fail`,
      () => defineFunction(raw, resource, layers, report, tolerance),
      (error) => {
        refused.set(resource.physicalId, error.describe());
        return undefined;
      },
    );
    if (defined !== undefined) functions.push(defined);
  }
  return { functions, refused, unsupported };
}

type Report = (property: string, consequence: string) => void;

function defineFunction(
  raw: RawStack,
  resource: ResolvedResource,
  layers: LayerFolders,
  report: Report,
  tolerance: Tolerance,
): FunctionDefinition | undefined {
  const { properties } = resource;
  if (resource.fault !== undefined) throw resource.fault;
  if (properties['PackageType'] === 'Image') {
    return undefined;
  }
  const refusals = new Refusals();
  const runtime = refusals.read(() => requireText(resource, 'Runtime'), '');
  const handler = refusals.read(() => readHandler(resource), '');
  if (runtime !== '' && runtimeFamily(runtime) === undefined)
    report('Runtime', describeUnknownRuntime(runtime));
  const code = findCode(raw, resource, report);
  const name = resource.physicalId;
  refusals.read(() => checkName(resource, tolerance), undefined);
  const timeoutSeconds = refusals.read(() => readInteger(resource, 'Timeout', 3, 1, 900), 3);
  const memorySizeMb = refusals.read(() => readInteger(resource, 'MemorySize', 128, 128, 10_240), 128);
  const environment = refusals.read(() => readEnvironment(resource, tolerance), {});
  const ofLayers = refusals.read(() => readLayers(resource, layers, report), []);
  reportWrapper(environment, ofLayers, runtime, report);
  refusals.end();
  if (code === undefined || runtimeFamily(runtime) === undefined) return undefined;
  return {
    name,
    runtime,
    handler,
    code,
    timeoutSeconds,
    memorySizeMb,
    environment,
    layers: ofLayers,
    arn: `arn:${partitionOf(raw.region)}:lambda:${raw.region}:${raw.accountId}:function:${name}`,
    logicalId: resource.logicalId,
    stackName: raw.stackName,
    region: raw.region,
    accountId: raw.accountId,
    ...(resource.properties['ReservedConcurrentExecutions'] !== undefined && {
      reservedConcurrency: readInteger(resource, 'ReservedConcurrentExecutions', 0, 0, 100_000),
    }),
    ...(isForArm(resource) && { architecture: 'arm64' as const }),
    place: raw.placeIn === undefined ? resource.place() : placeInStack(raw, resource),
  };
}

/**
 * Returns the place of a function in the file of its stack, because the path of its code is relative to this file. In a
 * Terraform plan, or in a service that includes files, the function may be declared in another file.
 */
function placeInStack({ file }: RawStack, resource: ResolvedResource): DefinitionPlace {
  const { logicalId } = resource;
  return {
    file,
    get line() {
      const declared = resource.place();
      return declared.file === file ? declared.line : undefined;
    },
    logicalId,
  };
}

/** Runtimes that plug-ins of osls replace during packaging. */
const PLUGIN_RUNTIMES: Readonly<Record<string, string>> = {
  rust: 'serverless-rust',
  haskell: 'serverless-haskell',
};

function describeUnknownRuntime(runtime: string): string {
  const plugin = Object.hasOwn(PLUGIN_RUNTIMES, runtime) ? PLUGIN_RUNTIMES[runtime] : undefined;
  if (plugin === undefined) return `${runtime} is not a Lambda runtime, so invocations fail`;
  return `Lambda has no runtime ${runtime}; the plug-in ${plugin} replaces it, but the service does not list this plug-in, so invocations fail: install the plug-in and list it in plugins, or build a program "bootstrap" and set the runtime provided.al2023`;
}

function readHandler(resource: ResolvedResource): string {
  const handler = requireText(resource, 'Handler');
  if (/^\S{1,128}$/.test(handler)) return handler;
  return refuse(
    resource,
    'Handler',
    `must be 1 to 128 characters without spaces, not ${JSON.stringify(handler)}`,
  );
}

function checkName(resource: ResolvedResource, tolerance: Tolerance): void {
  const name = resource.physicalId;
  if (!/^[A-Za-z0-9-_]+$/.test(name)) refuse(resource, 'FunctionName', describeName(name));
  if (name.length > 64)
    tolerance.note(
      new DefinitionError(resource.place('FunctionName'), describeName(name)),
      'Lambda would refuse this name, but the gateway still runs the function',
    );
}

function isForArm({ properties }: ResolvedResource): boolean {
  const architectures = properties['Architectures'];
  return Array.isArray(architectures) && architectures[0] === 'arm64';
}

function describeName(name: string): string {
  return `"${name}" must be up to 64 letters, digits, hyphens or underscores`;
}

function findCode(raw: RawStack, resource: ResolvedResource, report: Report): FunctionCode | undefined {
  const local = raw.code.functions.get(resource.logicalId);
  if (local !== undefined) return localCode(raw.code, resource.logicalId, local);
  const code = resource.properties['Code'];
  const inline = membersOf(code)['ZipFile'];
  if (typeof inline === 'string') return { kind: 'inline', source: inline };
  const address = isJsonObject(code) ? addressOf(code) : undefined;
  const stored = address === undefined ? undefined : raw.stored?.fileOf(address);
  if (stored !== undefined && isArchive(stored)) return localCode(raw.code, resource.logicalId, stored);
  const where =
    address === undefined ? (isJsonObject(code) ? describeImage(code) : undefined) : `s3://${address}`;
  // A local file can replace an archive in S3, but not a container image.
  const wayOut = address === undefined ? '' : `; to run the archive, ${describeStoring(raw.stored, address)}`;
  report(
    'Code',
    where === undefined
      ? 'the template does not say where the code is, so invocations fail'
      : `the code is stored in ${where}, not on this machine, so invocations fail${wayOut}`,
  );
  return undefined;
}

function localCode(
  { esbuild, builds, isBundled, bundler, webpack, packed, taken, added }: LocalCode,
  logicalId: string,
  local: string,
): FunctionCode {
  const archive = isArchive(local) ? packedCodeOf(local) : undefined;
  if (archive !== undefined) return { kind: 'archive', packed: archive };
  const instead = packedCodeOf(packed?.get(logicalId) ?? '');
  const takenFiles = taken?.get(logicalId);
  return {
    kind: 'directory',
    directory: local,
    esbuild,
    ...builds?.get(logicalId),
    ...(isBundled === true && esbuild === undefined && { isBundled }),
    ...(bundler !== undefined && { bundler }),
    ...(webpack !== undefined && { webpack }),
    ...(takenFiles !== undefined && { taken: takenFiles }),
    ...(instead !== undefined && { packed: instead }),
    ...(added !== undefined && { added }),
  };
}

/** Returns `bucket/key`; undefined for code that is not in S3. */
function addressOf({ S3Bucket: bucket, S3Key: key }: JsonObject): string | undefined {
  return typeof bucket === 'string' && typeof key === 'string' ? `${bucket}/${key}` : undefined;
}

function describeImage({ ImageUri: image }: JsonObject): string | undefined {
  return typeof image === 'string' ? image : undefined;
}

function readLayers(
  resource: ResolvedResource,
  folders: LayerFolders,
  report: Report,
): readonly LayerDefinition[] {
  const list = resource.properties['Layers'] ?? [];
  if (!isJsonList(list))
    return refuse(resource, 'Layers', `must be a list of layer version ARNs, not ${JSON.stringify(list)}`);
  if (list.length > 5) refuse(resource, 'Layers.5', 'a function can have at most 5 layers');
  return list.map((layer) => {
    if (typeof layer !== 'string')
      return refuse(
        resource,
        'Layers',
        `must be a list of layer version ARNs; ${JSON.stringify(layer)} is not an ARN`,
      );
    // A layer that has not been built is not reported here, because its own stack reports it.
    if (!folders.has(layer))
      report('Layers', `layer ${layer} is not on this machine, so its files are missing`);
    return { arn: layer, directory: undefined, ...folders.get(layer) };
  });
}

/**
 * Reports a wrapper that the gateway does not start. Node functions run in threads of this process, and a program
 * cannot start a thread.
 */
function reportWrapper(
  { AWS_LAMBDA_EXEC_WRAPPER: wrapper = '' }: Readonly<Record<string, string>>,
  layers: readonly LayerDefinition[],
  runtime: string,
  report: Report,
): void {
  if (wrapper === '') return;
  const isElsewhere = wrapper.startsWith('/opt/') && layers.some(({ directory }) => directory === undefined);
  if (isElsewhere || runtimeFamily(runtime) === 'nodejs')
    report(
      'Environment.Variables.AWS_LAMBDA_EXEC_WRAPPER',
      `${wrapper} is not started, because ${isElsewhere ? 'a layer of the function is not on this machine' : 'the gateway runs Node.js functions in threads'}; the handler runs without it`,
    );
}

function readEnvironment(resource: ResolvedResource, tolerance: Tolerance): Readonly<Record<string, string>> {
  const environment = resource.properties['Environment'] ?? {};
  const variables = isJsonObject(environment) ? (environment['Variables'] ?? {}) : null;
  if (!isJsonObject(variables)) return refuse(resource, 'Environment', 'must contain a mapping "Variables"');
  const refusals = new Refusals();
  const entries = Object.entries(variables).map(([name, value]) => {
    const text = refusals.read(() => readVariable(resource, name, value), '');
    return [name, text] as const;
  });
  refusals.end();
  if (Object.hasOwn(variables, UNCLEAR_VARIABLE))
    tolerance.note(
      ruledFault(
        'unclear-variable',
        resource.place(`Environment.Variables.${UNCLEAR_VARIABLE}`),
        'Lambda’s documentation reserves this variable, but no refusal of a function that sets it is known',
      ),
      'the function gets the value of the template',
    );
  const texts = Object.fromEntries(entries);
  const sizeBytes = environmentBytes(texts);
  if (sizeBytes > ENVIRONMENT_LIMIT_BYTES) {
    refuse(
      resource,
      placeOfLargest(texts, sizeBytes),
      `the variables have ${sizeBytes} bytes, but Lambda allows at most ${ENVIRONMENT_LIMIT_BYTES}`,
    );
  }
  return texts;
}

/** Returns the variable that has most of the bytes, so that it has to be shortened; otherwise all variables. */
function placeOfLargest(texts: Readonly<Record<string, string>>, sizeBytes: number): string {
  const name = Object.keys(texts).find(
    (each) => environmentBytes({ [each]: texts[each] ?? '' }) > sizeBytes / 2,
  );
  return name === undefined ? 'Environment' : `Environment.Variables.${name}`;
}

function readVariable(resource: ResolvedResource, name: string, value: Json): string {
  const property = `Environment.Variables.${name}`;
  if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name))
    refuse(
      resource,
      property,
      'the name must consist of two or more letters, digits and underscores, and begin with a letter',
    );
  if (RESERVED_VARIABLES.has(name)) refuse(resource, property, 'is a reserved key that Lambda sets itself');
  if (typeof value === 'object') return refuse(resource, property, 'must be a string');
  return String(value);
}

function requireText(resource: ResolvedResource, property: string): string {
  const value = resource.properties[property];
  if (typeof value === 'string' && value !== '') return value;
  return refuse(
    resource,
    property,
    'Handler and Runtime are mandatory for functions created with deployment packages',
  );
}

function readInteger(
  resource: ResolvedResource,
  property: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const value: Json = resource.properties[property] ?? fallback;
  const number = typeof value === 'object' || value === '' ? NaN : Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  return refuse(resource, property, `${JSON.stringify(value)} must be a whole number from ${min} to ${max}`);
}

function refuse(resource: ResolvedResource, property: string, message: string): never {
  throw new DefinitionError(resource.place(property), message);
}
