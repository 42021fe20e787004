/**
 * Describes to a customer why requests are refused. The portal, its emails, `gatewright explain`, `gatewright usage`
 * and `gatewright customers` print these sentences, so that the owner of the APIs knows what the customer has read.
 */
import type { UsageRow } from '../quota/admin/usage-row.ts';
import type { CustomerState, Term } from '../quota/plan/customer.ts';
import type { ConcurrencyLimit, RateLimit } from '../quota/plan/plan.ts';
import { printCount } from '../quota/usage/invoice-pdf.ts';
import { keyIdOf } from './charged-key.ts';
import { describeLimit } from './describe-limits.ts';
import { printMoment } from './print-moment.ts';

type Spent = Pick<
  UsageRow,
  'plan' | 'limit' | 'key' | 'route' | 'state' | 'quota' | 'allowance' | 'remaining' | 'periodEnd'
>;

/** The names of the plan and of the key that the sentences use, because the customer knows them. */
type CustomerNames = {
  readonly plan: string;
  /** The customer's terms, which say whether a quota is the customer's own instead of the plan's. */
  readonly terms?: readonly Pick<Term, 'plan' | 'limits'>[] | undefined;
  /** The name of the API key; its id if it has no name. */
  readonly key?: string | undefined;
};

/**
 * Says why a limit refuses requests in its current period; undefined if it refuses none. If nothing is left of a quota,
 * its overage may still admit requests.
 */
export function describeRefusal(spent: Spent, names: CustomerNames): string | undefined {
  const { allowance, limit, periodEnd, remaining, state } = spent;
  const whose = describeRequests(spent, names);
  if (state === 'suspended')
    return `${whose} are refused, because the provider of the API has suspended the limit ${limit}.`;
  const next = `The next period begins on ${printMoment(periodEnd)}.`;
  if (state === 'closed')
    return `${whose} are refused, because the current period of the limit ${limit} is closed. ${next}`;
  if (remaining > 0) return undefined;
  return (
    `${whose} are refused: ${allowance === 1 ? 'the unit' : `all ${printCount(allowance)} units`} of the limit ${limit}` +
    `${isOwnQuota(spent, names) ? ', which is your own and replaces the limit of your plan,' : ` of your plan ${names.plan}`} ${allowance === 1 ? 'is' : 'are'} used. ${next}`
  );
}

function isOwnQuota({ plan, limit, quota }: Spent, { terms = [] }: CustomerNames): boolean {
  return terms.some((term) => term.plan === plan && term.limits?.[limit] === quota);
}

function describeRequests({ key, route }: Spent, names: CustomerNames): string {
  const whose = key === undefined ? 'your organisation' : `the key ${names.key ?? keyIdOf(key)}`;
  return route === undefined ? `Requests of ${whose}` : `Requests of ${whose} to ${route}`;
}

/** Says why all requests of a customer are refused; undefined if the customer is active. */
export function describeHalt(state: CustomerState): string | undefined {
  return state === 'active'
    ? undefined
    : `Requests of your organisation are refused, because the provider of the API has ${state} your organisation.`;
}

/** Says when a limit without a period, such as a rate, refuses requests. */
export function describePace(limit: RateLimit | ConcurrencyLimit, { plan }: CustomerNames): string {
  return `Requests are refused while they exceed the limit ${limit.id} of your plan ${plan}: ${describeLimit(limit)}.`;
}
