/** The time of the tables, which is the machine's time plus the offset that the thread's owner sets. */
import { ClockOffset } from '@gatewright/aws/clock-offset';
import type { SigningClock } from '@gatewright/aws/signing-clock';

export interface Clock {
  nowEpochMs(): number;
  /** Milliseconds since an arbitrary start, for durations; it is never moved and never runs backwards. */
  monotonicMs(): number;
}

/** The clock for a worker thread, which follows a shared clock offset. */
export function followClock(buffer: SharedArrayBuffer): Clock & SigningClock {
  const offset = new ClockOffset(buffer);
  return {
    offsetMs: () => offset.ms(),
    formerOffsetsMs: () => offset.formerMs(Date.now()),
    nowEpochMs: () => Date.now() + offset.ms(),
    monotonicMs: () => performance.now(),
  };
}
