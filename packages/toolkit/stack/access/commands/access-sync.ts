/** `gatewright access sync` copies routes of protected APIs to `access/<name>.routes.json`. */
import { sortNames } from '@gatewright/aws/text/name-order';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { AccessDocument } from '@gatewright/authoring/document/document';
import { parse as parseYaml } from 'yaml';
import { readOpenApiRoutes } from '@gatewright/authoring/inventory/openapi-inventory';
import { printProblem } from '@gatewright/authoring/document/read-document';
import { API_NAMES, parseInventory, printInventory } from '@gatewright/authoring/inventory/route-inventory';
import type { InventoryRoute, RouteInventory } from '@gatewright/authoring/inventory/route-inventory';
import type { InspectedApi } from '../../../../gateway/engine/index.ts';
import { inspectApis, loadOptions, toInventoryRoutes } from './access-apis.ts';
import type { ParameterTexts } from './access-apis.ts';
import { readNamedDocuments } from '@gatewright/authoring/files/access-documents';
import type { NamedDocument } from '@gatewright/authoring/files/access-documents';
import { isStackFolder, OWN_SOCKET_API, OWN_SOCKET_PARAMETER } from '@gatewright/authoring/files/stack-files';
import { inventoryPath } from '@gatewright/authoring/files/access-files';
import { readLiveApi } from './access-live.ts';
import { count, UsageError } from '../../../../base/terminal/output.ts';

type Found = {
  readonly inventory: Omit<RouteInventory, 'apiIds'>;
  readonly apiId: string | undefined;
  readonly from: string;
  readonly warnings?: readonly string[];
};

/** The stage of the stack that contains the authorizers. The APIs of this stage are read. */
type AskedStage = {
  readonly stage: string;
  /**
   * Whether the user named the stage. If so, services are first loaded for this stage; otherwise they are first loaded
   * for the stage that they name themselves.
   */
  readonly isGiven: boolean;
};

type SyncedRoutes = {
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
  /**
   * The text of each new inventory, by document name. The texts are written only after they have been compiled without
   * errors.
   */
  readonly inventories: ReadonlyMap<string, string>;
};

/**
 * Reads the routes of each document, and reports what was found. Writes nothing, because a partial inventory must not
 * replace a complete one.
 */
export async function syncRoutes(
  folder: string,
  names: readonly string[],
  asked: AskedStage,
  parameters: ParameterTexts = {},
): Promise<SyncedRoutes> {
  const { stage } = asked;
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
    const { inventory, apiId, from, warnings: found = [] } = await readRoutes(document, asked, inspect);
    const differences = [...found];
    const path = inventoryPath(document);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const known = parseInventory(before);
    const ids = new Set([...(apiId === undefined ? [] : [apiId]), ...(known?.apiIds[stage] ?? [])]);
    // Keeps ids that are known from other stages or from a deployed API.
    const apiIds = { ...known?.apiIds, ...(ids.size > 0 && { [stage]: [...ids].sort() }) };
    const text = printInventory({ ...inventory, apiIds });
    inventories.set(name, text);
    const routes = `${count(inventory.routes.length, 'route')} of ${API_NAMES[inventory.kind]} API ${from}`;
    lines.push(`${name}: ${routes}${text === before ? ', no changes' : ''}`);
    const gone = (known?.routes ?? [])
      .map(keyOf)
      .filter((key) => !inventory.routes.some((route) => keyOf(route) === key));
    if (gone.length > 0)
      differences.push(
        `the API no longer has these routes, so their paths now match its wildcard routes, if any: ${gone.join(', ')}`,
      );
    differences.push(...describeOpened(known?.routes ?? [], inventory.routes, document.document));
    warnings.push(...differences.map((text) => `${name}: ${text}`));
  }
  return { lines, warnings, inventories };
}

/**
 * Describes routes that a sync opens. A document has one list of routes for all its stages, so reading one stage may
 * open a route that another stage guards.
 */
function describeOpened(
  before: readonly InventoryRoute[],
  now: readonly InventoryRoute[],
  { api }: AccessDocument,
): readonly string[] {
  const guarded = new Set(before.filter(({ isProtected }) => isProtected).map(keyOf));
  const opened = now.filter((route) => !route.isProtected && guarded.has(keyOf(route))).map(keyOf);
  const stages = Object.keys(api);
  const others =
    stages.length === 1
      ? ''
      : `; the list of routes is shared by the stages ${stages.join(', ')}, so run gatewright access sync --stage NAME before you deploy one of them`;
  return opened.length === 0
    ? []
    : [
        `these routes no longer use an authorizer of Gatewright, so the rules of the document no longer protect them: ${opened.join(', ')}${others}`,
      ];
}

function keyOf({ method, path }: InventoryRoute): string {
  return `${method} ${path}`;
}

function describeStages(named: readonly NamedDocument[], stage: string): string {
  const stages = new Set(named.flatMap(({ document }) => Object.keys(document.api)));
  return `no access document has stage "${stage}" under api; expected one of ${sortNames(stages).join(', ')}`;
}

/**
 * @throws UsageError if the source of a document's routes does not exist. This function checks the source itself,
 * because the gateway reads all sources together and cannot report to which document a source belongs.
 */
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

/** @param isChosen whether services are loaded for the given stage even if they name a stage of their own */
type Inspect = (isChosen?: boolean) => Promise<readonly InspectedApi[]>;

