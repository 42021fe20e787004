import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Instance } from '../../../../../packages/gateway/lambda/instance.ts';
import { Patience } from '../../../../../packages/gateway/lambda/pool/patience.ts';

/** Two that run on a machine of two processors, each busy for that share of 100 ms. */
const RUNNING = [
  { what: 'wait for something else', shares: [0.05, 0.2], starting: 0, waitsMs: 50 },
  { what: 'leave the half of a processor', shares: [1, 0.5], starting: 0, waitsMs: 50 },
  { what: 'leave less', shares: [1, 0.6], starting: 0, waitsMs: 1_000 },
  { what: 'are busy', shares: [1, 1], starting: 0, waitsMs: 1_000 },
  { what: 'are about to be joined', shares: [0.3, 0.3], starting: 1, waitsMs: 1_000 },
];

describe('how long an event waits before an instance more is started', () => {
  for (const { what, shares, starting, waitsMs } of RUNNING)
    it(`is ${waitsMs} ms if those that run ${what}`, () => {
      const clock = { ms: 0 };
      const patience = new Patience(2, () => clock.ms);
      const instances = shares.map(() => ({ activeMs: 40 }));
      const busy = instances as unknown as readonly Instance[];
      for (const one of busy) patience.begin(one);
      clock.ms = 100;
      for (const [index, instance] of instances.entries()) instance.activeMs += (shares[index] ?? 0) * 100;

      assert.equal(patience.ms(busy, starting), waitsMs);
    });

  for (const { what, shares, own, starting, is } of [
    { what: 'one that is busy', shares: [1], own: 0.4, starting: 0, is: true },
    { what: 'one that is busy, and a gateway that is', shares: [1], own: 0.6, starting: 0, is: false },
    { what: 'one that does not tell', shares: [undefined], own: 0.1, starting: 0, is: true },
    { what: 'two of which one does not tell', shares: [0.5, undefined], own: 0.1, starting: 0, is: false },
    { what: 'one that waits, and one that starts', shares: [0.1], own: 0.1, starting: 1, is: true },
    { what: 'one that is busy, and one that starts', shares: [1], own: 0.1, starting: 1, is: false },
  ])
    it(`keeps ${is ? 'a' : 'no'} processor free next to ${what}`, () => {
      const clock = { ms: 0, own: 0 };
      const patience = new Patience(
        2,
        () => clock.ms,
        () => clock.own,
      );
      const instances = shares.map((share) => ({ activeMs: share === undefined ? undefined : 0 }));
      const busy = instances as unknown as readonly Instance[];
      for (const one of busy) patience.begin(one);
      assert.equal(patience.hasProcessor([], 0), true);
      clock.ms = 100;
      clock.own = own * 100;
      for (const [index, instance] of instances.entries())
        if (instance.activeMs !== undefined) instance.activeMs = (shares[index] ?? 0) * 100;

      assert.equal(patience.hasProcessor(busy, starting), is);
    });

  it('is a second if one has just begun', () => {
    const patience = new Patience(1, () => 0);
    const busy = [{ activeMs: 40 }] as unknown as readonly Instance[];
    for (const one of busy) patience.begin(one);

    assert.equal(patience.ms(busy, 0), 1_000);
    assert.equal(patience.ms([], 0), 1_000, 'by the same look');
  });

  it('is by the last look, until that is 50 ms old', () => {
    const clock = { ms: 0 };
    const patience = new Patience(1, () => clock.ms);
    const instance = { activeMs: 0 };
    const busy = [instance] as unknown as readonly Instance[];
    for (const one of busy) patience.begin(one);
    clock.ms = 10;
    const seen = [10, 59, 60, 109, 110].map((ms) => {
      clock.ms = ms;
      instance.activeMs = Math.max(0, Math.min(ms, 60) - 10);
      return patience.ms(busy, 0);
    });

    assert.deepEqual(seen, [50, 50, 1_000, 1_000, 50]);
  });
});
