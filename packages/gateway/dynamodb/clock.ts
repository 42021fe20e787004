/** The clock of the tables. Its time is the machine's time plus an offset, which the owner of the thread sets. */
import { ClockOffset } from '@gatewright/aws/clock-offset';
import type { SigningClock } from '@gatewright/aws/signing-clock';

export interface Clock {
  nowEpochMs(): number;
  /**
   * Returns milliseconds since an arbitrary start, for measuring durations. `gatewright clock` does not change this
   * time, and it never runs backwards.
   */
  monotonicMs(): number;
}

/** Returns the clock for a worker thread, which follows a shared clock offset. */
export function followClock(buffer: SharedArrayBuffer): Clock & SigningClock {
  const offset = new ClockOffset(buffer);
  return {
    offsetMs: () => offset.ms(),
    formerOffsetsMs: () => offset.formerMs(Date.now()),
    nowEpochMs: () => Date.now() + offset.ms(),
    monotonicMs: () => performance.now(),
  };
}
