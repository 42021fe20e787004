/** Limits, prices and refusals in a customer's words. The page, mails and `gatewright explain` print these sentences. */
import type { UsageRow } from '../quota/admin/usage-row.ts';
import type { CustomerPlan, Limit, QuotaLimit } from '../quota/plan/plan.ts';
import { describePrice, printCount } from '../quota/usage/invoice-pdf.ts';

type Spent = Pick<UsageRow, 'limit' | 'plan' | 'state' | 'allowance' | 'left' | 'periodEnd'>;

const LENGTHS = { DAY: 'day', WEEK: 'week', MONTH: 'month' } as const;
const HOUR_SECONDS = 3600;

/** Describes a limit: `1,000 requests a month`. */
export function describeLimit(limit: Limit): string {
  const whose = { tenant: '', key: ' for each key', route: ' for each key and operation' }[limit.level];
  switch (limit.kind) {
    case 'quota':
      return `${printCount(limit.quota)} ${limit.quota === 1 ? 'unit' : 'units'} ${describePeriod(limit.period.length)}${whose}`;
    case 'rate': {
      const each = limit.perSeconds === 1 ? 'a second' : `in ${printSeconds(limit.perSeconds)}`;
      return `${printCount(limit.rate)} units ${each}, at most ${printCount(limit.burst)} at once${whose}`;
    }
    case 'concurrency':
      return `${printCount(limit.concurrency)} requests at the same time${whose}`;
  }
}

function describePeriod(length: QuotaLimit['period']['length']): string {
  return typeof length === 'string' ? `a ${LENGTHS[length]}` : `every ${printSeconds(length.everySeconds)}`;
}

function printSeconds(seconds: number): string {
  if (seconds % HOUR_SECONDS === 0)
    return seconds === HOUR_SECONDS ? 'hour' : `${printCount(seconds / HOUR_SECONDS)} hours`;
  return `${printCount(seconds)} seconds`;
}

/** Describes the prices of a plan by limit: `49.00 a period, 1,000 included, 0.002 a unit (EUR)`. */
export function describePrices({
  limits,
  invoice,
}: CustomerPlan): readonly { readonly limit: string; readonly text: string }[] {
  return limits.flatMap((limit) => {
    if (limit.kind !== 'quota' || limit.price === undefined) return [];
    const words = describePrice(limit.price);
    return words === '' ? [] : [{ limit: limit.id, text: `${words} (${invoice?.currency ?? ''})` }];
  });
}

/**
 * Says why requests are refused; undefined if the limit refuses none.
 * @param planTitle the name of the plan as the customer knows it
 */
export function describeRefusal(
  spent: Spent,
  planTitle: string,
  keyName: string | undefined,
): string | undefined {
  const whose = keyName === undefined ? 'your organisation' : `the key ${keyName}`;
  if (spent.state === 'suspended')
    return `Requests of ${whose} are refused with 403, because the provider of the API has suspended the limit ${spent.limit}.`;
  if (spent.left > 0 || spent.state === 'closed') return undefined;
  const { allowance, limit, periodEnd } = spent;
  return (
    `Requests of ${whose} are refused with 429: ${allowance === 1 ? 'the unit' : `all ${printCount(allowance)} units`} of the limit ${limit} ` +
    `of your plan ${planTitle} ${allowance === 1 ? 'is' : 'are'} used. The next period begins at ${printMoment(periodEnd)}.`
  );
}

/** Formats an instant as `2026-12-01 00:00 UTC`. */
export function printMoment(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}
