/** Reads the routes of a deployed API from AWS, both as configured and as the stage serves them. */
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';
import type { ApiKind } from '#shared/access/compiled-document.ts';
import { protectionOf } from '@gatewright/authoring/inventory/route-inventory';
import type { InventoryRoute } from '@gatewright/authoring/inventory/route-inventory';
import { readExportedRoutes, mergeRoutes } from './deployed-routes.ts';
import { showControls } from '@gatewright/aws/text/visible-text';
import { findApiId } from '@gatewright/authoring/account/find-api-id';
import type { NamedApi } from '@gatewright/authoring/account/find-api-id';
import { UsageError } from '../../../../base/terminal/output.ts';
import { createSignedGet } from '@gatewright/authoring/account/signed-get';
import type { Environment, SignedGet } from '@gatewright/authoring/account/signed-get';

type LiveApi = {
  readonly apiId: string;
  readonly kind: ApiKind;
  readonly routes: readonly InventoryRoute[];
  readonly warnings: readonly string[];
};

export type LiveApiQuery = NamedApi & {
  readonly apiId?: string;
  readonly stage: string;
};

/** Maximum number of pages. API Gateway's own limits, 300 resources and 300 routes, need fewer pages. */
const PAGES_LIMIT = 20;
const ROUTES_LIMIT = 10_000;
const SHOWN = 10;

/**
 * Finds the API by its id, otherwise by `findApiId`, and lists its routes. A route counts as protected if its
 * authorization type is CUSTOM. Credentials come from the environment.
 * @throws UsageError if AWS has no such API, or if a response is incomplete or unexpected
 */
export async function readLiveApi(wanted: LiveApiQuery, environment: Environment): Promise<LiveApi> {
  const aws = createSignedGet(environment);
  const apiId = wanted.apiId ?? (await findApiId(aws, wanted));
  const rest = await aws.get('apigateway', `/restapis/${apiId}`);
  if (rest !== undefined) {
    assertId(rest['id'], apiId);
    return { apiId, kind: 'rest', ...(await readRest(aws, apiId, wanted.stage)) };
  }
  const api = await aws.get('apigateway', `/v2/apis/${apiId}`);
  if (api === undefined) throw new UsageError(`AWS has no API ${apiId} in region ${aws.region}`);
  assertId(api['apiId'], apiId);
  const { protocolType } = api;
  if (protocolType === 'WEBSOCKET')
    return { apiId, kind: 'websocket', routes: await listRoutes(aws, apiId), warnings: [] };
  if (protocolType === 'HTTP') return { apiId, kind: 'http', ...(await readHttp(aws, apiId, wanted.stage)) };
  throw new UsageError(`AWS returned API ${apiId} without a known protocolType`);
}

function assertId(id: unknown, apiId: string): void {
  if (id !== apiId) throw new UsageError(`AWS returned API ${show(id)} instead of ${apiId}`);
}

type Routes = Pick<LiveApi, 'routes' | 'warnings'>;

async function readRest(aws: SignedGet, apiId: string, stage: string): Promise<Routes> {
  const set = await listRestRoutes(aws, apiId);
  const path = `/restapis/${apiId}/stages/${encodeURIComponent(stage)}`;
  if ((await aws.get('apigateway', path)) === undefined) return notDeployed(set, stage);
  return unite(set, await readExport(aws, `${path}/exports/oas30?extensions=authorizers`), stage);
}

async function readHttp(aws: SignedGet, apiId: string, stage: string): Promise<Routes> {
  const set = await listRoutes(aws, apiId);
  const found = await aws.get('apigateway', `/v2/apis/${apiId}/stages/${encodeURIComponent(stage)}`);
  if (typeof found?.['deploymentId'] !== 'string') return notDeployed(set, stage);
  const query = `includeExtensions=true&outputType=JSON&stageName=${encodeURIComponent(stage)}`;
  return unite(set, await readExport(aws, `/v2/apis/${apiId}/exports/OAS30?${query}`), stage);
}

async function readExport(aws: SignedGet, path: string): Promise<readonly InventoryRoute[]> {
  const exported = await aws.get('apigateway', path);
  if (exported === undefined)
    throw new UsageError(
      `AWS returned nothing for GET ${path}, although the stage exists; run the command again`,
    );
  const routes = readExportedRoutes(exported);
  for (const { path: name } of routes) if (name !== '$default') assertPath(name);
  return routes;
}

