/**
 * Starts a second attempt when the first attempt is slow. The first good outcome counts and aborts the other attempt.
 */
import type { Countdown } from '../ports.ts';

type Hedge<T> = {
  readonly afterMs: number;
  readonly countdown: Countdown;
  /** `first` and `second` never reject. */
  readonly first: (signal: AbortSignal) => Promise<T>;
  /** Returns undefined if the second attempt may not be made after all. */
  readonly second: (signal: AbortSignal) => Promise<T> | undefined;
  readonly isGood: (outcome: T) => boolean;
  /** The reason with which the losing attempt is aborted. */
  readonly reason: () => Error;
};

/** If the first attempt fails before `afterMs`, there is no second attempt, because failures are retried elsewhere. */
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
