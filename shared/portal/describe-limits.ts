/** Limits and prices in a customer's words. */
import type { CustomerPlan, Limit, QuotaLimit } from '../quota/plan/plan.ts';
import { printCount } from '../quota/usage/invoice-pdf.ts';

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

/**
 * Describes the prices of a plan by limit, as in `49.00 EUR a month, 1,000 units included, then 0.002 EUR a unit`, or
 * `Free`.
 */
export function describePrices({
  limits,
  invoice,
}: CustomerPlan): readonly { readonly limit: string; readonly text: string }[] {
  return limits.flatMap((limit) =>
    limit.kind === 'quota' && limit.price !== undefined
      ? [
          {
            limit: limit.id,
            text: describePriceOf(limit.price, limit.period.length, invoice?.currency ?? ''),
          },
        ]
      : [],
  );
}

function describePriceOf(
  { fee, included, tiers }: NonNullable<QuotaLimit['price']>,
  length: QuotaLimit['period']['length'],
  currency: string,
): string {
  if (Number(fee) === 0 && tiers.every(({ unitPrice }) => Number(unitPrice) === 0)) return 'Free';
  const steps = tiers.map(({ upTo, unitPrice }) => {
    const price = `${unitPrice} ${currency} a unit`;
    return upTo === undefined ? price : `${price} up to ${printCount(upTo)}`;
  });
  const usage = steps.join(', then ');
  return [
    ...(Number(fee) === 0 ? [] : [`${fee} ${currency} ${describePeriod(length)}`]),
    ...(included === 0 ? [] : [`${printCount(included)} ${included === 1 ? 'unit' : 'units'} included`]),
    ...(usage === '' ? [] : [included === 0 ? usage : `then ${usage}`]),
  ].join(', ');
}
