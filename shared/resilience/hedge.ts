/**
 * Starts a second attempt if the first one is slow. The first good outcome is used, and the other attempt is aborted.
 */
import type { Countdown } from '../ports.ts';

type Hedge<T> = {
  readonly afterMs: number;
  readonly countdown: Countdown;
  /** Makes the first attempt. The promises that `first` and `second` return are never rejected. */
  readonly first: (signal: AbortSignal) => Promise<T>;
  /** Makes the second attempt. Returns undefined if a second attempt is not allowed after all. */
  readonly second: (signal: AbortSignal) => Promise<T> | undefined;
  readonly isGood: (outcome: T) => boolean;
  /** Returns the error that aborts the slower attempt. */
  readonly reason: () => Error;
};

/**
 * Runs the attempts. If the first one fails before `afterMs`, this function makes no second attempt, because the retry
 * policy handles failures.
 */
export function runHedged<T>(hedge: Hedge<T>): Promise<T> {
  const { afterMs, countdown, isGood } = hedge;
  return new Promise((resolve) => {
    const [first, second] = [new AbortController(), new AbortController()];
    let running = 1;
    const conclude = (outcome: T, other: AbortController): void => {
      running -= 1;
      if (!isGood(outcome) && running > 0) return;
      cancel();
      other.abort(hedge.reason());
      resolve(outcome);
    };
    const cancel = countdown.start(afterMs, () => {
      const started = hedge.second(second.signal);
      if (started === undefined) return;
      running += 1;
      void started.then((outcome) => conclude(outcome, first));
    });
    void hedge.first(first.signal).then((outcome) => conclude(outcome, second));
  });
}
