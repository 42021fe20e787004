import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClockOffset } from '../../../../packages/base/aws/clock-offset.ts';

const MINUTE_MS = 60_000;

describe('ClockOffset', () => {
  it('forgets a pause of the clock after a quarter of an hour', () => {
    const offset = new ClockOffset();
    offset.moveTo(100, 50 * MINUTE_MS);
    offset.moveTo(200, 51 * MINUTE_MS);

    assert.equal(offset.ms(), 200);
    assert.deepEqual(offset.formerMs(65 * MINUTE_MS), [0, 100]);
    assert.deepEqual(offset.formerMs(66 * MINUTE_MS), [100]);
    assert.deepEqual(offset.formerMs(66 * MINUTE_MS + 1), []);
  });

  it('keeps the last eight moves, and names no offset that is in force', () => {
    const offset = new ClockOffset();
    for (const ms of [1, 2, 3, 4, 5, 6, 7, 8, 9, 4]) offset.moveTo(ms, 50 * MINUTE_MS);

    assert.deepEqual([...offset.formerMs(50 * MINUTE_MS)].sort(), [2, 3, 5, 6, 7, 8, 9]);
  });

  it('is only the offset, in a buffer of eight bytes', () => {
    const offset = new ClockOffset(new SharedArrayBuffer(8));
    offset.moveTo(100, 50 * MINUTE_MS);

    assert.deepEqual([offset.ms(), offset.formerMs(50 * MINUTE_MS)], [100, []]);
  });

  it('is read by every thread from the same bytes', () => {
    const mine = new ClockOffset();
    const theirs = new ClockOffset(mine.buffer);
    mine.moveTo(100, 50 * MINUTE_MS);

    assert.deepEqual([theirs.ms(), theirs.formerMs(50 * MINUTE_MS)], [100, [0]]);
  });
});
