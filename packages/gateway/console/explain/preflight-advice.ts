/**
 * Says what to do about a preflight that a guard of the API refuses. A browser sends no credentials with a preflight.
 */
import { listed, toDeploy } from './reason.ts';
import { nameSetting } from './setting-text.ts';
import type { Circumstances } from './circumstances.ts';

function whereOf({ routeKey = 'the route', path, definition }: Circumstances, isOwn: boolean): string {
  // A document has operations: security: [] in the operation of OPTIONS /pets.
  const on = definition?.isDocument === true ? 'of' : 'on';
  return isOwn ? ` ${on} ${routeKey}` : ` ${on} an OPTIONS method for ${path}`;
}

/** @see https://fetch.spec.whatwg.org/#cors-preflight-fetch, "credentials mode" */
export function advisePreflight(about: Circumstances): string[] {
  const { protocol, routeKey = 'the route', path, definition } = about;
  const credentials = 'A browser sends no credentials with a preflight, so the request cannot be changed';
  // The advice names the path of the route, because the route would still refuse preflights for other paths.
  const ofAll = routeKey === '$default' ? (path === '/' ? path : '/{proxy+}') : routeKey.replace(/^\S+ /, '');
  if (protocol === 'http' && about.hasCors === true)
    return [
      routeKey.startsWith('OPTIONS ')
        ? `${credentials}: remove the authorizer from ${routeKey}, or remove this route, so that CorsConfiguration answers preflights.`
        : `${credentials}: ${routeKey} matches OPTIONS, too, so it receives the preflights that CorsConfiguration would answer. Replace ${routeKey} with a route for each method of the path, such as GET ${ofAll}, or add a route OPTIONS ${ofAll} without an authorizer, whose integration responds with 200.`,
    ];
  if (protocol === 'http')
    return [
      `${credentials}: give the API a CorsConfiguration with the origin, method and headers that the page asks for. API Gateway then answers preflights itself, before it calls an authorizer. An OPTIONS route for this path with AuthorizationType NONE also lets preflights through to the integration of that route.`,
    ];
  const isOwn = routeKey.startsWith('OPTIONS ');
  // SAM has settings for the OPTIONS methods that its Cors adds. Other OPTIONS methods are written like every method.
  const isOfSam = definition?.form.startsWith('sam') === true && definition.addsPreflights === true && isOwn;
  const named = isOfSam || definition?.form.startsWith('sam') !== true ? definition : undefined;
  const wanted = listed([
    ...(about.phase === 'meter' ? [] : [nameSetting('openPreflight', named)]),
    ...(about.phase === 'meter' || about.needsKey === true ? [nameSetting('keylessPreflight', named)] : []),
  ]);
  if (isOwn || definition?.form.startsWith('sam') === true)
    return [`${credentials}: set ${wanted}${isOfSam ? '' : whereOf(about, isOwn)}.${toDeploy(protocol)}`];
  const ofRoute = routeKey.replace(/^\S+ /, '');
  return [
    definition?.form === 'serverless'
      ? `${credentials}: add an http event with path: ${ofRoute} and method: options, without ${about.phase === 'meter' ? 'private' : 'an authorizer'}, to the function that answers preflights.${toDeploy(protocol)}`
      : `${credentials}: add an OPTIONS method for ${ofRoute} with ${wanted}, whose integration answers preflights.${toDeploy(protocol)}`,
  ];
}
