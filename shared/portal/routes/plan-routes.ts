/** The plan, and the changes that the owner of the APIs allows, with their prices and start times. */
import { DomainError } from '../../errors.ts';
import { text, wholeNumber } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import { setPlan } from '../../quota/admin/customers.ts';
import { toRequested } from '../../quota/admin/operation.ts';
import { namePlan } from '../../quota/admin/plans.ts';
import { periodAt } from '../../quota/ledger/period.ts';
import { EVERYWHERE_MS, planOfTerm, termAt } from '../../quota/plan/customer.ts';
import type { Customer } from '../../quota/plan/customer.ts';
import type { CustomerPlan } from '../../quota/plan/plan.ts';
import { feeOfTerm } from '../../quota/plan/term-fees.ts';
import { printRounded } from '../../quota/usage/money.ts';
import { titleOf } from '../compiled-portal.ts';
import type { OfferedPlan } from '../compiled-portal.ts';
import { describeLimit, describePrices } from '../describe-limits.ts';
import { EVERYBODY, logChange, operationIdOf, PAYERS } from '../member-route.ts';
import type { MemberContext, MemberRoute } from '../member-route.ts';
import { printMoment } from '../print-moment.ts';
import type * as Answers from '../answers.ts';

const PLAN = text('Id of a plan that is offered');
const ANSWER = { description: 'The plan' };
/** Maximum number of pages of keys that are updated immediately. The change reaches other keys within a minute. */
const FOLLOW_PAGES = 20;

export function planRoutes(context: MemberContext): readonly MemberRoute[] {
  return [
    {
      roles: EVERYBODY,
      route: readRoute(
        {
          path: '/api/plan',
          id: 'showPlan',
          summary: 'The plan, and the plans that are offered',
          answer: ANSWER,
        },
        async ({ receivedEpochMs }) => jsonReply(200, await showPlan(context, receivedEpochMs)),
      ),
    },
    {
      roles: PAYERS,
      route: previewRoute(context),
    },
    { roles: PAYERS, route: changePlanRoute(context) },
  ];
}

async function showPlan(context: MemberContext, nowEpochMs: number): Promise<Answers.PlanState> {
  const { customer, portal } = context;
  const term = termAt(customer, nowEpochMs);
  const current =
    term === undefined ? undefined : planOfTerm(await findPlan(context, term.plan), term.limits);
  const offers = await Promise.all(
    offersFor(context, nowEpochMs).map(async (offer) =>
      describePlan(await delayed(offer, context, nowEpochMs), await findPlan(context, offer.plan)),
    ),
  );
  return {
    version: customer.version,
    state: customer.state,
    ...(term !== undefined &&
      current !== undefined && { current: describePlan(offerOf(context, term.plan), current) }),
    planned: customer.terms
      .filter(({ fromEpochMs }) => fromEpochMs > nowEpochMs)
      .map(({ plan, fromEpochMs }) => ({
        plan,
        title: titleOf(portal, plan),
        from: new Date(fromEpochMs).toISOString(),
      })),
    offers,
    ...agreementOf(context, nowEpochMs),
  };
}

function describePlan({ plan, title, summary, from }: OfferedPlan, stored: CustomerPlan): Answers.Plan {
  return {
    plan,
    title,
    ...(summary !== undefined && { summary }),
    limits: stored.limits.map((limit) => ({ id: limit.id, text: describeLimit(limit) })),
    prices: describePrices(stored),
    from,
  };
}

/** A plan that `access/portal.yml` does not list is shown by its id. */
function offerOf({ portal }: MemberContext, plan: string): OfferedPlan {
  const title = titleOf(portal, plan);
  return (
    portal.offers.plans.find((offered) => offered.plan === plan) ?? {
      plan,
      title,
      changesTo: [],
      from: 'now',
    }
  );
}

/**
 * Returns the offer of a plan, for a request that may be a repetition: the change may have been made already. Attack: a
 * response about any other plan would reveal whether the plan exists.
 * @throws DomainError OFFER_UNKNOWN
 */
function pastOfferOf(context: MemberContext, plan: string): OfferedPlan {
  const { customer, portal } = context;
  const isKnown = [...portal.offers.plans, ...customer.terms].some((known) => known.plan === plan);
  if (!isKnown) throw offerUnknown();
  return offerOf(context, plan);
}

