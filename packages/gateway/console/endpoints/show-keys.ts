import { dayOf, printDay } from '../../core/metering/quota-period.ts';
import type { ServedApi } from '../../core/exchange.ts';
import type { KeysAndPlans } from '../../control/metering/key-ring.ts';
import type { UsagePlan } from '../../control/metering/usage-plans.ts';
import type { ShownKeys, ShownPlan, ShownPlanKey } from './inspect-model.ts';

const DAYS = 30;

/** @param findApi returns the name and the stages of an API by its id */
export function showKeys(
  { keys, plans }: KeysAndPlans,
  nowEpochMs: number,
  findApi: (
    apiId: string,
  ) => (Pick<ServedApi, 'stages'> & { readonly label: string | undefined }) | undefined,
): ShownKeys {
  const shown = plans.all.map((plan): ShownPlan => ({
    ...showPlan(plan, { keys, plans }, nowEpochMs),
    stages: plan.apiStages.map(({ apiId, stage }) => {
      const api = findApi(apiId);
      return {
        apiId,
        apiName: api?.label ?? apiId,
        stage,
        isKeyFromAuthorizer: api?.stages.get(stage)?.deployment.apiKeySource === 'AUTHORIZER',
      };
    }),
  }));
  const inPlans = new Set(shown.flatMap((plan) => plan.keys.map(({ keyId }) => keyId)));
  const lone = keys.all.filter(({ id }) => !inPlans.has(id));
  return {
    nowEpochMs,
    plans: shown,
    lone: lone.map(({ id, name, enabled }) => ({ id, name: name ?? id, enabled })),
  };
}

function showPlan(plan: UsagePlan, at: KeysAndPlans, nowEpochMs: number): Omit<ShownPlan, 'stages'> {
  const { id, name, throttle, quota } = plan;
  return {
    id,
    name,
    throttle: throttle && { ratePerSecond: throttle.rateLimit, burst: throttle.burstLimit },
    quota: quota && { limit: quota.limit, period: quota.period },
    keys: at.plans.keysOf(id).map(({ keyId, usage }) => {
      usage.settle(nowEpochMs);
      const key = at.keys.find(keyId);
      const today = dayOf(nowEpochMs);
      const days = Array.from({ length: DAYS }, (_, index): ShownPlanKey['days'][number] => {
        const day = today - DAYS + 1 + index;
        return [printDay(day), usage.usedOn(day)];
      });
      return {
        keyId,
        days,
        name: key?.name ?? keyId,
        enabled: key?.enabled ?? false,
        left: quota && usage.remainingOn(today, quota),
      };
    }),
  };
}

/**
 * Sets the remaining requests of a key in this period.
 * @returns why that is not possible; undefined if it is done
 */
export function setRemaining(
  { plans }: KeysAndPlans,
  planId: string,
  keyId: string,
  remaining: number,
  nowEpochMs: number,
): string | undefined {
  const quota = plans.find(planId)?.quota;
  const key = plans.findKey(planId, keyId);
  if (key === undefined) return `Key ${keyId} is not in plan ${planId}.`;
  if (quota === undefined) return `Plan ${planId} has no quota.`;
  key.usage.setRemaining(remaining, nowEpochMs, quota);
  return undefined;
}

/**
 * Suspends or resumes a key.
 * @returns why that is not possible; undefined if it is done
 */
export function setEnabled(
  { keys }: KeysAndPlans,
  keyId: string,
  enabled: boolean,
  nowEpochMs: number,
): string | undefined {
  const key = keys.find(keyId);
  if (key === undefined) return `Unknown API key ${keyId}.`;
  keys.put({ ...key, enabled, updatedAtEpochMs: nowEpochMs });
  return undefined;
}
