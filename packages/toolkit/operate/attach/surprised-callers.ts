/**
 * Finds unexpected effects that an authorizer has on callers of an API, such as web pages and users of a shared cache.
 * All functions are pure.
 */
import { asList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import { count } from '../../../base/terminal/output.ts';
import { list, warning } from './plan-finding.ts';
import { methodSettingOf, sendsCorsHeader } from './live-api.ts';
import type { LiveApi, LiveRoute } from './live-api.ts';
import type { Circumstances, PlanFinding } from './plan-finding.ts';

/**
 * Reports routes that web pages call. If a page cannot read the 401 response, the browser reports a CORS error instead.
 */
export function checkBrowsers({ live, choice: { chosen } }: Circumstances): PlanFinding[] {
  const { kind, routes, api } = live;
  if (kind === 'websocket') return [];
  const cors = api['corsConfiguration'];
  if (kind === 'http') {
    const asked = routes.some(({ method }) => method === 'OPTIONS');
    return isJsonObject(cors) || !asked
      ? []
      : [
          warning(
            'cors',
            'web pages from other origins call this API (a route handles OPTIONS), but cannot read its 401 and 403 responses, which carry no CORS headers',
            'give the API a CorsConfiguration',
          ),
        ];
  }
  const preflights = routes.filter(({ method }) => method === 'OPTIONS');
  const readable = ['DEFAULT_4XX', 'UNAUTHORIZED'].some((type) => sendsCorsHeader(live, type));
  const uncovered = chosen.filter(
    ({ method, path }) => method === 'ANY' && !preflights.some((one) => one.path === path),
  );
  return [
    ...(preflights.length > 0 && !readable
      ? [
          warning(
            'cors',
            `web pages from other origins call this API (it has ${count(preflights.length, 'OPTIONS method')}), but cannot read its 401 and 403 responses: no gateway response sends Access-Control-Allow-Origin`,
            'add gateway responses DEFAULT_4XX and DEFAULT_5XX with gatewayresponse.header.Access-Control-Allow-Origin',
          ),
        ]
      : []),
    ...(uncovered.length > 0
      ? [
          warning(
            'preflight',
            `OPTIONS requests to ${list(uncovered.map(({ key }) => key))} will also need a credential, so CORS preflights will be refused with 401`,
            'add an OPTIONS method without an authorizer to the resources of these routes',
          ),
        ]
      : []),
  ];
}

/** A route with a cache whose key lacks headers or parameters in which callers send their credential. */
type SharedCache = {
  readonly route: LiveRoute;
  /** The missing headers or parameters as cache key parameters, such as `method.request.header.x-api-key`. */
  readonly missing: readonly [string, ...string[]];
};

/**
 * Returns the routes whose cached response is the same for several callers.
 * @param placesOf returns the headers or parameters in which callers of a route send their credential, as cache key
 * parameters
 */
export function findSharedCaches(
  live: Pick<LiveApi, 'kind' | 'stageShown'>,
  routes: readonly LiveRoute[],
  placesOf: (route: LiveRoute) => readonly string[],
): readonly SharedCache[] {
  if (live.kind !== 'rest' || live.stageShown['cacheClusterEnabled'] !== true) return [];
  return routes.flatMap((route): SharedCache[] => {
    if (route.method !== 'GET' || methodSettingOf(live, route)['cachingEnabled'] !== true) return [];
    const { methodIntegration: integration } = route.shown;
    const keys = asList(membersOf(integration)['cacheKeyParameters']).flatMap((key) =>
      typeof key === 'string' ? [key.toLowerCase()] : [],
    );
    const places = placesOf(route);
    const [first, ...others] = (places.length === 0 ? [IN_AUTHORIZATION] : places).filter(
      // Names of headers are case-insensitive. Query parameters that differ in case only are too rare to be told apart.
      (place) => !keys.includes(place.toLowerCase()),
    );
    return first === undefined ? [] : [{ route, missing: [first, ...others] }];
  });
}

const IN_AUTHORIZATION = 'method.request.header.Authorization';

/** Returns the headers or parameters with credentials among the identity sources of an authorizer of a REST API. */
export function placesInSources(identitySource: unknown): readonly string[] {
  return typeof identitySource === 'string'
    ? identitySource.split(',').flatMap((source) => {
        const place = source.trim();
        return place.startsWith('method.request.') ? [place] : [];
      })
    : [];
}

function placesInDocument(document: Circumstances['document']): readonly string[] {
  return (document?.sources ?? []).flatMap((source) =>
    source.in === 'header'
      ? [`method.request.header.${source.name}`]
      : source.in === 'query'
        ? [`method.request.querystring.${source.name}`]
        : [],
  );
}

/**
 * Reports routes with a shared cache. The authorizer decides who is allowed, but every allowed caller gets the same
 * cached response.
 */
export function checkCaches({ live, choice: { chosen }, settings, document }: Circumstances): PlanFinding[] {
  const ofAuthorizer = placesInSources(settings.body['identitySource']);
  const places = ofAuthorizer.length > 0 ? ofAuthorizer : placesInDocument(document);
  const cached = findSharedCaches(live, chosen, () => places);
  const missing = [...new Set(cached.flatMap((one) => one.missing))];
  return cached.length === 0
    ? []
    : [
        warning(
          'cache',
          `the stage caches responses of ${list(cached.map(({ route }) => route.key))} and returns them to every allowed caller, because the cache key lacks ${missing.join(' and ')}`,
          `add ${missing.join(' and ')} to the cache key, or do not cache responses that depend on the caller`,
        ),
      ];
}