function offerUnknown(): DomainError {
  return new DomainError('OFFER_UNKNOWN', 'the plan is not offered to this customer');
}

/**
 * Returns why the customer may not change the plan. A customer with quotas of its own, now or from a planned time, has
 * agreed on them with the owner of the APIs, and a change in the portal would lose these quotas. Attack: any change
 * withdraws planned changes, so a customer could escape a change that the owner has planned.
 */
function agreementOf(
  { customer, portal }: MemberContext,
  nowEpochMs: number,
): Pick<Answers.PlanState, 'agreed'> {
  const term = termAt(customer, nowEpochMs);
  if (term === undefined) return {};
  if (term.limits !== undefined) return { agreed: 'quotas' };
  const changesTo = changesFrom(portal, term.plan);
  const isPlanned = customer.terms.some(
    ({ plan, limits, fromEpochMs }) =>
      fromEpochMs > nowEpochMs && (limits !== undefined || !changesTo.includes(plan)),
  );
  return isPlanned ? { agreed: 'later-plan' } : {};
}

function changesFrom({ offers }: MemberContext['portal'], planId: string): readonly string[] {
  return offers.plans.find(({ plan }) => plan === planId)?.changesTo ?? [];
}

/** Returns the plans to which the customer may change. */
function offersFor(context: MemberContext, nowEpochMs: number): readonly OfferedPlan[] {
  const { customer, portal } = context;
  const term = termAt(customer, nowEpochMs);
  if (term === undefined || agreementOf(context, nowEpochMs).agreed !== undefined) return [];
  const changesTo = changesFrom(portal, term.plan);
  return portal.offers.plans.filter(({ plan }) => changesTo.includes(plan));
}

/** Finds a plan as the first charge would find it: in the table, or in an access document. */
export async function findPlan(
  { usage }: Pick<MemberContext, 'usage'>,
  planId: string,
): Promise<CustomerPlan> {
  return (await namePlan(usage, planId)).plan;
}

/**
 * Determines the offer and the start of a change to the plan; an undefined start means now. A change back to the plan
 * that is in force withdraws a planned change.
 * @throws DomainError OFFER_UNKNOWN
 */
async function offerAt(context: MemberContext, planId: string, nowEpochMs: number): Promise<Start> {
  const { customer } = context;
  const isPlanned = customer.terms.some(({ fromEpochMs }) => fromEpochMs > nowEpochMs);
  const term = termAt(customer, nowEpochMs);
  const offers = offersFor(context, nowEpochMs);
  if (isPlanned && term?.plan === planId && offers.length > 0)
    return { offer: offerOf(context, planId), fromEpochMs: undefined };
  const offer = offers.find(({ plan }) => plan === planId);
  if (offer === undefined) throw offerUnknown();
  return startOf(await delayed(offer, context, nowEpochMs), nowEpochMs);
}

/**
 * Delays a change to a plan with a lower fee to the next month, whatever `access/portal.yml` says. Attack: a customer
 * upgrades, uses what the plan includes, and downgrades before the fee of the period is due.
 */
async function delayed(offer: OfferedPlan, context: MemberContext, nowEpochMs: number): Promise<OfferedPlan> {
  const term = termAt(context.customer, nowEpochMs);
  if (term === undefined || offer.from === 'next-month') return offer;
  const [current, wanted] = await Promise.all([findPlan(context, term.plan), findPlan(context, offer.plan)]);
  return feeOf(wanted) < feeOf(current) ? { ...offer, from: 'next-month' } : offer;
}

/** Returns the sum of the fees of a plan's limits, even if the limits have different periods. */
function feeOf({ limits }: CustomerPlan): number {
  return limits.reduce((sum, limit) => sum + (limit.kind === 'quota' ? Number(limit.price?.fee ?? 0) : 0), 0);
}

type Start = { readonly offer: OfferedPlan; readonly fromEpochMs: number | undefined };

function startOf(offer: OfferedPlan, nowEpochMs: number): Start {
  return { offer, fromEpochMs: offer.from === 'now' ? undefined : nextMonth(nowEpochMs) };
}

