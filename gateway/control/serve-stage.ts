/** Settings of a stage → what requests read of it. */
import { createStageThrottle } from './stage-throttle.ts';
import type { AccessLog } from '../deployment/access-log.ts';
import type { CanarySettings } from '../deployment/canary.ts';
import type { Deployment } from '../deployment/model.ts';
import type { ServedStage } from '../exchange.ts';
import type { Account } from './account.ts';
import type { StageSettings } from './api-state.ts';

/** The stage with its canary. @throws RangeError for a deployment that is none */
export function serveStage(
  apiId: string,
  settings: StageSettings,
  account: Account,
  deploymentOf: (id: string) => Deployment,
): ServedStage {
  const { name, deploymentId, variables, throttles, accessLog, canary } = settings;
  const { authorizerCache, buckets } = account.stageMemory(apiId, name);
  const stage: ServedStage = {
    ...{ name, deploymentId, variables, authorizerCache },
    deployment: deploymentOf(deploymentId),
    isCanary: canary && false,
    canary: undefined,
    throttle: createStageThrottle(throttles, buckets, account.bucket),
    keys: account.keyRing,
    logs: accessLog && { access: accessLog },
  };
  if (canary === undefined) return stage;
  return {
    ...stage,
    canary: {
      percentTraffic: canary.percentTraffic,
      stage: serveCanary(stage, canary, account.stageMemory(apiId, `${name}/Canary`), deploymentOf),
    },
  };
}

/**
 * The same stage with what the canary has of its own. Limits are those of the stage; a cached grant is not, since
 * the canary's authorizer may be another function by a variable that it overrides.
 */
function serveCanary(
  stage: ServedStage,
  { deploymentId, variableOverrides }: CanarySettings,
  { authorizerCache }: Pick<ServedStage, 'authorizerCache'>,
  deploymentOf: (id: string) => Deployment,
): ServedStage {
  const variables = { ...stage.variables, ...variableOverrides };
  return {
    ...{ ...stage, deploymentId, authorizerCache },
    deployment: deploymentOf(deploymentId),
    isCanary: true,
    variables: Object.keys(variables).length === 0 ? null : variables,
    logs: stage.logs && { access: stage.logs.access && alsoToCanary(stage.logs.access) },
  };
}

/** Lines of a canary go to the stage's group and to one of their own. */
function alsoToCanary({ groups, format }: AccessLog): AccessLog {
  return { groups: groups.flatMap((group) => [group, `${group}/Canary`]), format };
}
