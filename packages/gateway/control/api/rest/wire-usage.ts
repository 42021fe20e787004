/**
 * The usage of a plan by keys, in AWS's REST API.
 * @see API Gateway API reference, "GetUsage", "UpdateUsage"
 */
import { badRequest } from '../../control-error.ts';
import { listingRefusal, readPatch } from '../../edits/patch.ts';
import { dayOf, parseDay, printDay } from '../../../core/metering/quota-period.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { readAmount } from './plan-shape.ts';
import type { Account } from '../../account.ts';
import type { PlanKey, UsagePlan } from '../../metering/usage-plans.ts';
import type { ControlReply } from '../../../core/api-call.ts';
import type { WireRoute } from './wire-router.ts';

/** The maximum number of days from `startDate` to `endDate`. */
const MAX_DAYS = 90;
/** The remaining amount that is shown if the plan has no quota: the largest possible limit. */
const UNLIMITED = 2_147_483_647;

export function usageRoutes(account: Account): readonly WireRoute[] {
  return [
    {
      method: 'GET',
      path: '/usageplans/{usagePlanId}/usage',
      serve({ path, query }) {
        const plan = account.plans.get(path('usagePlanId'));
        const keyId = query.get('keyId');
        const keys = keyId === null ? account.plans.keysOf(plan.id) : [account.plans.getKey(plan.id, keyId)];
        const start = readDay(query, 'startDate');
        const end = readDay(query, 'endDate');
        if (start > end || end - start > MAX_DAYS)
          throw badRequest(
            `startDate ${query.get('startDate') ?? ''} must not be after endDate ${query.get('endDate') ?? ''}, nor more than ${MAX_DAYS} days before it`,
          );
        return showUsage(plan, keys, start, end, account);
      },
    },
    {
      method: 'PATCH',
      path: '/usageplans/{usagePlanId}/keys/{keyId}/usage',
      serve({ path, body }) {
        const plan = account.plans.get(path('usagePlanId'));
        const key = account.plans.getKey(plan.id, path('keyId'));
        const { quota } = plan;
        if (quota === undefined) throw badRequest(`Usage Plan ${plan.id} does not have a quota`);
        const nowEpochMs = account.clock.nowEpochMs();
        const today = dayOf(nowEpochMs);
        const patch = readPatch<number>(
          body,
          'updateUsageInput',
          [{ path: '/remaining', on: { replace: (_, { value }) => readAmount(value, 'remaining', true) } }],
          // AWS does not list paths for any other operation (boto/boto3#2504, answer of the service team).
          listingRefusal(['/remaining'], 'Must be one of: []'),
        );
        key.usage.setRemaining(patch(key.usage.remainingOn(today, quota)), nowEpochMs, quota);
        return showUsage(plan, [key], today, today, account);
      },
    },
  ];
}

function readDay(query: URLSearchParams, name: string): number {
  const day = parseDay(query.get(name) ?? '');
  if (day === undefined)
    throw badRequest(
      `Invalid ${name} ${JSON.stringify(query.get(name) ?? '')}: write a date like 2026-01-31`,
    );
  return day;
}

/**
 * Returns the usage. `values` contains, for each key, `[used, remaining at the end of the day]` for each day. Future
 * days are omitted.
 */
function showUsage(
  plan: UsagePlan,
  keys: readonly PlanKey[],
  start: number,
  end: number,
  account: Account,
): ControlReply {
  const nowEpochMs = account.clock.nowEpochMs();
  const last = Math.min(end, dayOf(nowEpochMs));
  for (const { usage } of keys) usage.settle(nowEpochMs);
  const days = Array.from({ length: Math.max(0, last - start + 1) }, (_, index) => start + index);
  const { quota } = plan;
  return jsonReply(200, {
    usagePlanId: plan.id,
    startDate: printDay(start),
    endDate: printDay(end),
    values: Object.fromEntries(
      keys.map(({ keyId, usage }) => [
        keyId,
        days.map((day) => [
          usage.usedOn(day),
          quota === undefined ? UNLIMITED : usage.remainingOn(day, quota),
        ]),
      ]),
    ),
  });
}
