import { DefinitionError } from '../core/errors.ts';
import { optionsOf } from '../core/deployment/stage/route-options.ts';
import { canaryOf } from './account.ts';
import type { StageCaching } from '../core/deployment/stage/caching.ts';
import type { CanarySettings } from '../core/deployment/stage/canary.ts';
import type { Deployment } from '../core/deployment/model.ts';
import type { StageCacheStore, ServedStage, StageCache, StageLogs, StageThrottle } from '../core/exchange.ts';
import type { Account } from './account.ts';
import type { CertifiedKey } from '@gatewright/aws/certificates/issue-certificate';
import type { StageSettings } from './stage-settings.ts';
import type { ThrottleSettings } from '../core/deployment/stage/throttle.ts';
import type { TokenBucket, TokenBuckets } from '../core/metering/token-bucket.ts';

/**
 * Returns the stage with its canary.
 * @throws RangeError for an unknown deployment, DefinitionError if the client certificate is missing
 */
export function serveStage(
  apiId: string,
  settings: StageSettings,
  account: Account,
  deploymentOf: (id: string) => Deployment,
): ServedStage {
  const { name, deploymentId, variables, throttles, canary, caching } = settings;
  const { authorizerCache, stageCache, buckets } = account.stageMemory(apiId, name);
  stageCache.useCluster(caching?.clusterSize);
  const deployment = deploymentOf(deploymentId);
  const stage: ServedStage = {
    name,
    deploymentId,
    deployment,
    variables,
    authorizerCache,
    isCanary: canary && false,
    canary: undefined,
    throttle: createStageThrottle(throttles, buckets, account.bucket),
    keys: account.keyRing,
    logs: writeDown(apiId, settings),
    clientCertificate: findCertificate(settings, account),
    cache: caching && openStageCache(stageCache, deployment, caching),
    cacheClusterGb: caching?.clusterSize,
    lacksCluster: settings.lacksCluster,
  };
  if (canary === undefined) return stage;
  const release: ServedStage = {
    ...serveCanary(stage, canary, deploymentOf(canary.deploymentId)),
    authorizerCache: account.stageMemory(apiId, canaryOf(name)).authorizerCache,
    cache:
      caching && canary.useStageCache
        ? openStageCache(stageCache, deploymentOf(canary.deploymentId), caching)
        : undefined,
  };
  return { ...stage, canary: { percentTraffic: canary.percentTraffic, stage: release } };
}

/** Returns the token buckets of a stage; undefined if there is no limit, so that requests skip this check. */
export function createStageThrottle(
  settings: ThrottleSettings | undefined,
  buckets: TokenBuckets,
  account: TokenBucket | undefined,
): StageThrottle | undefined {
  if (settings === undefined && account === undefined) return undefined;
  return {
    account,
    bucketOf(routeKey, nowEpochMs) {
      const limit = settings?.byRouteKey.get(routeKey) ?? settings?.usual;
      return limit === undefined ? undefined : buckets.get(routeKey, limit, nowEpochMs);
    },
    hasOwnLimit: (routeKey) => settings?.byRouteKey.has(routeKey) === true,
  };
}

/**
 * Finds the client certificate.
 * @throws DefinitionError if the certificate is missing
 */
function findCertificate(
  { clientCertificateId, source }: StageSettings,
  account: Account,
): CertifiedKey | undefined {
  if (clientCertificateId === undefined) return undefined;
  const found = account.clientCertificates.find(clientCertificateId);
  if (found !== undefined) return found.key;
  throw new DefinitionError(
    source.place('ClientCertificateId'),
    'Invalid client certificate identifier specified',
  );
}

/**
 * Opens the cache of a stage. Entries are separate for each deployment, so a canary shares the stage's entries only if
 * both have the same deployment.
 */
function openStageCache(
  cache: StageCacheStore,
  { routes }: Deployment,
  caching: StageCaching,
): StageCache | undefined {
  const kept = routes.plans.flatMap((plan) => {
    const ofRoute = caching.ofRoute(plan.routeKey);
    return ofRoute === undefined ? [] : [[plan, ofRoute] as const];
  });
  return kept.length === 0 ? undefined : { cache, routes: new Map(kept) };
}

/**
 * Returns the stage with the canary's own settings. The limits are shared. Cached authorizer results are not shared,
 * because an overridden variable may select another authorizer function.
 */
function serveCanary(stage: ServedStage, canary: CanarySettings, deployment: Deployment): ServedStage {
  const variables = { ...stage.variables, ...canary.variableOverrides };
  return {
    ...stage,
    deployment,
    deploymentId: canary.deploymentId,
    isCanary: true,
    variables: Object.keys(variables).length === 0 ? null : variables,
    logs: stage.logs && withCanaryLogs(stage.logs),
  };
}

/** Returns the log settings of the stage; undefined if it logs nothing, so that its requests skip logging. */
function writeDown(
  apiId: string,
  { name, accessLog, options, isTraced }: StageSettings,
): StageLogs | undefined {
  const all = [options.usual, ...options.byRouteKey.values()];
  const isPlain = all.every(
    ({ loggingLevel, hasDetailedMetrics }) => loggingLevel === 'OFF' && !hasDetailedMetrics,
  );
  if (accessLog === undefined && isPlain && !isTraced) return undefined;
  return {
    access: accessLog,
    executionGroups: [`API-Gateway-Execution-Logs_${apiId}/${name}`],
    optionsOf: (routeKey) => optionsOf(options, routeKey),
    isTraced,
  };
}

/** Writes the log lines of a canary to the stage's log groups and to the canary's own log groups. */
function withCanaryLogs(logs: StageLogs): StageLogs {
  const both = (groups: readonly string[]): string[] => groups.flatMap((group) => [group, `${group}/Canary`]);
  const { access } = logs;
  return {
    ...logs,
    access: access && { ...access, groups: both(access.groups) },
    executionGroups: both(logs.executionGroups),
  };
}
