/** How long ago something was, on machines whose clocks stop. */
import type { AgeClock } from '../ports.ts';

/** One instant as both clocks showed it. */
export type Moment = { readonly wallMs: number; readonly monotonicMs: number };

export function momentOf(clock: AgeClock): Moment {
  return { wallMs: clock.nowEpochMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * Milliseconds since then, by the clock that says more: a monotonic clock stands still while Lambda freezes an
 * instance, a wall clock can be set back, and what is old must never look young.
 */
export function elapsedMs(clock: AgeClock, since: Moment): number {
  return Math.max(0, clock.monotonicMs() - since.monotonicMs, clock.nowEpochMs() - since.wallMs);
}
