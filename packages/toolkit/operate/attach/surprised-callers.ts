/**
 * Finds unexpected effects that an authorizer has on callers of an API, such as web pages and users of a shared cache.
 * All functions are pure.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
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

/** Returns the routes whose cached response is the same for all callers. */
export function sharedCacheRoutes(
  live: Pick<LiveApi, 'kind' | 'stageShown'>,
  routes: readonly LiveRoute[],
): readonly LiveRoute[] {
  if (live.kind !== 'rest' || live.stageShown['cacheClusterEnabled'] !== true) return [];
  return routes.filter((route) => {
    const { method, shown } = route;
    const keys = JSON.stringify(
      isJsonObject(shown['methodIntegration'])
        ? (shown['methodIntegration']['cacheKeyParameters'] ?? [])
        : [],
    );
    return (
      method === 'GET' &&
      methodSettingOf(live, route)['cachingEnabled'] === true &&
      !/authorization/i.test(keys)
    );
  });
}

/**
 * Reports routes with a shared cache. The authorizer decides who is allowed, but every allowed caller gets the same
 * cached response.
 */
export function checkCaches({ live, choice: { chosen } }: Circumstances): PlanFinding[] {
  const cached = sharedCacheRoutes(live, chosen);
  return cached.length === 0
    ? []
    : [
        warning(
          'cache',
          `the stage caches responses of ${list(cached.map(({ key }) => key))} and returns them to every allowed caller`,
          'put method.request.header.Authorization into the cache key, or do not cache responses that depend on the caller',
        ),
      ];
}
