import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Admission } from '#shared/quota/quotas.ts';
import { aRequest, NOON_MS, QuotaTable } from '../support/quota-table.ts';

type Step =
  | { readonly kind: 'consume'; readonly holder: number; readonly cost: number }
  | { readonly kind: 'refund'; readonly holder: number }
  | { readonly kind: 'flush'; readonly holder: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'outage'; readonly isDown: boolean };

const HOLDERS = 3;
const holder = fc.nat({ max: HOLDERS - 1 });
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('consume' as const),
      holder,
      cost: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('refund' as const, 'flush' as const), holder }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outage' as const), isDown: fc.boolean() }) },
);

describe('quotas', () => {
  it('never admit more than the quota, account for every unit of it, and bill what was admitted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aStep, { maxLength: 120 }),
        fc.integer({ min: 6, max: 80 }),
        fc.constantFrom(0, 0.05, 0.5),
        async (steps, quota, wasteBudget) => {
          const table = new QuotaTable();
          const limit = { id: 'daily', level: 'key', quota, period: 'DAY', wasteBudget };
          const holders = Array.from({ length: HOLDERS }, () => table.holder([limit]));
          const admissions: (Admission | undefined)[] = [];
          let admitted = 0;
          for (const step of steps) {
            table.nowMs += 1;
            if (step.kind === 'wait') table.nowMs += step.ms;
            else if (step.kind === 'outage') table.isDown = step.isDown;
            else if (step.kind === 'flush') await holders[step.holder]?.flush();
            else if (step.kind === 'refund') {
              const admission = admissions[step.holder];
              if (admission?.refund().length === 1) admitted -= admission.units;
            } else {
              const decision = await holders[step.holder]!.consume(
                aRequest({ cost: step.cost, atEpochMs: NOON_MS }),
              );
              if (decision.allowed) admitted += decision.units;
              admissions[step.holder] = decision.allowed ? decision : undefined;
            }
            const { rem = quota, out = 0, used = 0 } = table.ledger();
            assert.ok(admitted <= quota - Number(rem), 'admitted what was not granted');
            assert.equal(Number(rem) + Number(out) + Number(used), quota);
            assert.ok(Number(rem) >= 0);
          }
          table.isDown = false;
          for (const each of holders) await each.flush();
          const { out = 0, used = 0 } = table.ledger();
          assert.deepEqual({ out, used }, { out: 0, used: admitted });
        },
      ),
      { numRuns: 150 },
    );
  });
});
