/** The cache cluster and caching settings of a REST stage (docs/aws §9). */
import { DefinitionError } from '../../errors.ts';
import { gatherMethodSettings } from './method-settings.ts';
import { readFlag, readInteger, readText } from '../properties.ts';
import type { PropertyBag } from '../properties.ts';
import type { RouteCaching } from '../model.ts';

export type StageCaching = {
  /** In gigabytes, as AWS writes them; changing the size empties the cache. */
  readonly clusterSize: string;
  /** Undefined means that the route's responses are not cached. */
  ofRoute(routeKey: string): RouteCaching | undefined;
  /** Whether a setting names this route itself. */
  isCachedFor(routeKey: string): boolean;
};

const CLUSTER_SIZES = ['0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'];
const TTL = { usual: 300, min: 0, max: 3600 };
const STRATEGIES = [
  'FAIL_WITH_403',
  'SUCCEED_WITH_RESPONSE_HEADER',
  'SUCCEED_WITHOUT_RESPONSE_HEADER',
] as const;

/**
 * Undefined if the stage has no cache cluster, even if its methods enable caching. @throws DefinitionError
 */
export function readCaching(stage: PropertyBag): StageCaching | undefined {
  const settings = gatherMethodSettings(stage);
  // Checked even without a cluster, because AWS refuses invalid values there as well.
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

type Settings = RouteCaching & { readonly isOn: boolean };

/**
 * A method inherits missing settings from the stage; only its own settings apply to methods other than GET.
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
