import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeRow, summarise } from '../../../lab/bench/record.ts';
import type { Block } from '../../../lab/bench/in-process.ts';
import type { BlockPair } from '../../../lab/bench/record-process.ts';

/** A block of a second in which the serving thread had nothing else to do. */
const block = (requests: number, more: Partial<Block> = {}): Block => ({
  requests,
  tookMs: 1000,
  mainMicros: 1e6,
  processMicros: 2e6,
  busy: 1,
  ...more,
});

describe('summarise', () => {
  it('compares pair by pair, so that a machine that slows down costs neither side', () => {
    const pairs: BlockPair[] = [
      { on: block(9_800), off: block(10_000) },
      { on: block(4_900), off: block(5_000) },
      { on: block(980), off: block(1_000) },
    ];

    const { cost, main, process, perSecond } = summarise(pairs);

    assert.deepEqual(
      [cost, main, process].map(({ median }) => median.toFixed(4)),
      ['0.0200', '0.0204', '0.0204'],
    );
    assert.deepEqual(perSecond, { on: 4_900, off: 5_000 });
  });

  it('takes processor time per request, on a busy machine too', () => {
    const { main, mainMicros } = summarise([
      { on: block(1_000, { mainMicros: 61_200 }), off: block(10_000, { mainMicros: 600_000 }) },
    ]);

    assert.deepEqual([main.median.toFixed(3), mainMicros], ['0.020', { on: 61.2, off: 60 }]);
  });

  it('counts what has passed, since the end of a block comes late in a busy loop', () => {
    const { perSecond } = summarise([{ on: block(1_500, { tookMs: 1_500 }), off: block(1_000) }]);

    assert.deepEqual(perSecond, { on: 1_000, off: 1_000 });
  });

  it('says nothing about a block in which no request has arrived', () => {
    assert.throws(() => summarise([{ on: block(1), off: block(0) }]), RangeError);
  });
});

describe('describeRow', () => {
  it('says what recording costs, with the bounds of the interval, and how much memory a full ring takes', () => {
    const pairs = Array.from({ length: 6 }, () => ({ on: block(9_800), off: block(10_000) }));

    const text = describeRow({
      scenario: 'rest',
      rssMb: 300,
      ring: { kept: 2_000, limit: 2_000, bytes: 2 * 1024 ** 2 },
      ...summarise(pairs),
    });

    assert.match(text, /9800\/s on, 10000\/s off: 2\.0 % \(2\.0 to 2\.0\) less/);
    assert.match(text, /2\.0 MB for 2000 records \(the maximum\); 300 MB for the whole process/);
  });
});