function notDeployed(routes: readonly InventoryRoute[], stage: string): Routes {
  return { routes, warnings: [`stage ${stage} is not deployed yet, so the configured routes are used`] };
}

function unite(set: readonly InventoryRoute[], deployed: readonly InventoryRoute[], stage: string): Routes {
  const { routes, onlyDeployed, onlySet } = mergeRoutes(set, deployed);
  return {
    routes,
    warnings: [
      ...(onlyDeployed.length === 0
        ? []
        : [
            `stage ${stage} still serves routes that the API no longer has; these routes stay protected: ${some(onlyDeployed)}`,
          ]),
      ...(onlySet.length === 0
        ? []
        : [`stage ${stage} does not serve these routes of the API yet: ${some(onlySet)}`]),
    ],
  };
}

function some(names: readonly string[]): string {
  return `${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ' …' : ''}`;
}

async function listRestRoutes(aws: SignedGet, apiId: string): Promise<readonly InventoryRoute[]> {
  const resources = await listPages(aws, `/restapis/${apiId}/resources?embed=methods&limit=500`, 'position');
  return resources.flatMap((resource) => {
    const path = assertPath(resource['path']);
    const { resourceMethods = {} } = resource;
    if (!isJsonObject(resourceMethods)) throw new UsageError(`the methods of ${path} are not an object`);
    return Object.entries(resourceMethods).map(([method, settings]) => ({
      method: assertMethod(method),
      path,
      ...protectionOf(memberOf(settings, 'authorizationType')),
    }));
  });
}

async function listRoutes(aws: SignedGet, apiId: string): Promise<readonly InventoryRoute[]> {
  const routes = await listPages(aws, `/v2/apis/${apiId}/routes?maxResults=500`, 'nextToken');
  return routes.map(({ routeKey, authorizationType }) => {
    const protection = protectionOf(authorizationType);
    const [, method, path] = typeof routeKey === 'string' ? (/^([A-Z]+) (.*)$/s.exec(routeKey) ?? []) : [];
    if (method !== undefined) return { method: assertMethod(method), path: assertPath(path), ...protection };
    // The key may be `$default`, or a route of a WebSocket API, which may have any name.
    if (typeof routeKey !== 'string' || routeKey === '' || showControls(routeKey) !== routeKey)
      throw new UsageError(`AWS returned a route with the key ${show(routeKey)}`);
    return { method: 'ANY', path: routeKey, ...protection };
  });
}

function assertPath(path: unknown): string {
  if (typeof path === 'string' && path.startsWith('/') && showControls(path) === path) return path;
  throw new UsageError(`AWS returned a route with the path ${show(path)}`);
}

function assertMethod(method: string): string {
  if (/^[A-Z]{1,16}$/.test(method)) return method;
  throw new UsageError(`AWS returned a route with the method ${show(method)}`);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : showControls(JSON.stringify(value).slice(0, 100));
}

/**
 * Returns the items of all pages. REST lists have the member `item` (or HAL's `_embedded.item`) with `position`. Lists
 * of version 2 have `items` with `nextToken`. Every unexpected response is an error, because an incomplete list would
 * omit protected routes, and wildcards would then match these routes.
 */
async function listPages(
  aws: SignedGet,
  path: string,
  token: 'position' | 'nextToken',
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const found: Readonly<Record<string, unknown>>[] = [];
  let next: string | undefined;
  for (let page = 1; page <= PAGES_LIMIT; page += 1) {
    const answer = await aws.get(
      'apigateway',
      next === undefined ? path : `${path}&${token}=${encodeURIComponent(next)}`,
    );
    const items = answer?.['items'] ?? answer?.['item'] ?? memberOf(answer?.['_embedded'], 'item');
    // HAL writes a list of one item as the item itself.
    const list: readonly unknown[] = Array.isArray(items) ? items : [items];
    for (const item of list) {
      if (found.length >= ROUTES_LIMIT) throw new UsageError('AWS returned more routes than an API can have');
      if (!isJsonObject(item))
        throw new UsageError(`AWS returned page ${page} of the list of routes in an unknown form`);
      found.push(item);
    }
    const following = answer?.[token];
    if (following === undefined || following === null) return found;
    if (typeof following !== 'string' || following === '')
      throw new UsageError(
        `AWS returned page ${page} of the list of routes, which ends with ${token} ${show(following)}, but a non-empty string is expected`,
      );
    next = following;
  }
  throw new UsageError('AWS returned more pages of routes than an API can have');
}
