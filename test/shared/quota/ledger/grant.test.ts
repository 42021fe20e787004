import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GrantIds } from '#shared/quota/ledger/grant.ts';

const random = (hex: string) => ({ hex: (digits: number) => hex.slice(0, digits), fraction: () => 0.5 });

describe('the ids of a process', () => {
  it('go up, for any time of the clock', () => {
    let nowEpochMs = 5000.7;
    const ids = new GrantIds(random('c0ffee123456'), { nowEpochMs: () => nowEpochMs });

    assert.deepEqual(ids.next(), { holder: 'c0ffee123456', sequence: 5000 });
    nowEpochMs = 4000;
    assert.equal(ids.next().sequence, 5001);
    nowEpochMs = 6000;
    assert.equal(ids.next().sequence, 6000);
  });

  it('name a request each', () => {
    const ids = new GrantIds(random('c0ffee123456'), { nowEpochMs: () => 0 });

    assert.deepEqual([ids.nextClaim(), ids.nextClaim()], ['c0ffee1234561', 'c0ffee1234562']);
  });

  for (const [holder, place] of [
    ['a00bcdef0123', 0],
    ['a10bcdef0123', 16],
    ['affbcdef0123', 255],
  ] as const)
    it(`put ${holder} in the place ${place} of 256`, () => {
      assert.equal(new GrantIds(random(holder), { nowEpochMs: () => 0 }).place(), place);
    });
});
