/** `gatewright access sync` copies routes of protected APIs to `access/<name>.routes.json`. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { AccessDocument } from '@gatewright/authoring/document/document';
import { parse as parseYaml } from 'yaml';
import { readOpenApiRoutes } from '@gatewright/authoring/inventory/openapi-inventory';
import { printProblem } from '@gatewright/authoring/document/read-document';
import { parseInventory, printInventory } from '@gatewright/authoring/inventory/route-inventory';
import type { InventoryRoute, RouteInventory } from '@gatewright/authoring/inventory/route-inventory';
import type { InspectedApi } from '../../../../gateway/engine/index.ts';
import { inspectApis, loadOptions, toInventoryRoutes } from './access-apis.ts';
import type { ParameterTexts } from './access-apis.ts';
import { readNamedDocuments } from '@gatewright/authoring/files/access-documents';
import type { NamedDocument } from '@gatewright/authoring/files/access-documents';
import { inventoryPath } from '@gatewright/authoring/files/access-files';
import { readLiveApi } from './access-live.ts';
import { count, UsageError } from '../../../../base/terminal/output.ts';

type Found = {
  readonly inventory: Omit<RouteInventory, 'apiIds'>;
  readonly apiId: string | undefined;
  readonly from: string;
  readonly warnings?: readonly string[];
};

type SyncedRoutes = {
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
  /** Texts of inventories by document name. They are written once they compile. */
  readonly inventories: ReadonlyMap<string, string>;
};

/**
 * Reads every source once, and reports for each document what was found. Writes nothing, because a partial inventory
 * must not replace a complete one.
 */
export async function syncRoutes(
  folder: string,
  names: readonly string[],
  stage: string,
  parameters: ParameterTexts = {},
): Promise<SyncedRoutes> {
  const named = readNamedDocuments(folder, names);
  const documents = named.filter(({ document }) => Object.hasOwn(document.api, stage));
  if (named.length > 0 && documents.length === 0) throw new UsageError(describeStages(named, stage));
  assertSources(documents);
  const inspect = inspectOnce(folder, stage, documents, parameters);
  const lines: string[] = [];
  const warnings: string[] = [];
  const inventories = new Map<string, string>();
  for (const document of documents) {
    const { name } = document;
    const { inventory, apiId, from, warnings: found = [] } = await readRoutes(document, stage, inspect);
    const differences = [...found];
    const path = inventoryPath(document);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const known = parseInventory(before);
    const ids = new Set([...(apiId === undefined ? [] : [apiId]), ...(known?.apiIds[stage] ?? [])]);
    // Keeps ids that are known from other stages or from a deployed API.
    const apiIds = { ...known?.apiIds, ...(ids.size > 0 && { [stage]: [...ids].sort() }) };
    const text = printInventory({ ...inventory, apiIds });
    inventories.set(name, text);
    const routes = `${count(inventory.routes.length, 'route')} of ${inventory.kind} API ${from}`;
    lines.push(`${name}: ${routes}${text === before ? ', no changes' : ''}`);
    const gone = (known?.routes ?? [])
      .map(keyOf)
      .filter((key) => !inventory.routes.some((route) => keyOf(route) === key));
    if (gone.length > 0) differences.push(`removed routes, which wildcards now match: ${gone.join(', ')}`);
    warnings.push(...differences.map((text) => `${name}: ${text}`));
  }
  return { lines, warnings, inventories };
}

function keyOf({ method, path }: InventoryRoute): string {
  return `${method} ${path}`;
}

function describeStages(named: readonly NamedDocument[], stage: string): string {
  const stages = new Set(named.flatMap(({ document }) => Object.keys(document.api)));
  return `no access document names stage "${stage}" under api; the stages are ${[...stages].sort().join(', ')}`;
}

/** @throws UsageError. The gateway reads all sources together, so it cannot report which document lacks a source. */
function assertSources(documents: readonly NamedDocument[]): void {
  const missing = documents.filter(
    ({ folder, document: { routes } }) => routes !== LIVE && !existsSync(resolve(folder, routes)),
  );
  if (missing.length === 0) return;
  const problems = missing.map(({ folder, document: { routes }, locate }) =>
    locate(
      ['routes'],
      `${resolve(folder, routes)} does not exist; the path is relative to the folder of the document`,
    ),
  );
  throw new UsageError(problems.map(printProblem).join('\n'));
}

type Inspect = () => Promise<readonly InspectedApi[]>;

/** Inspects all stacks together, because they import from each other. */
function inspectOnce(
  folder: string,
  stage: string,
  documents: readonly NamedDocument[],
  parameters: ParameterTexts,
): Inspect {
  let apis: Promise<readonly InspectedApi[]> | undefined;
  const own = dirname(folder);
  return () => {
    const sources = new Set(
      documents
        .filter(({ document }) => document.routes !== LIVE)
        .map((named) => resolve(named.folder, named.document.routes))
        .filter((path) => readOpenApi(path) === undefined),
    );
    if (existsSync(join(own, 'serverless.yml'))) sources.add(own);
    // The toolkit's own plug-in must not refuse documents because of outdated routes.
    const environment = { GATEWRIGHT_READS_ROUTES: 'true' };
    return (apis ??= inspectApis([...sources], { ...loadOptions(stage, own, parameters), environment }));
  };
}

const LIVE = 'live';

async function readRoutes(
  { folder, file, document }: NamedDocument,
  stage: string,
  inspect: Inspect,
): Promise<Found> {
  const path = resolve(folder, document.routes);
  if (document.routes === LIVE) {
    const wanted = document.api[stage];
    if (wanted === undefined) throw new UsageError(`${file}: api does not name a stage ${stage}`);
    const { apiId, warnings, ...inventory } = await readLiveApi(wanted, process.env);
    return { inventory, apiId, from: apiId, warnings };
  }
  const routes = readOpenApi(path);
  if (routes === undefined) {
    const api = findApi(document, await inspect(), stage, file);
    const inventory = { kind: api.kind, routes: toInventoryRoutes(api) };
    return { inventory, apiId: api.id, from: `${api.logicalId} in ${api.stack}` };
  }
  if (document.kind === undefined)
    throw new UsageError(
      `${file}: an OpenAPI file does not say which kind of API it is: write kind: rest or kind: http`,
    );
  return { inventory: { kind: document.kind, routes }, apiId: undefined, from: `in ${document.routes}` };
}

/** Returns undefined for anything except a file that contains an OpenAPI document. */
function readOpenApi(path: string): readonly InventoryRoute[] | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  // CloudFormation tags (!Ref, !GetAtt) are not resolved here.
  return readOpenApiRoutes(parseYaml(readFileSync(path, 'utf8'), { logLevel: 'error' }));
}

function findApi(
  { api: byStage }: AccessDocument,
  apis: readonly InspectedApi[],
  stage: string,
  file: string,
): InspectedApi {
  const wanted = byStage[stage];
  const found = apis.find(
    ({ stack, logicalId, id, stage: name }) =>
      name === wanted?.stage &&
      (wanted.logicalId === undefined
        ? id === wanted.apiId
        : stack === wanted.stack && logicalId === wanted.logicalId),
  );
  if (found !== undefined) return found;
  const known = apis.map(({ stack, logicalId, stage: name }) => `${stack} ${logicalId} stage ${name}`);
  throw new UsageError(
    `${file}: api.${stage} is not among the loaded APIs, which are ${known.join(', ') || 'none'}`,
  );
}
