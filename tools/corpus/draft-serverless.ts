/** The routes of a serverless.yml, by its functions' events. Pure. */
import { GUARDED, OPEN, draftRoutes, splitKey, webSocketRoute, withoutDoubles } from './draft-routes.ts';
import { asObject, asText } from './template-text.ts';
import type { ExpectedRoute } from './expectation.ts';
import type { ReadBeside } from './draft-routes.ts';
import type { Json } from './template-text.ts';

export function draftServerless(service: Json, readBeside: ReadBeside): ExpectedRoute[] {
  const functions = functionsOf(service['functions'], readBeside);
  const own = functions.flatMap((one) => eventsOf(one).flatMap(routeOfEvent));
  const resources = asObject(service['resources']);
  return withoutDoubles([...own, ...draftRoutes(resources, readBeside)]);
}

/** A map, a list of maps, or `${file(functions.yml)}`. */
export function functionsOf(value: unknown, readBeside: ReadBeside): Json[] {
  const file = typeof value === 'string' ? /^\$\{file\(([^)]+)\)(?::([\w.]+))?\}$/.exec(value) : null;
  if (file !== null) {
    const whole = readBeside(file[1] ?? '') ?? {};
    return functionsOf(file[2] === undefined ? whole : whole[file[2]], readBeside);
  }
  if (Array.isArray(value)) return value.flatMap((part) => functionsOf(part, readBeside));
  return Object.values(asObject(value)).map(asObject);
}

function eventsOf({ events }: Json): Json[] {
  return Array.isArray(events) ? events.map((event) => (event === 'httpApi' ? {} : asObject(event))) : [];
}

function routeOfEvent(event: Json): ExpectedRoute[] {
  const { http, httpApi, websocket } = event;
  if (http !== undefined) return [httpRoute('rest', 'ApiGatewayRestApi', http)];
  if (httpApi !== undefined) return [httpRoute('http', 'HttpApi', httpApi)];
  const route = asText(websocket) ?? asText(asObject(websocket)['route']);
  if (route !== '$connect') return [];
  return [webSocketRoute({ api: 'WebsocketsApi' }, asObject(websocket)['authorizer'] !== undefined)];
}

function httpRoute(protocol: 'rest' | 'http', api: string, event: unknown): ExpectedRoute {
  const { method, path, authorizer, private: isPrivate } = asObject(event);
  const key =
    typeof event === 'string' ? splitKey(event === '*' ? '$default' : event) : splitPath(method, path);
  const statuses = authorizer !== undefined || isPrivate === true ? GUARDED : OPEN;
  return { protocol, api, ...key, statuses };
}

function splitPath(method: unknown, path: unknown): { readonly method: string; readonly path: string } {
  const text = asText(path) ?? '$default';
  return { method: asText(method) ?? 'ANY', path: text === '*' ? '$default' : text };
}
