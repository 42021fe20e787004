/**
 * Reads the whole configuration of an API of any kind. It refuses incomplete lists, and responses about another API.
 */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { memberAt, textAt } from '../../terminal/aws-call.ts';
import { readExportedRoutes, mergeRoutes } from '../../stack/access/commands/deployed-routes.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import type { ControlPlane } from './control-plane.ts';
import { authorizerPart, DEPLOYED_BY, deploymentPart, routePart, comparable } from './live-api.ts';
import type { LiveApi, LiveRoute } from './live-api.ts';
import { isSame } from './step.ts';
import type { Snapshot } from './step.ts';

/**
 * Reads an API and one of its stages.
 * @throws UsageError if the API or the stage does not exist
 */
export async function readLiveApi(plane: ControlPlane, apiId: string, stage: string): Promise<LiveApi> {
  const rest = await plane.read('apigateway', `/restapis/${apiId}`);
  if (rest?.['id'] === apiId) return readRest(plane, rest, apiId, stage);
  const v2 = await plane.read('apigateway', `/v2/apis/${apiId}`);
  if (v2?.['apiId'] === apiId) return readV2(plane, v2, apiId, stage);
  throw new UsageError(`there is no API ${apiId} in this account and region`);
}

async function readRest(
  plane: ControlPlane,
  api: UnknownMembers,
  apiId: string,
  stage: string,
): Promise<LiveApi> {
  const address = `/restapis/${apiId}`;
  const stageShown = await readStage(plane, address, stage);
  const resources = await plane.list(`${address}/resources?embed=methods&limit=500`);
  const authorizers = await plane.list(`${address}/authorizers?limit=500`);
  const deployments = await plane.list(`${address}/deployments?limit=500`);
  const responses = await plane.list(`${address}/gatewayresponses?limit=500`);
  const gatewayResponses = responses.filter((response) => response['defaultResponse'] !== true);
  const routes = resources.flatMap((resource) => restRoutes(address, resource));
  return {
    kind: 'rest',
    apiId,
    name: textAt(api, 'name') ?? apiId,
    stage,
    address,
    api,
    stageShown,
    routes,
    authorizers,
    gatewayResponses,
    isAutomatic: false,
    parts: {
      api: comparable(api),
      stage: comparable(stageShown),
      ...partsOf(routes, authorizers, deployments),
      ...Object.fromEntries(
        gatewayResponses.map((response) => [
          `gateway response ${String(response['responseType'])}`,
          comparable(response),
        ]),
      ),
    },
    drift: await findRestDrift(plane, address, stageShown, routes),
  };
}

async function readStage(plane: ControlPlane, address: string, stage: string): Promise<UnknownMembers> {
  const shown = await plane.read('apigateway', `${address}/stages/${encodeURIComponent(stage)}`);
  if (shown?.['stageName'] === stage) return shown;
  throw new UsageError(`the API has no stage ${stage}`);
}

function restRoutes(address: string, resource: UnknownMembers): readonly LiveRoute[] {
  const { id, path } = resource;
  const { resourceMethods = {} } = resource;
  if (typeof id !== 'string' || typeof path !== 'string' || !isJsonObject(resourceMethods))
    throw new UsageError('AWS returned a resource without an id or a path');
  return Object.entries(resourceMethods).flatMap(([method, shown]) =>
    isJsonObject(shown)
      ? [routeOf(shown, `${method} ${path}`, method, path, `${address}/resources/${id}/methods/${method}`)]
      : [],
  );
}

export function routeOf(
  shown: UnknownMembers,
  key: string,
  method: string,
  path: string,
  address: string,
): LiveRoute {
  return {
    key,
    method,
    path,
    address,
    shown: comparable(shown),
    authorizationType: textAt(shown, 'authorizationType') ?? 'NONE',
    authorizerId: textAt(shown, 'authorizerId'),
    apiKeyRequired: shown['apiKeyRequired'] === true,
  };
}

function partsOf(
  routes: readonly LiveRoute[],
  authorizers: readonly UnknownMembers[],
  deployments: readonly UnknownMembers[],
): Snapshot {
  const ours = deployments.filter((one) => textAt(one, 'description')?.startsWith(DEPLOYED_BY) === true);
  return Object.fromEntries([
    ...routes.map(({ key, shown }) => [routePart(key), shown] as const),
    ...authorizers.map((one) => [authorizerPart(String(one['name'])), comparable(one)] as const),
    ...ours.map((one) => [deploymentPart(String(one['description'])), comparable(one)] as const),
  ]);
}

/**
 * Compares the API with the summary of the deployment. If there is an export of the stage, its integrations are
 * compared as well. Returns undefined if AWS does not show the summary.
 */
