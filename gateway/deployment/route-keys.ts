/** Keys of the routes of an HTTP API that AWS refuses. */
import { DefinitionError } from '../errors.ts';
import { checkHttpRoutes } from '../routing/http-routes.ts';
import type { Tolerance } from '../errors.ts';
import type { PropertyBag } from './properties.ts';

/** AWS checks the key of a route when it is made, whether a stage serves it or not. */
export function noteIllegalKeys(routes: readonly PropertyBag[], tolerance: Tolerance): void {
  const keyed = routes.flatMap((route) => {
    const { RouteKey: routeKey } = route.properties;
    return ['string', 'number', 'boolean'].includes(typeof routeKey)
      ? [{ route, routeKey: String(routeKey) }]
      : [];
  });
  for (const { routeKey, message } of checkHttpRoutes(keyed.map((one) => one.routeKey))) {
    const found = keyed.findLast((one) => one.routeKey === routeKey);
    if (found !== undefined)
      tolerance.note(
        new DefinitionError(found.route.place('RouteKey'), message),
        'this route does not exist',
      );
  }
}
