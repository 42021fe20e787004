/** Reports route keys of HTTP and WebSocket APIs that AWS refuses. */
import { DefinitionError } from '../errors.ts';
import { checkHttpRoutes } from '../routing/http-routes.ts';
import type { Tolerance } from '../errors.ts';
import type { PropertyBag } from './properties.ts';

/** Reports illegal keys of an HTTP API. AWS checks a route's key on creation, even if no stage serves the route. */
export function noteIllegalKeys(routes: readonly PropertyBag[], tolerance: Tolerance): void {
  const keyed = routes.flatMap((route) => {
    const { RouteKey: routeKey } = route.properties;
    return ['string', 'number', 'boolean'].includes(typeof routeKey)
      ? [{ route, routeKey: String(routeKey) }]
      : [];
  });
  for (const { index, message } of checkHttpRoutes(keyed.map((one) => one.routeKey))) {
    const found = keyed[index];
    if (found !== undefined)
      tolerance.note(
        new DefinitionError(found.route.place('RouteKey'), message),
        'this route does not exist',
      );
  }
}

/** Reports repeated keys of a WebSocket API, which may be any string. An undefined key means a route without a key. */
export function noteRepeatedKeys(
  api: PropertyBag,
  keys: readonly (string | undefined)[],
  tolerance: Tolerance,
): void {
  const known = keys.filter((key) => key !== undefined);
  if (new Set(known).size < known.length)
    tolerance.note(
      new DefinitionError(api.place(), 'Two routes of this API have the same RouteKey'),
      'the first route is used',
    );
}
