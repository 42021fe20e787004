/** The tables' time: the machine's plus the offset of the thread's owner. */
import { ClockOffset } from '@gatewright/aws/clock-offset';
import type { SigningClock } from '@gatewright/aws/signing-clock';

export interface Clock {
  nowEpochMs(): number;
  /** Milliseconds since some start, for durations; never moved, never backwards. */
  monotonicMs(): number;
}

/** The same time in a worker thread with a shared clock offset. */
export function followClock(buffer: SharedArrayBuffer): Clock & SigningClock {
  const offset = new ClockOffset(buffer);
  return {
    offsetMs: () => offset.ms(),
    formerOffsetsMs: () => offset.formerMs(Date.now()),
    nowEpochMs: () => Date.now() + offset.ms(),
    monotonicMs: () => performance.now(),
  };
}
