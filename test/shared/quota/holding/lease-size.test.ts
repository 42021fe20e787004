import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { directCharge, sizeLease } from '#shared/quota/holding/lease-size.ts';

const LIMIT = { leaseSeconds: 30, maxLeaseUnits: 10_000 };
const DEMAND = { need: 1, ownRate: 10, ledgerRate: 100, previousUnits: 1000 };
const SEEN = { remaining: 1_000_000, outstanding: 0, wasteBudget: 10_000 };

describe('sizeLease', () => {
  const CASES = [
    { name: 'thirty seconds of its own pace', demand: DEMAND, seen: SEEN, units: 300 },
    { name: 'four times the lease before', demand: { ...DEMAND, previousUnits: 10 }, seen: SEEN, units: 40 },
    {
      name: 'half of the waste budget that is left',
      demand: DEMAND,
      seen: { ...SEEN, outstanding: 9900 },
      units: 50,
    },
    {
      name: 'a quarter of its share of what is left',
      demand: DEMAND,
      seen: { ...SEEN, remaining: 2000 },
      units: 50,
    },
    {
      name: 'no more than the maximum',
      demand: { ...DEMAND, ownRate: 1e9, ledgerRate: 1, previousUnits: 1e9 },
      seen: { ...SEEN, remaining: 1e12, wasteBudget: 1e10 },
      units: 10_000,
    },
  ];
  for (const { name, demand, seen, units } of CASES)
    it(`asks for ${name}`, () => {
      assert.deepEqual(sizeLease(demand, seen, LIMIT), {
        units,
        gate: 4 * units,
        outstandingMax: seen.wasteBudget - units,
      });
    });

  const DIRECT = [
    { name: 'near the end of the quota', demand: DEMAND, seen: { ...SEEN, remaining: 3 } },
    { name: 'when the waste budget is out', demand: DEMAND, seen: { ...SEEN, outstanding: 9999 } },
    { name: 'when its pace is unknown', demand: { ...DEMAND, ownRate: 0 }, seen: SEEN },
    {
      name: 'when the request needs more than the lease would be',
      demand: { ...DEMAND, need: 500 },
      seen: SEEN,
    },
  ];
  for (const { name, demand, seen } of DIRECT)
    it(`charges directly ${name}`, () => {
      assert.deepEqual(sizeLease(demand, seen, LIMIT), directCharge(demand.need));
    });

  it('never asks for a lease that its own gates would refuse', () => {
    const amount = fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 2 ** 40 }));
    const rate = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({
          need: fc.integer({ min: 1, max: 1000 }),
          ownRate: rate,
          ledgerRate: rate,
          previousUnits: amount,
        }),
        fc.record({ remaining: amount, outstanding: amount, wasteBudget: amount }),
        (demand, seen) => {
          const { units, gate, outstandingMax } = sizeLease(demand, seen, LIMIT);

          assert.ok(Number.isInteger(units) && units >= demand.need);
          if (outstandingMax === undefined) return;
          assert.ok(gate !== undefined && gate <= seen.remaining);
          assert.ok(seen.outstanding <= outstandingMax && units <= LIMIT.maxLeaseUnits);
        },
      ),
    );
  });
});
