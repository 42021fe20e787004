/** The fees of terms as a table: what is due depends on the terms and the period alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Customer } from '#shared/quota/plan/customer.ts';
import { feeOfTerm, spanOfLedger } from '#shared/quota/plan/term-fees.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 10, 1);
/** A period of thirty days, in which a day is a thirtieth of the fee. */
const PERIOD = { startEpochMs: START_MS, endEpochMs: START_MS + 30 * DAY_MS };

/** A customer whose terms begin on these days of the period; day 0 is its first. */
function aCustomer(days: readonly number[], closedOnDay?: number): Customer {
  return {
    tenant: 'acme',
    version: 1,
    state: closedOnDay === undefined ? 'active' : 'closed',
    stateSinceEpochMs: START_MS + (closedOnDay ?? 0) * DAY_MS,
    terms: days.map((day) => ({ plan: `from-${day}`, fromEpochMs: START_MS + day * DAY_MS })),
  } as unknown as Customer;
}

function aSuspended(days: readonly number[], sinceDay: number): Customer {
  return { ...aCustomer(days, sinceDay), state: 'suspended' };
}

describe('the term of a ledger', () => {
  const rows: readonly (readonly [string, Customer, number | undefined, number | undefined])[] = [
    ['is the one that is written in it', aCustomer([0, 10]), 10, 10],
    ['is unknown if the customer has no such term', aCustomer([0, 10]), 5, undefined],
    ['is unknown if the term ended before the period', aCustomer([-20, -10]), -20, undefined],
    ['is the one at the start of the period, if none is written', aCustomer([-10, 10]), undefined, -10],
    ['may begin with the period', aCustomer([0, 10]), undefined, 0],
    ['is none if the first term begins later', aCustomer([10]), undefined, undefined],
  ];
  for (const [name, customer, written, expected] of rows)
    it(name, () => {
      const ledger = written === undefined ? {} : { term: START_MS + written * DAY_MS };
      const span = spanOfLedger(customer, ledger, PERIOD);
      assert.equal(span && (span.fromEpochMs - START_MS) / DAY_MS, expected);
    });
});

describe('the fee of a term', () => {
  const rows: readonly (readonly [
    string,
    Customer,
    number | undefined,
    string | undefined,
    string | undefined,
  ])[] = [
    ['a term of the whole period', aCustomer([0]), 0, '30', '30'],
    ['the last of two terms', aCustomer([0, 10]), 10, '30', '20'],
    ['the first of two terms', aCustomer([0, 10]), 0, undefined, '10'],
    ['the time before the record', aCustomer([10]), undefined, undefined, '10'],
    ['no record at all', aCustomer([]), undefined, '30', '30'],
    ['a term that began long ago', aCustomer([-40]), -40, '30', '30'],
    ['a term that ends with its customer', aCustomer([-40], 3), -40, '30', '3'],
    ['a term that ends as the period begins', aCustomer([-40, 0]), -40, undefined, undefined],
    ['a period after its customer was closed', aCustomer([-40], -5), undefined, 'free', 'free'],
    ['a period that begins as its customer is closed', aCustomer([-40], 0), undefined, 'free', 'free'],
    ['a period in which its customer is suspended', aSuspended([-40], -1), -40, 'free', 'free'],
    ['a period after its customer was suspended for a term', aSuspended([-40, 5], 0), 5, 'free', 'free'],
    ['a period within which its customer is suspended', aSuspended([-40], 1), -40, '30', '30'],
    ['a term that begins as the period ends', aCustomer([0, 30]), 30, undefined, undefined],
  ];
  for (const [name, customer, day, whole, share] of rows)
    for (const [prorate, expected] of [
      [false, whole],
      [true, share],
    ] as const)
      it(`of ${name} is ${expected ?? 'not due'} ${prorate ? 'by its days' : 'in one piece'}`, () => {
        const at = day === undefined ? undefined : START_MS + day * DAY_MS;
        const term = customer.terms.find(({ fromEpochMs }) => fromEpochMs === at);
        const next = customer.terms.find(({ fromEpochMs }) => at !== undefined && fromEpochMs > at);
        const untilEpochMs =
          customer.state === 'closed' ? customer.stateSinceEpochMs : (next?.fromEpochMs ?? Infinity);
        const span = term && { ...term, untilEpochMs };
        assert.deepEqual(
          feeOfTerm(customer, span, PERIOD, { fee: '30', ...(prorate && { prorate }) }),
          expected === undefined
            ? { kind: 'none' }
            : expected === 'free'
              ? { kind: 'free' }
              : { kind: 'due', fee: expected },
        );
      });
});
