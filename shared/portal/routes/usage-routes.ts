/** Use of the limits: now, and in the periods that are still stored. */
import { jsonReply } from '../../http/reply.ts';
import { readRoute } from '../../http/route.ts';
import { listUsage } from '../../quota/admin/list-usage.ts';
import type { UsageRow } from '../../quota/admin/usage-row.ts';
import { periodAt, periodId } from '../../quota/ledger/period.ts';
import { planOfTerm, termAt } from '../../quota/plan/customer.ts';
import { titleOf } from '../compiled-portal.ts';
import { readCurrentUsage, readPages } from '../current-usage.ts';
import { describeRefusal } from '../describe-limits.ts';
import { EVERYBODY } from '../member-route.ts';
import type { MemberContext, MemberRoute } from '../member-route.ts';
import { listOwnKeys } from './key-routes.ts';
import { findPlan } from './plan-routes.ts';

const HISTORY_MS = 92 * 86_400_000;
const PAGE_ROWS = 500;

type Use = Readonly<Record<string, string | number>>;

export function usageRoutes(context: MemberContext): readonly MemberRoute[] {
  return [
    {
      roles: EVERYBODY,
      route: readRoute(
        {
          path: '/api/usage',
          id: 'showUsage',
          summary: 'Use of the limits',
          answer: { description: 'Use now and in earlier periods' },
        },
        async ({ receivedEpochMs }) => {
          const [current, history, names] = await Promise.all([
            readCurrentUsage(context, receivedEpochMs),
            readPages((cursor) =>
              listUsage(context.usage, {
                tenant: context.tenant,
                fromEpochMs: receivedEpochMs - HISTORY_MS,
                toEpochMs: undefined,
                cursor,
                limit: PAGE_ROWS,
              }),
            ),
            readKeyNames(context),
          ]);
          const unused = await readUnused(context, current, receivedEpochMs);
          const show = (row: UsageRow): Use => toUse(row, context, names);
          return jsonReply(200, {
            at: new Date(receivedEpochMs).toISOString(),
            current: [...current.map(show), ...unused],
            history: history
              .map(show)
              .toSorted((a, b) => (String(a['periodStart']) < String(b['periodStart']) ? -1 : 1)),
          });
        },
      ),
    },
  ];
}

async function readKeyNames({ keys, tenant }: MemberContext): Promise<ReadonlyMap<string, string>> {
  const own = await listOwnKeys(await keys(), tenant);
  return new Map(
    own.flatMap(({ record: { keyId, name } }) => (name === undefined ? [] : [[keyId, name] as const])),
  );
}

/** The quotas of the whole organisation that have no ledger yet, because nothing was used in this period. */
async function readUnused(
  { usage, customer }: MemberContext,
  current: readonly UsageRow[],
  atEpochMs: number,
): Promise<readonly Use[]> {
  const term = termAt(customer, atEpochMs);
  if (term === undefined) return [];
  const plan = planOfTerm(await findPlan({ usage }, term.plan), term.limits);
  const known = new Set(current.filter(({ key }) => key === undefined).map(({ limit }) => limit));
  return plan.limits.flatMap((limit) => {
    if (limit.kind !== 'quota' || limit.level !== 'tenant' || known.has(limit.id)) return [];
    const period = periodAt(limit.period, atEpochMs);
    const isHalted = customer.state !== 'active';
    return [
      {
        limit: limit.id,
        plan: plan.id,
        periodStart: periodId(period),
        periodEnd: new Date(period.endEpochMs).toISOString(),
        state: isHalted ? 'suspended' : 'open',
        allowance: limit.quota,
        used: 0,
        left: isHalted ? 0 : limit.quota,
        over: 0,
      },
    ];
  });
}

function toUse(row: UsageRow, { portal }: MemberContext, names: ReadonlyMap<string, string>): Use {
  const { limit, key, route, plan, periodStart, periodEnd, state, allowance, counted, left, overage } = row;
  const keyName = key === undefined ? undefined : names.get(key);
  const says = describeRefusal(row, titleOf(portal, plan), key === undefined ? undefined : (keyName ?? key));
  return {
    limit,
    ...(key !== undefined && { key }),
    ...(keyName !== undefined && { keyName }),
    ...(route !== undefined && { route }),
    plan: titleOf(portal, plan),
    periodStart,
    periodEnd,
    state,
    allowance,
    used: counted,
    left,
    over: overage,
    ...(says !== undefined && { says }),
  };
}