/** Inspects all stacks together, because they import from each other. */
function inspectOnce(
  folder: string,
  stage: string,
  documents: readonly NamedDocument[],
  parameters: ParameterTexts,
): Inspect {
  const apis = new Map<boolean, Promise<readonly InspectedApi[]>>();
  const own = dirname(folder);
  return (isChosen = false) => {
    const before = apis.get(isChosen);
    if (before !== undefined) return before;
    const sources = new Set(
      documents
        .filter(({ document }) => document.routes !== LIVE)
        .map((named) => resolve(named.folder, named.document.routes))
        .filter((path) => readOpenApi(path) === undefined),
    );
    if (existsSync(join(own, 'serverless.yml'))) sources.add(own);
    // The toolkit's own plug-in must not refuse documents because of outdated routes.
    const environment = { GATEWRIGHT_READS_ROUTES: 'true' };
    const options = { ...loadOptions(stage, own, parameters, isChosen), environment };
    const inspected = inspectApis([...sources], options);
    apis.set(isChosen, inspected);
    return inspected;
  };
}

const LIVE = 'live';

async function readRoutes(
  { folder, file, document }: NamedDocument,
  asked: AskedStage,
  inspect: Inspect,
): Promise<Found> {
  const { stage } = asked;
  const path = resolve(folder, document.routes);
  if (document.routes === LIVE) {
    const wanted = document.api[stage];
    if (wanted === undefined) throw new UsageError(`${file}: api has no stage ${stage}`);
    const { apiId, warnings, ...inventory } = await readLiveApi(wanted, process.env);
    return { inventory, apiId, from: apiId, warnings };
  }
  const routes = readOpenApi(path);
  if (routes === undefined) {
    const api = await findApi({ folder, file, document }, inspect, asked);
    const inventory = { kind: api.kind, routes: toInventoryRoutes(api) };
    return { inventory, apiId: api.id, from: `${api.logicalId} in ${api.stack}` };
  }
  if (document.kind === undefined)
    throw new UsageError(
      `${file}: routes is an OpenAPI file, which does not contain the kind of the API: add kind: rest or kind: http to the document`,
    );
  return { inventory: { kind: document.kind, routes }, apiId: undefined, from: `in ${document.routes}` };
}

/** Reads the routes of an OpenAPI document. Returns undefined if the file is anything else. */
function readOpenApi(path: string): readonly InventoryRoute[] | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  // This function does not resolve CloudFormation tags (!Ref, !GetAtt).
  return readOpenApiRoutes(parseYaml(readFileSync(path, 'utf8'), { logLevel: 'error' }));
}

/**
 * Returns the API of the stage. A service may name its own stage, such as `stage: ${opt:stage, 'dev'}`. Services are
 * therefore loaded twice if necessary: for their own stage, and for the stage of the stack.
 * @throws UsageError if the API is not found, or the error of the first load
 */
export async function findApi(
  { folder, file, document: { api: byStage, routes } }: Pick<NamedDocument, 'folder' | 'file' | 'document'>,
  inspect: Inspect,
  { stage, isGiven }: AskedStage,
): Promise<InspectedApi> {
  const wanted = byStage[stage];
  const isWanted = ({ stack, logicalId, id, stage: name }: InspectedApi): boolean =>
    name === wanted?.stage &&
    (wanted.logicalId === undefined
      ? id === wanted.apiId
      : stack === wanted.stack && logicalId === wanted.logicalId);
  const known = new Set<string>();
  const failures: unknown[] = [];
  for (const isChosen of [isGiven, !isGiven]) {
    const apis = await inspect(isChosen).catch((error: unknown) => void failures.push(error));
    const found = apis?.find(isWanted);
    if (found !== undefined) return found;
    for (const { stack, logicalId, stage: name } of apis ?? [])
      known.add(`${stack} ${logicalId} stage ${name}`);
    if (wanted?.logicalId === undefined) break;
  }
  if (wanted?.logicalId === undefined)
    throw new UsageError(
      `${file}: api.${stage} names a deployed API (${wanted?.apiId ?? wanted?.name ?? wanted?.output ?? ''}), but the APIs of ${routes} have no AWS API ids: ${list(known)}. ` +
        `Write routes: live to read the routes of the deployed API, or name the API in api.${stage} by stack, logicalId and stage`,
    );
  if (failures.length > 0) throw failures[0];
  const source = resolve(folder, routes);
  if (wanted.logicalId === OWN_SOCKET_API && isStackFolder(source))
    throw new UsageError(`${file}: ${describeNoSocketApi(source, stage)}`);
  throw new UsageError(
    `${file}: the API of api.${stage} is not among the loaded APIs, which are ${list(known)}; correct its stack, logicalId and stage, or write routes: live to read the routes of the deployed API`,
  );
}

/** The stack has a WebSocket API of its own only in the stages whose parameter says so. */
function describeNoSocketApi(stackFolder: string, stage: string): string {
  const definition = relative(process.cwd(), join(stackFolder, 'serverless.yml'));
  return `api.${stage} names the WebSocket API of the stack in ${definition}, which the stack does not have in the stage ${stage}: write ${OWN_SOCKET_PARAMETER} into params.${stage} of this file, and run gatewright access sync again; gatewright.yml must also name the part channels`;
}

function list(names: ReadonlySet<string>): string {
  return [...names].join(', ') || 'none';
}
