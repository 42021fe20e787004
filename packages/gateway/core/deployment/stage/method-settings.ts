/** `MethodSettings` of a REST stage, merged by method. */
import { readMethodSettings } from './throttle.ts';
import type { PropertyBag } from '../properties.ts';

/**
 * The settings of methods that CloudFormation accepts in an item of a Stage's `MethodSettings`, and in a Deployment's
 * `StageDescription`, where they apply to all methods.
 */
export const METHOD_SETTINGS: readonly string[] = [
  'LoggingLevel',
  'DataTraceEnabled',
  'MetricsEnabled',
  'ThrottlingBurstLimit',
  'ThrottlingRateLimit',
  'CachingEnabled',
  'CacheTtlInSeconds',
  'CacheDataEncrypted',
];

type MethodSettings = {
  readonly usual: PropertyBag;
  /** Settings by route key: `GET /pets/{id}`. */
  readonly byRouteKey: ReadonlyMap<string, PropertyBag>;
};

/**
 * Merges the items for the same methods, for example if a `StageDescription` has settings in addition to its
 * `MethodSettings`. Later properties override earlier ones.
 * @throws DefinitionError for an invalid item
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
