/** Reads the routes of a serverless.yml from its functions' events. Pure. */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { GUARDED, OPEN, draftRoutes, splitKey, webSocketRoute, withoutDoubles } from './draft-routes.ts';
import { asText } from './template-text.ts';
import type { ExpectedRoute } from './expectation.ts';
import type { ReadSibling } from './draft-routes.ts';

export function draftServerless(service: UnknownMembers, readSibling: ReadSibling): ExpectedRoute[] {
  const functions = functionsOf(service['functions'], readSibling);
  const own = functions.flatMap((one) => eventsOf(one).flatMap(routeOfEvent));
  const resources = membersOf(service['resources']);
  return withoutDoubles([...own, ...draftRoutes(resources, readSibling)]);
}

/** Returns the functions. `functions` is a map, a list of maps, or `${file(functions.yml)}`. */
export function functionsOf(value: unknown, readSibling: ReadSibling): UnknownMembers[] {
  const file = typeof value === 'string' ? /^\$\{file\(([^)]+)\)(?::([\w.]+))?\}$/.exec(value) : null;
  if (file !== null) {
    const whole = readSibling(file[1] ?? '') ?? {};
    return functionsOf(file[2] === undefined ? whole : whole[file[2]], readSibling);
  }
  if (Array.isArray(value)) return value.flatMap((part) => functionsOf(part, readSibling));
  return Object.values(membersOf(value)).map(membersOf);
}

function eventsOf({ events }: UnknownMembers): UnknownMembers[] {
  return Array.isArray(events) ? events.map((event) => (event === 'httpApi' ? {} : membersOf(event))) : [];
}

function routeOfEvent(event: UnknownMembers): ExpectedRoute[] {
  const { http, httpApi, websocket } = event;
  if (http !== undefined) return [httpRoute('rest', 'ApiGatewayRestApi', http)];
  if (httpApi !== undefined) return [httpRoute('http', 'HttpApi', httpApi)];
  const route = asText(websocket) ?? asText(membersOf(websocket)['route']);
  if (route !== '$connect') return [];
  return [webSocketRoute({ api: 'WebsocketsApi' }, membersOf(websocket)['authorizer'] !== undefined)];
}

function httpRoute(protocol: 'rest' | 'http', api: string, event: unknown): ExpectedRoute {
  const { method, path, authorizer, private: isPrivate } = membersOf(event);
  const key =
    typeof event === 'string' ? splitKey(event === '*' ? '$default' : event) : splitPath(method, path);
  const statuses = authorizer !== undefined || isPrivate === true ? GUARDED : OPEN;
  return { protocol, api, ...key, statuses };
}

function splitPath(method: unknown, path: unknown): { readonly method: string; readonly path: string } {
  const text = asText(path) ?? '$default';
  return { method: asText(method) ?? 'ANY', path: text === '*' ? '$default' : text };
}
