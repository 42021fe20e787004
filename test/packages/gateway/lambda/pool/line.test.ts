import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Line } from '../../../../../packages/gateway/lambda/pool/line.ts';

type Step = readonly [ms: number, what: 'stand' | 'pause' | 'rest' | 'clear'];

/** A start takes 130 ms, and its first event 40 ms more than any other. */
const LINES: readonly {
  readonly what: string;
  readonly steps: readonly Step[];
  readonly from: number;
  readonly is: boolean;
}[] = [
  { what: 'has stood for less than a start takes', steps: [[0, 'stand']], from: 169, is: false },
  { what: 'has stood for as long', steps: [[0, 'stand']], from: 170, is: true },
  {
    what: 'has stood for as long in all, while no instance rested',
    steps: [
      [0, 'stand'],
      [100, 'pause'],
      [120, 'stand'],
    ],
    from: 190,
    is: true,
  },
  {
    what: 'has stood for less in all',
    steps: [
      [0, 'stand'],
      [100, 'pause'],
      [120, 'stand'],
    ],
    from: 189,
    is: false,
  },
  {
    what: 'has stood for as long, and is gone',
    steps: [
      [0, 'stand'],
      [200, 'pause'],
    ],
    from: 200,
    is: false,
  },
  {
    what: 'has stood for as long and for a rest',
    steps: [
      [0, 'stand'],
      [150, 'rest'],
      [200, 'stand'],
    ],
    from: 270,
    is: true,
  },
  {
    what: 'has not made up for a rest',
    steps: [
      [0, 'stand'],
      [150, 'rest'],
      [200, 'stand'],
    ],
    from: 269,
    is: false,
  },
  {
    what: 'began after a long rest',
    steps: [
      [0, 'rest'],
      [1_000, 'stand'],
    ],
    from: 1_170,
    is: true,
  },
  {
    what: 'begins anew',
    steps: [
      [0, 'stand'],
      [150, 'clear'],
      [150, 'stand'],
    ],
    from: 319,
    is: false,
  },
];

describe('a line of events', () => {
  for (const { what, steps, from, is } of LINES)
    it(`that ${what} is ${is ? '' : 'not '}worth a start`, () => {
      const clock = { ms: 0 };
      const line = new Line(() => clock.ms);
      for (const ms of [180, 130, 900]) line.observeStart(ms);
      for (const ms of [45, 70]) line.observeFirst(ms);
      for (const [ms, step] of steps) {
        clock.ms = ms;
        line[step]();
      }
      clock.ms = from;

      assert.equal(line.isWorthAStart(5), is);
    });

  it('is worth a quick start only if the running events were examined in the meantime', () => {
    const clock = { ms: 0 };
    const line = new Line(() => clock.ms);
    line.observeStart(20);
    line.observeFirst(1);
    line.stand();
    const seen = [20, 99, 100].map((ms) => {
      clock.ms = ms;
      return line.isWorthAStart(5);
    });

    assert.deepEqual(seen, [false, false, true]);
  });

  it('is not worth a start while the start time of this code is unknown', () => {
    const clock = { ms: 0 };
    const line = new Line(() => clock.ms);
    line.observeStart(20);
    line.observeFirst(1);
    line.forget();
    line.stand();
    clock.ms = 100_000;

    assert.equal(line.isWorthAStart(5), false);
  });
});
