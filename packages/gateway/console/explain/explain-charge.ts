/** Explains a refusal by a limit of a customer plan, and what to do about it, whoever charged the request. */
import type { AccessOutcome } from '@gatewright/aws/access-decision';
import { quote } from '@gatewright/aws/text/token-options';
import { formatDuration, sentence } from './reason.ts';
import type { DecidedAccess } from './circumstances.ts';

export type Charge = Pick<
  DecidedAccess,
  | 'key'
  | 'customer'
  | 'plan'
  | 'limit'
  | 'ownQuota'
  | 'level'
  | 'chargedKey'
  | 'chargedRoute'
  | 'cost'
  | 'left'
  | 'retryAfterSeconds'
> & {
  /**
   * Only handlers limit how many calls run at the same time. `over-limit` is a rate or a quota with a short period: the
   * reply of a handler does not say which.
   */
  readonly outcome: AccessOutcome | 'over-concurrency' | 'over-limit';
};

/** Whether the credential names the customer to charge, but neither it nor a record gives the customer a plan. */
export function isWithoutPlan({ outcome, plan }: Pick<Charge, 'outcome' | 'plan'>): boolean {
  return outcome === 'no-subject' && plan === undefined;
}

/**
 * The refusals by a quota of a period. Such a limit may have units left that a request with a smaller charge can still
 * use, so only the beginning of the next period is certain.
 */
const PERIODICAL: ReadonlySet<Charge['outcome']> = new Set(['period-closed', 'over-quota'] as const);

/** Says which API key the caller used, what the limit had left, and when it has units again. */
export function describeCharge(charge: Charge): string[] {
  const { outcome, retryAfterSeconds, key } = charge;
  return [
    ...(key === undefined ? [] : [`The caller used the API key ${key}.`]),
    ...describeUnits(charge),
    ...(retryAfterSeconds === undefined
      ? []
      : [
          `${PERIODICAL.has(outcome) ? 'The next period of the limit begins' : 'The limit has units again'} ${formatDuration(retryAfterSeconds * 1000)} after this request.`,
        ]),
  ];
}

/** The limits whose units a request takes. A suspended limit may have units left, and they do not matter. */
const COUNTED: ReadonlySet<Charge['outcome']> = new Set(['over-quota', 'over-rate', 'over-limit'] as const);

/** Whom each level counts together. The last word of the sentence is the name of the limit's subject. */
const COUNTS = {
  tenant: 'The limit counts the requests of all keys of the customer together.',
  key: 'The limit counts the requests of each key separately.',
  route: 'The limit counts the requests of each key to each route separately.',
} as const;

function describeUnits({ outcome, limit, level, cost, left = [] }: Charge): string[] {
  const units = left.find((each) => each.limit === limit);
  if (limit === undefined || units === undefined || !COUNTED.has(outcome)) return [];
  const had = `the limit ${limit} had ${units.left}${units.of === undefined ? '' : ` of ${units.of}`} ${units.of === 1 ? 'unit' : 'units'} left`;
  const costs =
    cost === undefined ? '' : `The request costs ${cost} ${cost === '1' ? 'unit' : 'units'}, and `;
  return [
    sentence(
      `${costs}${had}${cost === undefined && units.left > 0 ? ', which is less than the request costs' : ''}.`,
    ),
    ...(level !== undefined && Object.hasOwn(COUNTS, level) ? [COUNTS[level as keyof typeof COUNTS]] : []),
  ];
}

/** Returns the options that select the ledger of the limit; undefined if the decision does not say at which level it counts. */
function optionsOf({ level, key, chargedKey, chargedRoute }: Charge): string | undefined {
  if (level === undefined) return undefined;
  if (level === 'tenant') return '';
  const name = chargedKey ?? key;
  const ofKey = ` --key ${name === undefined ? 'ID' : quote(name)}`;
  return level === 'route'
    ? `${ofKey} --route ${chargedRoute === undefined ? 'ROUTE' : quote(chargedRoute)}`
    : ofKey;
}

export function adviseOnCharge(charge: Charge): string {
  const { outcome, key, customer, plan, limit, ownQuota, retryAfterSeconds } = charge;
  if (outcome === 'not-charged')
    return 'Use a REQUEST authorizer for this route: a TOKEN authorizer cannot charge a quota.';
  if (customer === undefined) return 'Use a credential that names the customer and the plan to charge.';
  const tenant = quote(customer);
  if (isWithoutPlan({ outcome, plan }))
    return `See with \`gatewright customers show ${tenant}\` from when a plan of the customer is in force, and give it a plan from now on with \`gatewright customers set-plan ${tenant} PLAN\`, or, if it has no record, with \`gatewright customers create ${tenant} PLAN\`. Or use a credential that names the plan.`;
  const options = optionsOf(charge);
  const ofKey =
    options === undefined
      ? ` (with \`--key ${key ?? 'ID'}\` if the limit applies to each key separately)`
      : '';
  // During this time, requests are still refused (docs/guides/sell/quota.md, "When a change is in force").
  const later = 'Then requests are admitted within 2 s.';
  if (outcome === 'suspended')
    return limit === undefined
      ? `Resume the customer with \`gatewright customers resume ${tenant}\`. ${later}`
      : `Resume the limit ${limit} with \`gatewright quota resume ${tenant} ${quote(limit)}${options ?? ''}\`${ofKey}. ${later}`;
  if (outcome === 'over-concurrency' && limit !== undefined)
    return `Send fewer calls at the same time, or ${changePlan(tenant, limit)}.`;
  if ((outcome === 'over-rate' || outcome === 'over-limit') && limit !== undefined)
    return `Send requests more slowly, or ${changePlan(tenant, limit)}.${outcome === 'over-rate' ? ' A rate limit has no units that could be topped up.' : ''}`;
  if (outcome === 'period-closed') return adviseOnClosed(retryAfterSeconds);
  if (outcome === 'over-quota' && limit !== undefined)
    return `Wait for the next period, or give the customer more: \`gatewright quota top-up ${tenant} ${quote(limit)} UNITS${options ?? ''}\`${ofKey}, or ${ownQuota === undefined ? setPlan(tenant) : `\`gatewright customers set-plan ${tenant} PLAN --limit ${quote(limit)}=UNITS\` (without --limit, the customer has the limit of the plan instead of its own, ${ownQuota})`}. ${later}`;
  return 'Use a credential that names the customer and the plan to charge.';
}

/** A period is closed only after its end, so the clock has been moved back since the period was closed. */
function adviseOnClosed(retryAfterSeconds: number | undefined): string {
  const ahead = retryAfterSeconds === undefined ? 'SHIFT' : `${retryAfterSeconds}s`;
  return `Nothing can be charged to a closed period or added to it; wait for the next period. If the clock of this gateway was ahead when the period was closed, \`gatewright clock +${ahead}\` moves the clock to the next period. To begin again, restart the gateway; with --data, delete the folder first.`;
}

/**
 * Returns the command that gives a customer another plan. The plan of a customer without a record is named by its keys
 * or tokens, and the decision does not say by which of these it was charged.
 * @param tenant in the form in which it is passed to a command
 */
export function setPlan(tenant: string): string {
  return `\`gatewright customers set-plan ${tenant} PLAN\` (if the customer has no record: \`gatewright customers create ${tenant} PLAN\`)`;
}

function changePlan(tenant: string, limit: string): string {
  return `give the customer a larger plan with ${setPlan(tenant)}, or raise the limit ${limit} in a new version of its plan (\`gatewright plan save FILE\`)`;
}
