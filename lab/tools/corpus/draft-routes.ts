/**
 * Reads the routes of a CloudFormation or SAM template, and the possible statuses of each for a plain request. Pure.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { routesOfDocument } from './draft-openapi.ts';
import { asText, nameOf } from './template-text.ts';
import type { ExpectedRoute, Protocol } from './expectation.ts';

/** Possible statuses of a generic request to an open route: a success, or a client error from the function. */
export const OPEN = ['2xx', '3xx', '400', '404', '409', '422'];
/** Possible statuses of a request to a protected route without the key, token or signature. */
export const GUARDED = ['401', '403'];

/**
 * Reads an API document next to the template, such as `openapi.yaml` in `DefinitionUri: openapi.yaml`. Returns
 * undefined if there is no such document.
 */
export type ReadSibling = (path: string) => UnknownMembers | undefined;
type Resources = Readonly<Record<string, UnknownMembers>>;
type Parts = {
  readonly resources: Resources;
  readonly globals: UnknownMembers;
  readonly readSibling: ReadSibling;
};

export function draftRoutes(template: UnknownMembers, readSibling: ReadSibling): ExpectedRoute[] {
  const entries = Object.entries(membersOf(template['Resources']));
  const resources = Object.fromEntries(entries.map(([id, resource]) => [id, membersOf(resource)]));
  const parts = { resources, globals: membersOf(template['Globals']), readSibling };
  const routes = Object.entries(resources).flatMap(([id, resource]) => routesOf(id, resource, parts));
  return withoutDoubles(routes);
}

export function withoutDoubles(routes: readonly ExpectedRoute[]): ExpectedRoute[] {
  const all = routes.map((route) => ({ ...route, method: route.method.toUpperCase() }));
  return [...new Map(all.map((route) => [keyOf(route), route])).values()];
}

/**
 * Returns the same key for two definitions of a route. An API document and a function's event may both define the
 * route; the event wins, as it does in SAM.
 */
function keyOf({ protocol, api, method, path }: ExpectedRoute): string {
  return [protocol, api, method, path.replace(/\/$/, '')].join(' ');
}

function routesOf(id: string, resource: UnknownMembers, parts: Parts): ExpectedRoute[] {
  const properties = membersOf(resource['Properties']);
  switch (resource['Type']) {
    case 'AWS::Serverless::Function':
    case 'AWS::Serverless::StateMachine':
      return Object.values(membersOf(properties['Events'])).flatMap((event) =>
        routeOfEvent(membersOf(event), parts),
      );
    case 'AWS::Serverless::Api':
      return routesOfBody(id, 'rest', properties, isSamGuarded(id, 'Api', parts), parts);
    case 'AWS::ApiGateway::RestApi':
      return routesOfBody(id, 'rest', properties, false, parts);
    case 'AWS::Serverless::HttpApi':
      return routesOfBody(id, 'http', properties, isSamGuarded(id, 'HttpApi', parts), parts);
    case 'AWS::ApiGatewayV2::Api':
      return routesOfV2Api(id, properties, parts);
    case 'AWS::ApiGateway::Method':
      return routeOfMethod(properties, parts);
    case 'AWS::ApiGatewayV2::Route':
      return routeOfKey(properties, parts);
    default:
      return [];
  }
}

function routeOfEvent(event: UnknownMembers, parts: Parts): ExpectedRoute[] {
  const properties = membersOf(event['Properties']);
  const kind = event['Type'];
  if (kind !== 'Api' && kind !== 'HttpApi') return [];
  const protocol = kind === 'Api' ? 'rest' : 'http';
  const named = nameOf(properties[kind === 'Api' ? 'RestApiId' : 'ApiId']);
  const api = named ?? (kind === 'Api' ? 'ServerlessRestApi' : 'ServerlessHttpApi');
  const auth = membersOf(properties['Auth']);
  const isOpen = auth['Authorizer'] === 'NONE';
  const ownGuard = (auth['Authorizer'] !== undefined && !isOpen) || auth['ApiKeyRequired'] === true;
  const keyOff = auth['ApiKeyRequired'] === false;
  const guarded = ownGuard || (!isOpen && !keyOff && isSamGuarded(api, kind, parts));
  const path = asText(properties['Path']) ?? '$default';
  const method = asText(properties['Method']) ?? 'ANY';
  return [{ protocol, api, method, path, statuses: guarded ? GUARDED : OPEN }];
}

