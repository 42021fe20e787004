/** `MethodSettings` of a REST stage with everything that is said of the same methods put together. */
import { readMethodSettings } from './throttle.ts';
import type { PropertyBag } from './properties.ts';

type MethodSettings = {
  /** For all methods; without properties where the stage says nothing. */
  readonly usual: PropertyBag;
  /** By route key: `GET /pets/{id}`. */
  readonly byRouteKey: ReadonlyMap<string, PropertyBag>;
};

/**
 * Several items may speak of the same methods, as where a `StageDescription` has settings of its own beside its
 * `MethodSettings`; a later one wins by property. @throws DefinitionError
 */
export function gatherMethodSettings(stage: PropertyBag): MethodSettings {
  let usual: PropertyBag = { ...stage, properties: {} };
  const byRouteKey = new Map<string, PropertyBag>();
  for (const { routeKey, bag } of readMethodSettings(stage))
    if (routeKey === undefined) usual = merge(usual, bag);
    else byRouteKey.set(routeKey, merge(byRouteKey.get(routeKey), bag));
  return { usual, byRouteKey };
}

function merge(first: PropertyBag | undefined, second: PropertyBag): PropertyBag {
  return { ...second, properties: { ...first?.properties, ...second.properties } };
}
