import type { AgeClock } from '../ports.ts';

export type Moment = { readonly wallMs: number; readonly monotonicMs: number };

export function momentOf(clock: AgeClock): Moment {
  return { wallMs: clock.nowEpochMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * Returns the milliseconds that have passed since a moment. Of the two clocks, the one that shows more time is used,
 * because old values must never look fresh: a monotonic clock stops while Lambda freezes an instance, and a wall clock
 * can be set back.
 */
export function elapsedMs(clock: AgeClock, since: Moment): number {
  return Math.max(0, clock.monotonicMs() - since.monotonicMs, clock.nowEpochMs() - since.wallMs);
}
