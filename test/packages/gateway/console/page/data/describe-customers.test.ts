import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeCustomers } from '../../../../../../packages/gateway/console/page/data/describe-customers.ts';

const rowsOf = (...states: readonly string[]) => ({
  customers: states.map((state, index) => ({ tenant: `t${index}`, state })),
});

// The console counted four customers, and `customers list` printed three.
describe('the sentence above the list of customers', () => {
  const said = ' customers of the API, their plans, and how much each has used.';
  for (const [data, text] of [
    [rowsOf('active', 'closed'), `The 2${said}`],
    [
      rowsOf('active', 'active', 'no record'),
      `The 2${said} One tenant without a record is listed as long as a period has recorded usage.`,
    ],
    [
      rowsOf('active', 'no record', 'no record'),
      'The only customer of the API, its plan, and how much it has used. 2 tenants without a record are listed as long as a period has recorded usage.',
    ],
    [
      rowsOf('no record'),
      `The${said} One tenant without a record is listed as long as a period has recorded usage.`,
    ],
    [
      { ...rowsOf('active', 'no record'), isCut: true },
      `The${said} Tenants without a record are listed as long as a period has recorded usage.`,
    ],
    [undefined, `The${said}`],
  ] as const)
    it(`counts those that have a record: ${text}`, () => {
      assert.equal(
        describeCustomers(data && ({ ...data, isCut: 'isCut' in data ? true : undefined } as never)),
        text,
      );
    });
});
