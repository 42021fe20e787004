import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  customerNamesOf,
  nameCaller,
} from '../../../../../../packages/gateway/console/page/traffic/customer-names.ts';

const NAMES = customerNamesOf({
  customers: [
    { tenant: 'c-17', name: 'Hanko Møbler', state: 'active' },
    { tenant: 'acme', name: 'acme', state: 'active' },
    { tenant: 'other', state: 'no record' },
  ],
});

describe('the caller in Traffic', () => {
  for (const [what, row, shown, title] of [
    [
      'the name of the customer, and its id in full',
      { caller: 'k-1', customer: 'c-17' },
      'Hanko Møbler · k-1',
      'Hanko Møbler (c-17) · k-1',
    ],
    [
      'the id of a customer without a name of its own',
      { caller: 'k-1', customer: 'acme' },
      'acme · k-1',
      'acme · k-1',
    ],
    [
      'a caller that contains the id only once',
      { caller: 'acme|ada', customer: 'acme' },
      'acme|ada',
      'acme|ada',
    ],
    ['a caller without a customer', { caller: 'ada', customer: undefined }, 'ada', 'ada'],
    ['nothing for an anonymous caller', { caller: undefined, customer: undefined }, '', ''],
  ] as const)
    it(`shows ${what}`, () => assert.deepEqual(nameCaller(row, NAMES), { shown, title }));
});