async function findRestDrift(
  plane: ControlPlane,
  address: string,
  stage: UnknownMembers,
  routes: readonly LiveRoute[],
): Promise<readonly string[] | undefined> {
  const deployment = await plane.read(
    'apigateway',
    `${address}/deployments/${String(stage['deploymentId'])}?embed=apisummary`,
  );
  const exported = await plane.read(
    'apigateway',
    `${address}/stages/${encodeURIComponent(String(stage['stageName']))}/exports/oas30?extensions=integrations`,
  );
  const summary = deployment?.['apiSummary'];
  if (!isJsonObject(summary)) return undefined;
  const served = new Map(
    Object.entries(summary).flatMap(([path, methods]) =>
      Object.entries(membersOf(methods)).map(([method, shown]): [string, unknown] => [
        `${method} ${path}`,
        shown,
      ]),
    ),
  );
  const set = new Map<string, LiveRoute>(routes.map((route) => [route.key, route]));
  return [
    ...[...set.keys()]
      .filter((key) => !served.has(key))
      .map((key) => `${key} is configured, but not deployed`),
    ...[...served.keys()]
      .filter((key) => !set.has(key))
      .map((key) => `${key} is deployed, but no longer configured`),
    ...routes.flatMap((route) => describeDrift(route, served.get(route.key), exported)),
  ].sort();
}

function describeDrift(route: LiveRoute, served: unknown, exported: UnknownMembers | undefined): string[] {
  if (!isJsonObject(served)) return [];
  const wasAuthorized: unknown = served['authorizationType'];
  const { key, method, path, authorizationType, apiKeyRequired, shown } = route;
  const name = method === 'ANY' ? 'x-amazon-apigateway-any-method' : method.toLowerCase();
  const integration = memberAt(exported, 'paths', path, name, 'x-amazon-apigateway-integration');
  const was = membersOf(integration)['uri'];
  const now = memberAt(shown, 'methodIntegration', 'uri');
  return [
    ...(wasAuthorized === authorizationType
      ? []
      : [
          `${key} is deployed with authorization ${String(wasAuthorized)}, but configured with ${authorizationType}`,
        ]),
    ...(Boolean(served['apiKeyRequired']) === apiKeyRequired
      ? []
      : [
          `${key} ${apiKeyRequired ? 'now requires' : 'no longer requires'} an API key, but the change is not deployed`,
        ]),
    ...(integration === undefined || isSame(was, now)
      ? []
      : [`the integration of ${key} was changed, but the change is not deployed`]),
  ];
}

async function readV2(
  plane: ControlPlane,
  api: UnknownMembers,
  apiId: string,
  stage: string,
): Promise<LiveApi> {
  const address = `/v2/apis/${apiId}`;
  const kind = api['protocolType'] === 'WEBSOCKET' ? 'websocket' : 'http';
  const stageShown = await readStage(plane, address, stage);
  const listed = await plane.list(`${address}/routes?maxResults=500`);
  const authorizers = await plane.list(`${address}/authorizers?maxResults=500`);
  const integrations = await plane.list(`${address}/integrations?maxResults=500`);
  const deployments = await plane.list(`${address}/deployments?maxResults=500`);
  const isAutomatic = stageShown['autoDeploy'] === true;
  const routes = listed.map((shown) => {
    const key = textAt(shown, 'routeKey') ?? '';
    const [, method = 'ANY', path = key] = /^([A-Z]+) (.*)$/s.exec(key) ?? [];
    return routeOf(shown, key, method, path, `${address}/routes/${String(shown['routeId'])}`);
  });
  return {
    kind,
    apiId,
    name: textAt(api, 'name') ?? apiId,
    stage,
    address,
    api,
    stageShown,
    routes,
    authorizers,
    gatewayResponses: [],
    isAutomatic,
    parts: {
      api: comparable(api),
      stage: comparable(stageShown, ...(isAutomatic ? ['deploymentId'] : [])),
      ...partsOf(routes, authorizers, deployments),
      ...Object.fromEntries(
        integrations.map((one) => [`integration ${String(one['integrationId'])}`, comparable(one)]),
      ),
    },
    drift: isAutomatic
      ? []
      : kind === 'http'
        ? await findHttpDrift(plane, address, stageShown, routes)
        : undefined,
  };
}

async function findHttpDrift(
  plane: ControlPlane,
  address: string,
  stage: UnknownMembers,
  routes: readonly LiveRoute[],
): Promise<readonly string[] | undefined> {
  const name = encodeURIComponent(String(stage['stageName']));
  const path = `${address}/exports/OAS30?includeExtensions=true&outputType=JSON&stageName=${name}`;
  const exported = await plane.read('apigateway', path);
  if (exported === undefined) return undefined;
  const set = routes.map(({ method, path: where, authorizationType }) => ({
    method,
    path: where,
    isProtected: authorizationType === 'CUSTOM',
  }));
  const served = readExportedRoutes(exported);
  const guards = new Map(served.map((route) => [`${route.method} ${route.path}`, route.isProtected]));
  const { onlyDeployed, onlySet } = mergeRoutes(set, served);
  return [
    ...onlySet.map((key) => `${key} is configured, but not deployed`),
    ...onlyDeployed.map((key) => `${key} is deployed, but no longer configured`),
    ...set
      .filter(
        (route) => (guards.get(`${route.method} ${route.path}`) ?? route.isProtected) !== route.isProtected,
      )
      .map(
        (route) =>
          `the authorization of ${route.method} ${route.path} was changed, but the change is not deployed`,
      ),
  ].sort();
}
