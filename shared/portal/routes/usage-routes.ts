/** Usage of the limits, now and in the periods that are still stored. */
import { jsonReply } from '../../http/reply.ts';
import { readRoute } from '../../http/route.ts';
import { listUsage } from '../../quota/admin/list-usage.ts';
import type { UsageRow } from '../../quota/admin/usage-row.ts';
import { periodAt, periodId } from '../../quota/ledger/period.ts';
import { planOfTerm, termAt } from '../../quota/plan/customer.ts';
import type { CustomerPlan } from '../../quota/plan/plan.ts';
import { keyIdOf } from '../charged-key.ts';
import { titleOf } from '../compiled-portal.ts';
import { readCurrentUsage, readPages } from '../current-usage.ts';
import { describeHalt, describePace, describeRefusal } from '../describe-refusal.ts';
import { EVERYBODY } from '../member-route.ts';
import type { MemberContext, MemberRoute } from '../member-route.ts';
import { listOwnKeys } from './key-routes.ts';
import { findPlan } from './plan-routes.ts';
import type * as Answers from '../answers.ts';

const HISTORY_MS = 92 * 86_400_000;
const PAGE_ROWS = 500;

export function usageRoutes(context: MemberContext): readonly MemberRoute[] {
  return [
    {
      roles: EVERYBODY,
      route: readRoute(
        {
          path: '/api/usage',
          id: 'showUsage',
          summary: 'Use of the limits',
          answer: { description: 'Current usage, and usage in earlier periods' },
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
          const plan = await readPlan(context, receivedEpochMs);
          const show = (row: UsageRow): Answers.Use => toUse(row, context, names);
          return jsonReply<Answers.Usage>(200, {
            at: new Date(receivedEpochMs).toISOString(),
            current: [
              ...current.map((row) => withSays(row, context, show(row))),
              ...listUnused(plan, context, current, receivedEpochMs),
            ],
            history: history.map(show).toSorted((a, b) => (a.periodStart < b.periodStart ? -1 : 1)),
            paces: listPaces(plan, context),
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

async function readPlan(
  { usage, customer }: MemberContext,
  atEpochMs: number,
): Promise<CustomerPlan | undefined> {
  const term = termAt(customer, atEpochMs);
  return term === undefined ? undefined : planOfTerm(await findPlan({ usage }, term.plan), term.limits);
}

/** Returns the quotas of the whole organisation that have no ledger yet, because nothing was used in this period. */
function listUnused(
  plan: CustomerPlan | undefined,
  { customer, portal }: MemberContext,
  current: readonly UsageRow[],
  atEpochMs: number,
): readonly Answers.Use[] {
  const known = new Set(current.filter(({ key }) => key === undefined).map(({ limit }) => limit));
  const says = describeHalt(customer.state);
  return (plan?.limits ?? []).flatMap((limit) => {
    if (limit.kind !== 'quota' || limit.level !== 'tenant' || known.has(limit.id)) return [];
    const period = periodAt(limit.period, atEpochMs);
    return [
      {
        limit: limit.id,
        plan: titleOf(portal, plan?.id ?? ''),
        periodStart: periodId(period),
        periodEnd: new Date(period.endEpochMs).toISOString(),
        state: says === undefined ? 'open' : 'suspended',
        allowance: limit.quota,
        counted: 0,
        used: 0,
        left: says === undefined ? limit.quota : 0,
        over: 0,
        ...(says !== undefined && { says }),
      },
    ];
  });
}

/** Returns the limits that are not counted by period: rates and concurrency. */
function listPaces(plan: CustomerPlan | undefined, { portal }: MemberContext): Answers.Usage['paces'] {
  return (plan?.limits ?? []).flatMap((limit) =>
    limit.kind === 'quota'
      ? []
      : [
          {
            limit: limit.id,
            says: describePace(limit, { plan: titleOf(portal, plan?.id ?? '') }),
          },
        ],
  );
}

function toUse(row: UsageRow, { portal }: MemberContext, names: ReadonlyMap<string, string>): Answers.Use {
  const { limit, key, route, plan, periodStart, periodEnd, state, allowance, counted, used, left, overage } =
    row;
  const keyName = key === undefined ? undefined : names.get(keyIdOf(key));
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
    counted,
    used,
    left,
    over: overage,
  };
}

/** Adds the reason why requests are refused now. Only the current period can refuse requests. */
function withSays(row: UsageRow, { customer }: MemberContext, use: Answers.Use): Answers.Use {
  const names = { plan: use.plan, key: use.keyName, terms: customer.terms };
  const says = describeHalt(customer.state) ?? describeRefusal(row, names);
  return says === undefined ? use : { ...use, says };
}
