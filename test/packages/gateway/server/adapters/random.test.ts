import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSystemRandom } from '../../../../../packages/gateway/server/adapters/random.ts';

describe('createSystemRandom', () => {
  const random = createSystemRandom();

  it('never gives an id twice, over many pools', () => {
    const ids = Array.from({ length: 5000 }, () => random.extendedId());
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{15}=$/);
  });

  it('gives as many hex digits as asked for, beyond a pool too', () => {
    fc.assert(
      fc.property(fc.nat(20_000), (count) => {
        assert.match(random.hex(count), new RegExp(`^[0-9a-f]{${count}}$`.replace('{0}', '{0,0}')));
      }),
      { numRuns: 30, seed: 20261120 },
    );
  });

  it('gives fractions below one, spread evenly', () => {
    const fractions = Array.from({ length: 10_000 }, () => random.fraction());
    const mean = fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length;
    assert.ok(fractions.every((fraction) => fraction >= 0 && fraction < 1));
    assert.ok(Math.abs(mean - 0.5) < 0.05, `mean ${mean}`);
  });

  it('gives UUIDs of version 4', () => {
    assert.match(random.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
