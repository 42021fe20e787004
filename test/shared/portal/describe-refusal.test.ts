/** When a limit refuses requests, by what its ledger says. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeRefusal } from '#shared/portal/describe-refusal.ts';

const row = {
  plan: 'free',
  limit: 'monthly',
  quota: 10,
  state: 'open',
  allowance: 10,
  periodEnd: '2026-12-01T00:00:00.000Z',
} as const;

const ROWS = [
  { name: 'a quota with units left', remaining: 3, refuses: false },
  { name: 'a spent quota', remaining: 0, refuses: true },
  { name: 'a quota that was reduced below its use', remaining: -2, refuses: true },
  { name: 'a spent quota whose overage still admits requests', remaining: 5, refuses: false },
] as const;

describe('the sentence about a refusal', () => {
  for (const { name, remaining, refuses } of ROWS)
    it(`${refuses ? 'says why requests are refused by' : 'is not written for'} ${name}`, () => {
      const says = describeRefusal({ ...row, remaining }, { plan: 'free' });

      assert.equal(
        says,
        refuses
          ? 'Requests of your organisation are refused: all 10 units of the limit monthly of your plan free are used. The next period begins on 1 Dec 2026, 00:00 UTC.'
          : undefined,
      );
    });

  // A partner with 20 units of its own was told that the 1,000 units of its plan are used.
  it('does not say of a quota of the customer’s own that it is the plan’s', () => {
    const terms = [{ plan: 'free', limits: { monthly: 10 } }];

    assert.match(
      describeRefusal({ ...row, remaining: 0 }, { plan: 'free', terms }) ?? '',
      /all 10 units of the limit monthly, which is your own and replaces the limit of your plan, are used\./,
    );
    for (const other of [
      { plan: 'pro', limits: { monthly: 10 } },
      { plan: 'free', limits: { daily: 10 } },
      { plan: 'free' },
    ])
      assert.match(
        describeRefusal({ ...row, remaining: 0 }, { plan: 'free', terms: [other] }) ?? '',
        /of the limit monthly of your plan free are used/,
      );
  });

  // `gatewright customers show` said that nothing is refused, although each request got 429.
  it('says that the current period is closed, whatever is left', () => {
    assert.equal(
      describeRefusal({ ...row, state: 'closed', remaining: 7 }, { plan: 'free' }),
      'Requests of your organisation are refused, because the current period of the limit monthly is closed. The next period begins on 1 Dec 2026, 00:00 UTC.',
    );
  });
});
