/** The time that tables see: the machine's, moved by what the owner of the thread says. */
import { ClockOffset } from '@gatewright/aws/clock-offset';
import type { SigningClock } from '@gatewright/aws/signing-clock';

export interface Clock {
  nowEpochMs(): number;
  /** Milliseconds since some start, for durations; never moved, never backwards. */
  monotonicMs(): number;
}

/** The same time as seen by a worker thread that was handed the clock's offset. */
export function followClock(buffer: SharedArrayBuffer): Clock & SigningClock {
  const offset = new ClockOffset(buffer);
  return {
    offsetMs: () => offset.ms(),
    formerOffsetsMs: () => offset.formerMs(Date.now()),
    nowEpochMs: () => Date.now() + offset.ms(),
    monotonicMs: () => performance.now(),
  };
}
