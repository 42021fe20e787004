import { basename, dirname, join, relative, resolve } from 'node:path';
import { DefinitionError, DefinitionFaults, REFUSING } from '../core/errors.ts';
import type { ResourceTypes } from '../core/resource-types/resource-types.ts';
import type { Tolerance } from '../core/errors.ts';
import { loadCdkOutput } from './cdk/cdk-out.ts';
import { findCdkApp, loadCdkApp } from './cdk/cdk-app.ts';
import { classifyResources } from './classify.ts';
import { defineFunctions, layerFolders } from './functions.ts';
import { findSource } from './find-definition.ts';
import { mapOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { LayerFolders } from './functions.ts';
import { LoadBoard } from './load-board.ts';
import { expandDocuments } from './openapi/openapi.ts';
import { expandQuickCreate } from '../core/stack/quick-create.ts';
import type { Finding, RawStack } from './raw-stack.ts';
import type { LoadOptions } from './load-options.ts';
import type { ResolvedResource, ResolvedStack, UnsupportedItem } from '../core/stack/model.ts';
import { SERVICE_FILES, loadServerlessService } from './serverless/serverless-service.ts';
import { isAboutTemplate } from './cloudformation/nested-stacks.ts';
import type { StackResolver } from './cloudformation/stack-resolver.ts';
import { isTerraformFile, refuseFailedPlan } from './terraform/terraform-files.ts';
import { loadTemplate } from './cloudformation/template-stack.ts';

export const NOTHING_SERVED = 'the stack is not served';

/**
 * Loads all sources at once and resolves them together. Exporting stacks come before importing stacks. A source is the
 * file of a template, or a folder with a serverless.yml, a SAM template, a CDK app or its cdk.out, or a Terraform
 * plan.
 * @throws DefinitionError if no source remains. If errors are not tolerated, it is thrown for the first part that AWS,
 * osls or this reader refuses
 * @throws StartError OSLS_MISSING if a source needs osls and osls is not installed
 */
export async function loadStacks(
  sources: readonly string[],
  options: LoadOptions & { readonly types: ResourceTypes },
): Promise<readonly ResolvedStack[]> {
  const { tolerance = REFUSING, companions = [], types } = options;
  const paths = [...new Set(sources.map((source) => resolve(source)))];
  const board = new LoadBoard(paths, types, tolerance);
  const abort = new AbortController();
  const failures: unknown[] = [];
  const beside = new Set(companions.map((source) => resolve(source)));
  let isImportedRefused = false;
  const loaded = await Promise.all(
    paths.map(async (path) => {
      try {
        const raws = await loadSource(path, options, board, abort.signal);
        board.finish(path, raws);
        for (const { stackName } of raws) options.onProgress?.(`loaded ${stackName}`);
        return raws;
      } catch (error) {
        // If a companion fails, the sources that import its values fail too, so its failure comes first.
        if (beside.has(path)) failures.unshift(error);
        else failures.push(error);
        isImportedRefused ||= beside.has(path);
        board.skip(path);
        // If errors are not tolerated, the first failure ends all other child processes. The child processes are
        // awaited in any case.
        if (tolerance === REFUSING) abort.abort();
        return [];
      }
    }),
  );
  const named = loaded.filter((_, index) => !beside.has(paths[index] ?? ''));
  const isServable = named.flat().length > 0 && !isImportedRefused;
  noteFailures(failures, isServable, tolerance);
  return resolveStacks(loaded.flat(), board, types, tolerance);
}

/**
 * Reports the sources that cannot be loaded, so that the other sources can still be served.
 * @param isServable false if no named source remains, or if a stack from which the remaining sources import values
 * could not be loaded. In the second case, their routes would fail because of the missing values, and checks would
 * blame the wrong stack
 * @throws the failures if errors are not tolerated or if the remaining sources are not servable
 */
function noteFailures(failures: readonly unknown[], isServable: boolean, tolerance: Tolerance): void {
  const known: DefinitionError[] = [];
  for (const failure of failures)
    if (failure instanceof DefinitionError) known.push(failure);
    else throw failure;
  const [first, ...others] = known;
  if (first === undefined) return;
  if (tolerance === REFUSING) throw first;
  if (!isServable) {
    const [cause = first, ...further] = known.filter((error) => !isOutputMissing(error));
    throw new DefinitionFaults(cause, cause === first && isOutputMissing(first) ? others : further);
  }
  for (const error of known) tolerance.note(error, NOTHING_SERVED);
}

/** Whether an output of another stack is missing, which happens if that stack could not be loaded. */
function isOutputMissing({ rule, message }: DefinitionError): boolean {
  return rule === 'value-elsewhere' && message.startsWith('${cf');
}

/**
 * Checks the sources before any of them is opened. If only some sources are missing, they are reported when the other
 * sources are loaded.
 * @throws DefinitionError if no source exists
 */
export function requireSources(sources: readonly string[]): void {
  const missing: DefinitionError[] = [];
  for (const source of sources)
    try {
      findSource(resolve(source));
      return;
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      missing.push(error);
    }
  const [first, ...others] = missing;
  if (first !== undefined) throw new DefinitionFaults(first, others);
}

/**
 * Whether the folder has a definition that can be read: a service, a template, a CDK app or its cdk.out, or a Terraform
 * plan.
 */
export function hasDefinition(folder: string): boolean {
  try {
    findSource(resolve(folder));
    return true;
  } catch (error) {
    if (error instanceof DefinitionError) return false;
    throw error;
  }
}

async function loadSource(
  path: string,
  options: LoadOptions,
  board: LoadBoard,
  signal: AbortSignal,
): Promise<readonly RawStack[]> {
  const { file: found, others } = findSource(path);
  const name = basename(found);
  const [other] = others;
  if (other !== undefined)
    options.onProgress?.(
      `${basename(path)}: ${relative(path, found)} is served, not ${others.join(', ')}; to serve another, name it: gatewright start ${relative(process.cwd(), join(path, other)) || other}`,
    );
  if (SERVICE_FILES.includes(name)) {
    return [await loadServerlessService(found, options, board, path, signal)];
  }
  const app = findCdkApp(name === 'cdk.json' ? dirname(found) : path);
  if (app !== undefined && (name === 'cdk.json' || found === app.manifest))
    return loadCdkApp(app, options, signal);
  if (name === 'manifest.json') return loadCdkOutput(found, options);
  if (isTerraformFile(found)) {
    const { loadTerraform } = await import('./terraform/terraform-stack.ts');
    return [await loadTerraform(found, options)];
  }
  refuseFailedPlan(found);
  return [await loadTemplate(found, options, options.stackName)];
}

type Resolution = {
  readonly stackName: string;
  readonly resolver: StackResolver;
  readonly resources: ReadonlyMap<string, ResolvedResource>;
  readonly findings: readonly Finding[];
};

function expandApis(
  resolver: StackResolver,
  tolerance: Tolerance,
): Pick<Resolution, 'resources' | 'findings'> {
  const { stackName } = resolver.raw;
  const { resources, findings } = expandDocuments(resolver.raw, resolver.resolveResources(), tolerance);
  return { resources: expandQuickCreate(stackName, resources, tolerance), findings };
}

function resolveStacks(
  raws: readonly RawStack[],
  board: LoadBoard,
  types: ResourceTypes,
  tolerance: Tolerance,
): readonly ResolvedStack[] {
  const resolvers = board.stacks.complete(raws.map(({ stackName }) => stackName));
  const resolutions = resolvers.map((resolver) => ({
    stackName: resolver.raw.stackName,
    resolver,
    ...expandApis(resolver, tolerance),
  }));
  const outputs = new Map(resolvers.map((resolver) => [resolver, resolver.resolveOutputs()]));
  const layers: LayerFolders = new Map(
    resolutions.flatMap(({ resolver, resources }) => layerFolders(resources.values(), resolver.raw.code)),
  );
  return board.stacks
    .inImportOrder(resolutions)
    .map((resolution) =>
      finishStack(resolution, outputs.get(resolution.resolver) ?? new Map(), layers, types, tolerance),
    );
}

function finishStack(
  { stackName, resolver, resources, findings: inDocuments }: Resolution,
  outputs: ResolvedStack['outputs'],
  layers: LayerFolders,
  types: ResourceTypes,
  tolerance: Tolerance,
): ResolvedStack {
  const { raw } = resolver;
  const findings = [...raw.findings, ...inDocuments];
  const guarded = closeUnguarded(resources, findings, tolerance);
  const { functions, refused, unsupported } = defineFunctions(raw, guarded.values(), layers, tolerance);
  // The finding about the template of a nested stack says more than the finding about the type of the resource.
  const told = findings.filter(isAboutTemplate);
  const nested = new Set([...(raw.nested?.keys() ?? []), ...told.map(({ logicalId }) => logicalId)]);
  const own = [...guarded.values()].filter(({ logicalId }) => !nested.has(logicalId));
  const classified = classifyResources(types, stackName, own);
  return {
    stackName,
    resources: guarded,
    outputs,
    functions,
    refused,
    stage: raw.stage,
    region: raw.region,
    accountId: raw.accountId,
    file: raw.file,
    includes: raw.includes ?? [],
    exports: exportsOf(resolver, tolerance),
    source: {
      template: raw.template,
      parameters: raw.parameters,
      ...(raw.placeholderParameters !== undefined && { placeholderParameters: raw.placeholderParameters }),
      exportNames: resolver.exportNames,
      imports: resolver.imports,
      ...(raw.made !== undefined && { made: raw.made }),
      ...(raw.isPassedOn !== undefined && { isPassedOn: raw.isPassedOn }),
      ...(raw.original !== undefined && { original: raw.original }),
      lineOf: (path) => raw.lineOf(path),
      ...(raw.pathOf !== undefined && { pathOf: raw.pathOf }),
      ...(raw.writtenAs !== undefined && { writtenAs: raw.writtenAs }),
      ...(raw.regionOf !== undefined && { regionOf: raw.regionOf }),
      ...(raw.isRegionKnown === true && { isRegionKnown: true }),
    },
    unsupported: [
      ...classified.unsupported,
      ...unsupported,
      ...resolver.placeholders,
      ...findings.map((finding) => toUnsupported(finding, resolver)),
    ],
    noEffect: classified.noEffect,
    metadata: mapOf(raw.template, 'Metadata'),
  };
}

function toUnsupported(
  { logicalId, type, property, consequence, message, remedy, rule, place }: Finding,
  resolver: StackResolver,
): UnsupportedItem {
  const path = property?.split('.') ?? [];
  const properties = path.length === 0 || path[0] === 'Metadata' ? path : ['Properties', ...path];
  const { file, line } = place ?? resolver.place(['Resources', logicalId, ...properties]);
  const { stackName } = resolver.raw;
  return {
    stackName,
    logicalId,
    type,
    property,
    consequence,
    message,
    file,
    line,
    ...(remedy !== undefined && { remedy }),
    ...(rule && { rule }),
  };
}

/** Closes the resources whose guard cannot be enforced, unless the user has allowed unguarded requests. */
function closeUnguarded(
  resources: Resolution['resources'],
  findings: readonly Finding[],
  tolerance: Tolerance,
): Resolution['resources'] {
  const guards = tolerance.allowsUnguarded ? [] : findings.filter(({ isGuard }) => isGuard === true);
  const closed = new Map(resources);
  for (const { logicalId, property, consequence } of guards) {
    const resource = closed.get(logicalId);
    if (resource === undefined) continue;
    const fault = new DefinitionError(resource.place(property), consequence);
    closed.set(logicalId, { ...resource, fault: resource.fault ?? fault });
  }
  return closed;
}

function exportsOf(resolver: StackResolver, tolerance: Tolerance): ResolvedStack['exports'] {
  return new Map(
    [...resolver.exportNames.keys()].flatMap((name) =>
      tolerance.attempt<(readonly [string, Json])[]>(
        'the output has no value',
        () => [[name, resolver.exportValue(name)] as const],
        () => [],
      ),
    ),
  );
}
