/** Waits for work until a deadline, or until the caller aborts it. */
import { DomainError } from '../errors.ts';
import type { Countdown } from '../ports.ts';

type Deadline = {
  readonly ms: number;
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
  readonly countdown: Countdown;
};

/**
 * Runs work and stops waiting for it at the deadline, even if the work ignores its signal.
 * @throws DomainError CALL_TIMED_OUT at the deadline; the signal's reason if the caller aborts; what the work throws
 */
export async function runWithin<T>(
  { ms, signal, countdown }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const timedOut = (): DomainError =>
    new DomainError('CALL_TIMED_OUT', `the call was not answered within ${Math.round(Math.max(0, ms))} ms`);
  if (ms <= 0) throw timedOut();
  const own = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    own.signal.addEventListener('abort', () => reject(own.signal.reason as Error), { once: true });
  });
  const giveUp = (): void => own.abort(signal?.reason);
  signal?.addEventListener('abort', giveUp, { once: true });
  const cancel = countdown.start(ms, () => own.abort(timedOut()));
  try {
    return await Promise.race([work(own.signal), ended]);
  } finally {
    cancel();
    signal?.removeEventListener('abort', giveUp);
  }
}

/**
 * Waits for `ms`.
 * @throws the signal's reason if the caller aborts
 */
export function pauseFor({ ms, signal, countdown }: Deadline): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = countdown.start(ms, () => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    });
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
}
