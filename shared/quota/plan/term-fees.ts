/** Computes the fees of a customer with a record. They depend only on the customer's terms, not on usage. */
import type { Item } from '../../table/item-write.ts';
import { spansOf } from './customer.ts';
import type { Customer, TermSpan } from './customer.ts';
import { multiplyDecimal } from '../usage/money.ts';
import type { Period } from '../ledger/period.ts';
import type { Price } from '../usage/price.ts';

type TermFee =
  /** The fee is charged for another term of the period. */
  | { readonly kind: 'none' }
  /** Nobody owes the fee, because the customer was closed or suspended before the period. */
  | { readonly kind: 'free' }
  /** The fee as decimal text: the whole fee, or the part for the time in force. */
  | { readonly kind: 'due'; readonly fee: string };

/** Returns the terms that are in force at any time in the period. */
function spansWithin(customer: Customer, { startEpochMs, endEpochMs }: Period): readonly TermSpan[] {
  return spansOf(customer).filter(
    ({ fromEpochMs, untilEpochMs }) => fromEpochMs < endEpochMs && untilEpochMs > startEpochMs,
  );
}

/**
 * Returns the term under which a ledger was charged. Returns undefined if the ledger was opened before the customer was
 * on record.
 */
export function spanOfLedger(customer: Customer, ledger: Item, period: Period): TermSpan | undefined {
  const spans = spansWithin(customer, period);
  const { term } = ledger;
  if (typeof term === 'number') return spans.find(({ fromEpochMs }) => fromEpochMs === term);
  return spans.find(({ fromEpochMs }) => fromEpochMs <= period.startEpochMs);
}

/**
 * Returns the fee that a term owes. With `prorate`, each term owes the share of the fee for the time in which it is in
 * force. Otherwise the last term in the period owes the whole fee. A period after the customer was closed, or in which
 * the customer was suspended from the beginning, owes nothing, even if an administrator changed its counts.
 * @param span undefined means the time before the customer record was created
 */
export function feeOfTerm(
  customer: Customer,
  span: TermSpan | undefined,
  period: Period,
  { fee, prorate }: Pick<Price, 'fee' | 'prorate'>,
): TermFee {
  const { startEpochMs, endEpochMs } = period;
  const firstEpochMs = customer.terms[0]?.fromEpochMs ?? Infinity;
  const isAfterAllTerms = span === undefined && firstEpochMs <= startEpochMs;
  if (isAfterAllTerms || isSuspended(customer, startEpochMs)) return { kind: 'free' };
  const spans = spansWithin(customer, period);
  if (prorate !== true) {
    const isLast = span === undefined ? spans.length === 0 : span.fromEpochMs === spans.at(-1)?.fromEpochMs;
    return isLast ? { kind: 'due', fee } : { kind: 'none' };
  }
  const from = Math.max(startEpochMs, span?.fromEpochMs ?? startEpochMs);
  const to = Math.min(endEpochMs, span?.untilEpochMs ?? firstEpochMs);
  return to <= from
    ? { kind: 'none' }
    : { kind: 'due', fee: multiplyDecimal(fee, to - from, endEpochMs - startEpochMs) };
}

function isSuspended({ state, stateSinceEpochMs }: Customer, startEpochMs: number): boolean {
  return state === 'suspended' && stateSinceEpochMs <= startEpochMs;
}
