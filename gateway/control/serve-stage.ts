/** Settings of a stage → what requests read of it. */
import { canaryOf } from './account.ts';
import { createStageThrottle } from './stage-throttle.ts';
import type { AccessLog } from '../deployment/access-log.ts';
import type { StageCaching } from '../deployment/caching.ts';
import type { CanarySettings } from '../deployment/canary.ts';
import type { Deployment } from '../deployment/model.ts';
import type { ResponseCache, ServedStage, StageCache } from '../exchange.ts';
import type { Account } from './account.ts';
import type { StageSettings } from './api-state.ts';

/** The stage with its canary. @throws RangeError for a deployment that is none */
export function serveStage(
  apiId: string,
  settings: StageSettings,
  account: Account,
  deploymentOf: (id: string) => Deployment,
): ServedStage {
  const { name, deploymentId, variables, throttles, accessLog, canary, caching } = settings;
  const { authorizerCache, responseCache, buckets } = account.stageMemory(apiId, name);
  responseCache.useCluster(caching?.clusterSize);
  const deployment = deploymentOf(deploymentId);
  const stage: ServedStage = {
    ...{ name, deploymentId, deployment, variables, authorizerCache },
    isCanary: canary && false,
    canary: undefined,
    throttle: createStageThrottle(throttles, buckets, account.bucket),
    keys: account.keyRing,
    logs: accessLog && { access: accessLog },
    cache: caching && keepAnswers(responseCache, deployment, caching),
  };
  if (canary === undefined) return stage;
  const release: ServedStage = {
    ...serveCanary(stage, canary, deploymentOf(canary.deploymentId)),
    authorizerCache: account.stageMemory(apiId, canaryOf(name)).authorizerCache,
    cache:
      caching && canary.useStageCache
        ? keepAnswers(responseCache, deploymentOf(canary.deploymentId), caching)
        : undefined,
  };
  return { ...stage, canary: { percentTraffic: canary.percentTraffic, stage: release } };
}

/** Entries are kept by deployment, so a canary meets those of the stage only where both are at the same one. */
function keepAnswers(
  cache: ResponseCache,
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
 * The same stage with what the canary has of its own. Limits are those of the stage; a cached grant is not, since
 * the canary's authorizer may be another function by a variable that it overrides.
 */
function serveCanary(stage: ServedStage, canary: CanarySettings, deployment: Deployment): ServedStage {
  const variables = { ...stage.variables, ...canary.variableOverrides };
  return {
    ...{ ...stage, deployment, deploymentId: canary.deploymentId, isCanary: true },
    variables: Object.keys(variables).length === 0 ? null : variables,
    logs: stage.logs && { access: stage.logs.access && alsoToCanary(stage.logs.access) },
  };
}

/** Lines of a canary go to the stage's group and to one of their own. */
function alsoToCanary({ groups, format }: AccessLog): AccessLog {
  return { groups: groups.flatMap((group) => [group, `${group}/Canary`]), format };
}
