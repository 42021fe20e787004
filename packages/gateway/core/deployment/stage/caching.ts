/** The cache cluster and caching settings of a REST stage (docs/aws §9). */
import { DefinitionError } from '../../errors.ts';
import { gatherMethodSettings } from './method-settings.ts';
import { readFlag, readInteger, readText } from '../properties.ts';
import type { PropertyBag } from '../properties.ts';
import type { RouteCaching } from '../model.ts';

export type StageCaching = {
  /** The size in gigabytes, as AWS writes it. A change of the size empties the cache. */
  readonly clusterSize: string;
  /** Returns the caching settings of a route; undefined means that its responses are not cached. */
  ofRoute(routeKey: string): RouteCaching | undefined;
  /** Whether caching is on in the settings for exactly this route. */
  isCachedFor(routeKey: string): boolean;
};

export const CLUSTER_SIZES = ['0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'];
const TTL = { usual: 300, min: 0, max: 3600 };
const STRATEGIES = [
  'FAIL_WITH_403',
  'SUCCEED_WITH_RESPONSE_HEADER',
  'SUCCEED_WITHOUT_RESPONSE_HEADER',
] as const;

/**
 * Reads the caching settings; undefined if the stage has no cache cluster, even if its methods enable caching.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function readCaching(stage: PropertyBag): StageCaching | undefined {
  const settings = gatherMethodSettings(stage);
  // The settings are checked even if there is no cluster, because AWS refuses invalid values in that case too.
  const usual = readRouteCaching(settings.usual, undefined);
  const own = new Map<string, Settings>();
  for (const [routeKey, bag] of settings.byRouteKey) own.set(routeKey, readRouteCaching(bag, usual));
  if (!readFlag(stage, 'CacheClusterEnabled')) return undefined;
  const clusterSize = readText(stage, 'CacheClusterSize', '0.5');
  if (!CLUSTER_SIZES.includes(clusterSize))
    throw new DefinitionError(
      stage.place('CacheClusterSize'),
      `Invalid cache cluster size "${clusterSize}"; expected one of ${CLUSTER_SIZES.join(', ')}`,
    );
  return {
    clusterSize,
    ofRoute(routeKey) {
      const caching = own.get(routeKey) ?? usual;
      return caching.isOn && caching.ttlSeconds > 0 ? caching : undefined;
    },
    isCachedFor: (routeKey) => own.get(routeKey)?.isOn === true,
  };
}

/** Whether methods of the stage enable caching, but the stage has no cache cluster, so that nothing is cached. */
export function lacksCluster(stage: PropertyBag): boolean {
  if (readFlag(stage, 'CacheClusterEnabled')) return false;
  const { usual, byRouteKey } = gatherMethodSettings(stage);
  return [usual, ...byRouteKey.values()].some((bag) => readFlag(bag, 'CachingEnabled'));
}

type Settings = RouteCaching & { readonly isOn: boolean };

/**
 * Reads the settings of the stage, or of a method, which inherits missing settings from the stage. A method other than
 * GET is cached only if its own settings enable caching.
 */
function readRouteCaching(bag: PropertyBag, usual: Settings | undefined): Settings {
  const has = (property: string): boolean => bag.properties[property] !== undefined;
  const says = has('CachingEnabled');
  return {
    isOn: says ? readFlag(bag, 'CachingEnabled') : (usual?.isOn ?? false),
    isForGetOnly: usual === undefined || !says,
    ttlSeconds: readInteger(bag, 'CacheTtlInSeconds', { ...TTL, usual: usual?.ttlSeconds ?? TTL.usual }),
    requiresPermission: has('RequireAuthorizationForCacheControl')
      ? readFlag(bag, 'RequireAuthorizationForCacheControl')
      : (usual?.requiresPermission ?? true),
    withoutPermission: readStrategy(bag, usual?.withoutPermission ?? 'SUCCEED_WITH_RESPONSE_HEADER'),
  };
}

function readStrategy(
  bag: PropertyBag,
  usual: RouteCaching['withoutPermission'],
): RouteCaching['withoutPermission'] {
  const text = readText(bag, 'UnauthorizedCacheControlHeaderStrategy', usual);
  const strategy = STRATEGIES.find((candidate) => candidate === text);
  if (strategy !== undefined) return strategy;
  throw new DefinitionError(
    bag.place('UnauthorizedCacheControlHeaderStrategy'),
    `Invalid UnauthorizedCacheControlHeaderStrategy "${text}"; expected one of ${STRATEGIES.join(', ')}`,
  );
}
