/** The clock of the running gateway. Its time is the machine's time plus an offset that all threads share. */
import { ClockOffset } from '@gatewright/aws/clock-offset';
import type { ShiftableClock } from '../../core/ports.ts';

/**
 * The maximum difference between the virtual time and the machine's time in milliseconds. A hundred years are well
 * inside the range of `Date`.
 */
export const MAX_CLOCK_OFFSET_MS = 100 * 365 * 24 * 3_600_000;

export function createSystemClock(): ShiftableClock {
  const offset = new ClockOffset();
  return {
    offset: offset.buffer,
    offsetMs: () => offset.ms(),
    formerOffsetsMs: () => offset.formerMs(Date.now()),
    nowEpochMs: () => Date.now() + offset.ms(),
    monotonicMs: () => performance.now(),
    shift(ms) {
      const moved = offset.ms() + ms;
      if (!(Math.abs(moved) <= MAX_CLOCK_OFFSET_MS)) {
        throw new RangeError('the clock can be moved by at most 100 years');
      }
      offset.moveTo(Math.round(moved), Date.now());
    },
    reset() {
      offset.moveTo(0, Date.now());
    },
  };
}
