import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DueHeap } from '../../../../../packages/gateway/kernel/delivery/due-heap.ts';

describe('DueHeap', () => {
  it('gives out what is due in order of time, and of arrival if the times are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 40 }), fc.nat(12), (dues, now) => {
        const heap = new DueHeap<number>();
        for (const [index, due] of dues.entries()) heap.push(due, index);

        const taken: number[] = [];
        for (let next = heap.takeDue(now); next !== undefined; next = heap.takeDue(now))
          taken.push(next.value);

        const expected = [...dues.entries()]
          .filter(([, due]) => due <= now)
          .toSorted(([, a], [, b]) => a - b);
        assert.deepEqual(
          taken,
          expected.map(([index]) => index),
        );
        assert.equal(heap.size, dues.length - taken.length);
        assert.equal(heap.due, dues.filter((due) => due > now).toSorted((a, b) => a - b)[0]);
      }),
      { seed: 20261124, numRuns: 300 },
    );
  });

  it('returns everything that waits, and is empty afterwards', () => {
    const heap = new DueHeap<string>();
    for (const value of ['b', 'a', 'c']) heap.push(value.charCodeAt(0), value);

    assert.deepEqual([...heap.takeAll()].toSorted(), ['a', 'b', 'c']);
    assert.deepEqual([heap.size, heap.due, heap.takeDue(1_000)], [0, undefined, undefined]);
  });

  it('drops what is cleared', () => {
    const heap = new DueHeap<string>();
    heap.push(1, 'a');
    heap.clear();

    assert.deepEqual([heap.size, heap.takeDue(2)], [0, undefined]);
  });
});
