/** The running gateway's clock: the machine's time plus one offset that threads share. */
import type { ShiftableClock } from '../ports.ts';

/** How far the virtual time may stand from the machine's: a hundred years, well inside what `Date` can say. */
export const MAX_CLOCK_OFFSET_MS = 100 * 365 * 24 * 3_600_000;

export function createSystemClock(): ShiftableClock {
  const offset = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const cell = new Float64Array(offset);
  const offsetMs = (): number => cell[0] ?? 0;
  return {
    offset,
    offsetMs,
    nowEpochMs: () => Date.now() + offsetMs(),
    monotonicMs: () => performance.now(),
    shift(ms) {
      const moved = offsetMs() + ms;
      if (!(Math.abs(moved) <= MAX_CLOCK_OFFSET_MS)) {
        throw new RangeError('the clock can be moved by at most 100 years');
      }
      cell[0] = Math.round(moved);
    },
    reset() {
      cell[0] = 0;
    },
  };
}
