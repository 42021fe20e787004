/** Says what to do about a preflight that a guard of the API refuses. A browser sends no credentials with it. */
import { toDeploy } from './reason.ts';
import type { Circumstances } from './circumstances.ts';

/** @see https://fetch.spec.whatwg.org/#cors-preflight-fetch, "credentials mode" */
export function advisePreflight({ protocol, routeKey = 'the route', path }: Circumstances): string[] {
  const credentials = 'A browser sends no credentials with a preflight, so the request cannot be changed';
  return [
    protocol === 'http'
      ? `${credentials}: give the API a CorsConfiguration with the origin, method and headers that the page asks for. API Gateway then answers preflights itself, before it calls an authorizer. An OPTIONS route for this path with AuthorizationType NONE also lets them through, to its integration.`
      : `${credentials}: set AuthorizationType NONE and ApiKeyRequired false of ${routeKey.startsWith('OPTIONS ') ? routeKey : `an OPTIONS method for ${path}`}.${toDeploy(protocol)}`,
  ];
}
