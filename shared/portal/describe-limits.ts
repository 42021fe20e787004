/** Limits and prices in a customer's words. */
import type { CustomerPlan, Limit, QuotaLimit } from '../quota/plan/plan.ts';
import { describePrice, printCount } from '../quota/usage/invoice-pdf.ts';

const LENGTHS = { DAY: 'day', WEEK: 'week', MONTH: 'month' } as const;
const HOUR_SECONDS = 3600;

/** Describes a limit: `1,000 units a month`. */
export function describeLimit(limit: Limit): string {
  const whose = { tenant: '', key: ' for each key', route: ' for each key and operation' }[limit.level];
  switch (limit.kind) {
    case 'quota':
      return `${printCount(limit.quota)} ${limit.quota === 1 ? 'unit' : 'units'} ${describePeriod(limit.period.length)}${whose}`;
    case 'rate': {
      const each = limit.perSeconds === 1 ? 'a second' : `every ${printSeconds(limit.perSeconds)}`;
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

/** Describes the prices of a plan by limit, as in `49.00 a period, the first 1,000 included, 0.002 a unit (EUR)`. */
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
