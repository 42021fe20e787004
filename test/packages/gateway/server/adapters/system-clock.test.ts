import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createSystemClock,
  MAX_CLOCK_OFFSET_MS,
} from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { followClock } from '../../../../../packages/gateway/dynamodb/clock.ts';

describe('createSystemClock', () => {
  it('moves for everybody who shares its offset, and comes back', () => {
    const clock = createSystemClock();
    const follower = followClock(clock.offset);

    clock.shift(90_000);
    clock.shift(-30_000);

    assert.equal(clock.offsetMs(), 60_000);
    assert.ok(Math.abs(clock.nowEpochMs() - Date.now() - 60_000) < 1_000);
    assert.ok(Math.abs(follower.nowEpochMs() - clock.nowEpochMs()) < 1_000);
    clock.reset();
    assert.equal(clock.offsetMs(), 0);
  });

  it('gives the time of a moment ago: what was signed then may be under way', () => {
    const clock = createSystemClock();
    const follower = followClock(clock.offset);
    assert.deepEqual(follower.formerOffsetsMs?.(), []);

    clock.shift(3_600_000);
    clock.shift(-1_800_000);
    clock.reset();

    assert.deepEqual(follower.formerOffsetsMs(), [3_600_000, 1_800_000]);
    assert.deepEqual(clock.formerOffsetsMs(), [3_600_000, 1_800_000]);
  });

  for (const ms of [MAX_CLOCK_OFFSET_MS + 1, -MAX_CLOCK_OFFSET_MS - 1, Number.NaN, Infinity]) {
    it(`does not move by ${ms}`, () => {
      const clock = createSystemClock();
      assert.throws(() => clock.shift(ms), RangeError);
      assert.equal(clock.offsetMs(), 0);
    });
  }

  it('measures durations on a clock that never moves', () => {
    const clock = createSystemClock();
    const before = clock.monotonicMs();
    clock.shift(-90_000);
    assert.ok(clock.monotonicMs() >= before);
  });
});