function nextMonth(nowEpochMs: number): number {
  const now = new Date(nowEpochMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
}

function previewRoute(context: MemberContext): MemberRoute['route'] {
  return changeRoute(
    {
      method: 'POST',
      path: '/api/plan/preview',
      id: 'previewPlan',
      summary: 'The price of a change of plan, and when it takes effect; changes nothing',
      body: { plan: PLAN },
      answer: ANSWER,
    },
    async ({ body: { plan: planId }, receivedEpochMs: now }) => {
      const { offer, fromEpochMs = now } = await offerAt(context, planId, now);
      const plan = await findPlan(context, planId);
      return jsonReply<Answers.PlanPreview>(200, {
        plan: planId,
        title: offer.title,
        from: new Date(fromEpochMs).toISOString(),
        everywhereBy: new Date(Math.max(fromEpochMs, now + EVERYWHERE_MS)).toISOString(),
        costs: describeCosts(context.customer, plan, fromEpochMs),
      });
    },
  );
}

/** Describes the price of the plan, and the share of its fee that is due for the period in which it begins. */
function describeCosts(customer: Customer, plan: CustomerPlan, fromEpochMs: number): readonly string[] {
  const currency = plan.invoice?.currency ?? '';
  const lines = describePrices(plan).map(({ limit, text: words }) => `${limit}: ${words}`);
  const terms = [
    ...customer.terms.filter((term) => term.fromEpochMs < fromEpochMs),
    { plan: plan.id, fromEpochMs },
  ];
  const changed = { ...customer, terms };
  const shares = plan.limits.flatMap((limit) => {
    if (limit.kind !== 'quota' || limit.price === undefined || Number(limit.price.fee) === 0) return [];
    const period = periodAt(limit.period, fromEpochMs);
    const span = { plan: plan.id, fromEpochMs, untilEpochMs: Infinity };
    const due = feeOfTerm(changed, span, period, limit.price);
    if (due.kind !== 'due' || Number(due.fee) === Number(limit.price.fee)) return [];
    const end = printMoment(new Date(period.endEpochMs).toISOString());
    return [`For the time until ${end}, ${printRounded(due.fee, currency)} ${currency} of this fee is due.`];
  });
  return lines.length === 0 ? ['This plan has no price.'] : [...lines, ...shares];
}

function changePlanRoute(context: MemberContext): MemberRoute['route'] {
  return changeRoute(
    {
      method: 'POST',
      path: '/api/plan',
      id: 'changePlan',
      summary: 'Changes the plan',
      body: {
        plan: PLAN,
        version: wholeNumber('One more than the version of `GET /api/plan`', {
          min: 2,
          max: Number.MAX_SAFE_INTEGER,
        }),
      },
      answer: ANSWER,
    },
    async (request) => {
      const { plan, version } = request.body;
      const { receivedEpochMs: now } = request;
      // Attack: a member sends a version that is too high. If the owner changed the record after the offer was compared
      // with it, the version could be the right one, and the change would be made.
      if (version > context.customer.version + 1)
        throw new DomainError(
          'EDIT_CONFLICT',
          "the version must be at most one more than the version of the customer's record",
        );
      // If the change was already made, the plan is in force and is no longer on offer; the record of the operation
      // then decides.
      const isPast = version <= context.customer.version;
      const { offer, fromEpochMs } = isPast
        ? startOf(await delayed(pastOfferOf(context, plan), context, now), now)
        : await offerAt(context, plan, now);
      const applied = await setPlan(
        context.usage,
        { ...toRequested(request), operationId: operationIdOf(request), by: context.actor.id },
        { tenant: context.tenant, plan, fromEpochMs, version },
      );
      await tellKeys(context);
      if (!applied.repeated)
        await logChange(context, {
          what: 'changed-plan',
          on: offer.title,
          ...(fromEpochMs !== undefined && { from: new Date(fromEpochMs).toISOString() }),
        });
      const { everywhereBy, version: stored } = applied.after;
      return jsonReply<Answers.PlanChange>(200, {
        plan,
        from: new Date(fromEpochMs ?? Date.parse(applied.at)).toISOString(),
        everywhereBy: String(everywhereBy),
        version: Number(stored),
      });
    },
  );
}

/**
 * Records the change in the keys, as `gatewright customers set-plan` does, so that it applies at once to their
 * requests.
 */
async function tellKeys({ keys, tenant, actor }: MemberContext): Promise<void> {
  const admin = await keys();
  let cursor: string | undefined;
  for (let page = 0; page < FOLLOW_PAGES; page += 1) {
    const { next } = await admin.followCustomer(tenant, { cursor, by: actor.id });
    if (next === undefined) return;
    cursor = next;
  }
}