/** Returns whether the API, or Globals, defines a default authorizer or requires an API key. */
function isSamGuarded(api: string, kind: 'Api' | 'HttpApi', { resources, globals }: Parts): boolean {
  const own = membersOf(membersOf(resources[api]?.['Properties'])['Auth']);
  const auth: UnknownMembers = { ...membersOf(membersOf(globals[kind])['Auth']), ...own };
  return auth['DefaultAuthorizer'] !== undefined || auth['ApiKeyRequired'] === true;
}

function routesOfBody(
  api: string,
  protocol: 'rest' | 'http',
  properties: UnknownMembers,
  guarded: boolean,
  { readSibling }: Parts,
): ExpectedRoute[] {
  const body = properties['DefinitionBody'] ?? properties['Body'];
  const include = membersOf(membersOf(membersOf(body)['Fn::Transform'])['Parameters'])['Location'];
  const beside = asText(include) ?? asText(properties['DefinitionUri']);
  const document = beside === undefined ? membersOf(body) : (readSibling(beside) ?? {});
  return routesOfDocument(document).map(({ method, path, isGuarded }) => ({
    protocol,
    api,
    method,
    path,
    statuses: (isGuarded ?? guarded) ? GUARDED : OPEN,
  }));
}

function routesOfV2Api(id: string, properties: UnknownMembers, parts: Parts): ExpectedRoute[] {
  // Quick create defines one target and one route.
  const quick = properties['Target'] !== undefined;
  const path = asText(properties['RouteKey']) ?? '$default';
  return [
    ...routesOfBody(id, 'http', properties, false, parts),
    ...(quick ? [{ protocol: 'http' as const, api: id, ...splitKey(path), statuses: OPEN }] : []),
  ];
}

function routeOfMethod(properties: UnknownMembers, { resources }: Parts): ExpectedRoute[] {
  const api = nameOf(properties['RestApiId']);
  const method = asText(properties['HttpMethod']) ?? 'ANY';
  const type = asText(properties['AuthorizationType']) ?? 'NONE';
  const guarded = type.toUpperCase() !== 'NONE' || properties['ApiKeyRequired'] === true;
  const path = pathOf(properties['ResourceId'], resources);
  return [
    {
      protocol: 'rest',
      ...(api !== undefined && { api }),
      method,
      path,
      statuses: guarded ? GUARDED : OPEN,
    },
  ];
}

/** Builds the path from a resource up to the root; 30 levels are more than AWS allows. */
function pathOf(resourceId: unknown, resources: Resources): string {
  const segments: string[] = [];
  let id = nameOf(resourceId);
  for (let depth = 0; depth < 30; depth += 1) {
    const resource = id === undefined ? undefined : resources[id];
    if (resource?.['Type'] !== 'AWS::ApiGateway::Resource') break;
    const { PathPart: part, ParentId: parent } = membersOf(resource['Properties']);
    segments.unshift(asText(part) ?? 'any');
    id = nameOf(parent);
  }
  return `/${segments.join('/')}`;
}

function routeOfKey(properties: UnknownMembers, { resources }: Parts): ExpectedRoute[] {
  const api = nameOf(properties['ApiId']);
  const key = asText(properties['RouteKey']) ?? '$default';
  const owner = membersOf(api === undefined ? undefined : resources[api]?.['Properties']);
  const isWebSocket = owner['ProtocolType'] === 'WEBSOCKET';
  const type = asText(properties['AuthorizationType']) ?? 'NONE';
  const statuses = type === 'NONE' ? OPEN : GUARDED;
  const named = api === undefined ? {} : { api };
  if (!isWebSocket) return [{ protocol: 'http', ...named, ...splitKey(key), statuses }];
  // Only the connection can be tested without knowledge of the project's messages.
  if (key !== '$connect') return [];
  return [webSocketRoute(named, type !== 'NONE')];
}

export function webSocketRoute(named: { readonly api?: string }, guarded: boolean): ExpectedRoute {
  const protocol: Protocol = 'websocket';
  return { protocol, ...named, method: 'CONNECT', path: '$connect', statuses: guarded ? GUARDED : ['101'] };
}

/** Splits a route key such as `GET /orders` or `$default`. */
export function splitKey(key: string): { readonly method: string; readonly path: string } {
  const [method = 'ANY', path] = key.trim().split(/\s+/);
  return path === undefined ? { method: 'ANY', path: method } : { method, path };
}
