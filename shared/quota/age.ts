import type { AgeClock } from '../ports.ts';

export type Moment = { readonly wallMs: number; readonly monotonicMs: number };

export function momentOf(clock: AgeClock): Moment {
  return { wallMs: clock.nowEpochMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * Returns the milliseconds since then, by the clock that shows more. A monotonic clock stands still while Lambda
 * freezes an instance, a wall clock can be set back, and old values must never look fresh.
 */
export function elapsedMs(clock: AgeClock, since: Moment): number {
  return Math.max(0, clock.monotonicMs() - since.monotonicMs, clock.nowEpochMs() - since.wallMs);
}
