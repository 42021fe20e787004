/** Sources on the command line → resolved stacks. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DefinitionError } from '../errors.ts';
import { loadCdkOutput } from './cdk/cdk-out.ts';
import { classifyResources } from './classify.ts';
import { defineFunctions, layerFolders } from './functions.ts';
import { isJsonObject } from './cloudformation/template-source.ts';
import type { LayerFolders } from './functions.ts';
import { LoadBoard } from './load-board.ts';
import { expandDocuments } from './openapi/openapi.ts';
import type { Finding } from './raw-stack.ts';
import type { LoadOptions } from './load-options.ts';
import type { ResolvedResource, ResolvedStack, UnsupportedItem } from './model.ts';
import type { RawStack } from './raw-stack.ts';
import { SERVICE_FILES, loadServerlessService } from './serverless/serverless-service.ts';
import type { StackResolver } from './cloudformation/stack-resolver.ts';
import { loadTemplate } from './cloudformation/template-stack.ts';

const TEMPLATE_FILES = ['template.yaml', 'template.yml', 'template.json'];

/**
 * Loads every source at the same time and resolves them together; exporting stacks come before importing ones.
 * A source is a folder with a serverless.yml, a SAM template or a cdk.out, or the file of a template.
 * @throws DefinitionError for the first thing that AWS, osls or this reader refuses.
 * @throws StartError OSLS_MISSING
 */
export async function loadStacks(
  sources: readonly string[],
  options: LoadOptions,
): Promise<readonly ResolvedStack[]> {
  const paths = [...new Set(sources.map((source) => resolve(source)))];
  const board = new LoadBoard(paths);
  const abort = new AbortController();
  const failures: unknown[] = [];
  const loaded = await Promise.all(
    paths.map(async (path) => {
      try {
        const raws = await loadSource(path, options, board, abort.signal);
        board.finish(path, raws);
        for (const { stackName } of raws) options.onProgress?.(`loaded ${stackName}`);
        return raws;
      } catch (error) {
        // The first failure ends the other children; all are waited for, so that none outlives the call.
        failures.push(error);
        abort.abort();
        return [];
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return resolveStacks(loaded.flat(), board);
}

async function loadSource(
  path: string,
  options: LoadOptions,
  board: LoadBoard,
  signal: AbortSignal,
): Promise<readonly RawStack[]> {
  if (!existsSync(path)) {
    throw new DefinitionError({ file: path }, 'template not found: there is no such file or folder');
  }
  const found = statSync(path).isDirectory() ? findDefinition(path) : path;
  const name = found.split(/[\\/]/).at(-1) ?? '';
  if (SERVICE_FILES.includes(name)) {
    return [await loadServerlessService(found, options, board, path, signal)];
  }
  if (name === 'manifest.json') return loadCdkOutput(found, options);
  return [await loadTemplate(found, options)];
}

function findDefinition(folder: string): string {
  const candidates = [...SERVICE_FILES, ...TEMPLATE_FILES, 'manifest.json', 'cdk.out/manifest.json'];
  const found = candidates.find((candidate) => existsSync(join(folder, candidate)));
  if (found !== undefined) return join(folder, found);
  throw new DefinitionError(
    { file: folder },
    'template not found: the folder has no serverless.yml, template.yaml or cdk.out; name a template file instead',
  );
}

type Resolution = {
  readonly stackName: string;
  readonly resolver: StackResolver;
  readonly resources: ReadonlyMap<string, ResolvedResource>;
  /** Parts of OpenAPI documents that are not applied. */
  readonly findings: readonly Finding[];
};

function resolveStacks(raws: readonly RawStack[], board: LoadBoard): readonly ResolvedStack[] {
  const resolvers = board.stacks.complete(raws.map(({ stackName }) => stackName));
  const resolutions = resolvers.map((resolver) => ({
    stackName: resolver.raw.stackName,
    resolver,
    ...expandDocuments(resolver.raw.stackName, resolver.resolveResources()),
  }));
  const outputs = new Map(resolvers.map((resolver) => [resolver, resolver.resolveOutputs()]));
  const layers: LayerFolders = new Map(
    resolutions.flatMap(({ resolver, resources }) => layerFolders(resources.values(), resolver.raw.code)),
  );
  return board.stacks
    .inImportOrder(resolutions)
    .map((resolution) => finishStack(resolution, outputs.get(resolution.resolver) ?? new Map(), layers));
}

function finishStack(
  { stackName, resolver, resources, findings: inDocuments }: Resolution,
  outputs: ResolvedStack['outputs'],
  layers: LayerFolders,
): ResolvedStack {
  const { raw } = resolver;
  const { functions, unsupported } = defineFunctions(raw, resources.values(), layers);
  const classified = classifyResources(stackName, resources.values());
  const findings = [...raw.findings, ...inDocuments].map((finding): UnsupportedItem => ({
    stackName,
    ...finding,
  }));
  return {
    ...{ stackName, resources, outputs, functions },
    stage: raw.stage,
    region: raw.region,
    accountId: raw.accountId,
    file: raw.file,
    includes: raw.includes ?? [],
    exports: new Map([...resolver.exportNames.keys()].map((name) => [name, resolver.exportValue(name)])),
    unsupported: [...classified.unsupported, ...unsupported, ...resolver.placeholders, ...findings],
    noEffect: classified.noEffect,
    metadata: isJsonObject(raw.template['Metadata']) ? raw.template['Metadata'] : {},
  };
}
