/** The fees of a customer on record: by its terms alone, used or not. */
import type { Item } from '../../table/item-write.ts';
import { spansOf } from './customer.ts';
import type { Customer, TermSpan } from './customer.ts';
import { multiplyDecimal } from '../usage/money.ts';
import type { Period } from '../ledger/period.ts';
import type { Price } from '../usage/price.ts';

type TermFee =
  /** Another term of the period has the fee. */
  | { readonly kind: 'none' }
  /** Decimal text: the whole fee, or the part of the time in force. */
  | { readonly kind: 'due'; readonly fee: string };

/** Terms that are in force in some of the period. */
function spansWithin(customer: Customer, { startEpochMs, endEpochMs }: Period): readonly TermSpan[] {
  return spansOf(customer).filter(
    ({ fromEpochMs, untilEpochMs }) => fromEpochMs < endEpochMs && untilEpochMs > startEpochMs,
  );
}

/** The term under which a ledger was charged; undefined: it was opened before the customer was on record. */
export function spanOfLedger(customer: Customer, ledger: Item, period: Period): TermSpan | undefined {
  const spans = spansWithin(customer, period);
  const { term } = ledger;
  if (typeof term === 'number') return spans.find(({ fromEpochMs }) => fromEpochMs === term);
  return spans.find(({ fromEpochMs }) => fromEpochMs <= period.startEpochMs);
}

/**
 * With `prorate`, the part of the time in force; else the whole fee of the period's last term.
 * @param span undefined: the time before the customer was on record
 */
export function feeOfTerm(
  customer: Customer,
  span: TermSpan | undefined,
  period: Period,
  { fee, prorate }: Pick<Price, 'fee' | 'prorate'>,
): TermFee {
  const { startEpochMs, endEpochMs } = period;
  const spans = spansWithin(customer, period);
  if (prorate !== true) {
    const isLast = span === undefined ? spans.length === 0 : span.fromEpochMs === spans.at(-1)?.fromEpochMs;
    return isLast ? { kind: 'due', fee } : { kind: 'none' };
  }
  const from = Math.max(startEpochMs, span?.fromEpochMs ?? startEpochMs);
  const to = Math.min(endEpochMs, span?.untilEpochMs ?? spans[0]?.fromEpochMs ?? endEpochMs);
  return to <= from
    ? { kind: 'none' }
    : { kind: 'due', fee: multiplyDecimal(fee, to - from, endEpochMs - startEpochMs) };
}
