import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StreamBeginning } from '../../../../packages/gateway/core/stream-beginning.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';

describe('the beginning of a stream', () => {
  it('has the time and size of each piece, and their bytes', () => {
    const clock = new VirtualClock();
    const startedMs = clock.monotonicMs();
    const beginning = new StreamBeginning(clock);

    for (const piece of ['one', 'three']) {
      beginning.take(Buffer.from(piece));
      clock.advance(250);
    }

    const pieces = beginning.pieces.map(({ atMs, bytes }) => [atMs - startedMs, bytes]);
    assert.deepEqual(pieces, [
      [0, 3],
      [250, 5],
    ]);
    assert.equal(beginning.bytes.toString(), 'onethree');
  });

  it('is bounded: 200 pieces, and the first 16 KB of all', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 300 }), (sizes) => {
        const beginning = new StreamBeginning(new VirtualClock());
        const pieces = sizes.map((size, index) => Buffer.alloc(size, index));

        for (const piece of pieces) beginning.take(piece);

        assert.ok(beginning.pieces.length === Math.min(200, sizes.length));
        assert.ok(beginning.bytes.equals(Buffer.concat(pieces).subarray(0, 16_384)));
      }),
      { numRuns: 30 },
    );
  });
});
