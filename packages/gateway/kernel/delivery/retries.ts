/**
 * The settings that determine when and how often a failed event is retried. They follow Lambda's rules for asynchronous
 * invocation and for batches of streams (docs/aws §18.1, §18.7).
 */

export type AsyncSettings = {
  /** The maximum number of retries, not counting the first try. Lambda allows 0 to 2. */
  readonly maxRetries: number;
  readonly maxAgeMs: number;
};

export const DEFAULT_ASYNC: AsyncSettings = { maxRetries: 2, maxAgeMs: 21_600_000 };

type AsyncState = {
  readonly acceptedAt: number;
  readonly failures: number;
  readonly throttles: number;
};

export type Verdict =
  | { readonly kind: 'again'; readonly at: number }
  | { readonly kind: 'given-up'; readonly condition: 'RetriesExhausted' | 'EventAgeExceeded' };

const FIRST_WAIT_MS = 60_000;
const LATER_WAIT_MS = 120_000;
const THROTTLE_WAIT_MS = 1_000;
const LONGEST_THROTTLE_WAIT_MS = 300_000;

/**
 * Returns whether and when to retry after a failure: "a one-minute wait before the first retry, and two minutes before
 * the second".
 */
export function afterFailure(state: AsyncState, settings: AsyncSettings, now: number): Verdict {
  if (state.failures > settings.maxRetries) return { kind: 'given-up', condition: 'RetriesExhausted' };
  return within(state, settings, now + (state.failures <= 1 ? FIRST_WAIT_MS : LATER_WAIT_MS));
}

/**
 * Returns whether and when to retry after throttling. "The retry interval increases exponentially from 1 second after
 * the first attempt to a maximum of 5 minutes."
 */
export function afterThrottle(state: AsyncState, settings: AsyncSettings, now: number): Verdict {
  const waitMs = Math.min(LONGEST_THROTTLE_WAIT_MS, THROTTLE_WAIT_MS * 2 ** Math.max(0, state.throttles - 1));
  return within(state, settings, now + waitMs);
}

function within({ acceptedAt }: AsyncState, { maxAgeMs }: AsyncSettings, at: number): Verdict {
  return at - acceptedAt > maxAgeMs
    ? { kind: 'given-up', condition: 'EventAgeExceeded' }
    : { kind: 'again', at };
}

const STREAM_WAIT_MS = 1_000;
const LONGEST_STREAM_WAIT_MS = 60_000;

/**
 * Returns the wait time before a retry. AWS documents no wait times for streams. The exponential wait from one second
 * to one minute is this gateway's choice (docs/aws §18.7).
 */
export function streamWaitMs(tries: number): number {
  return Math.min(LONGEST_STREAM_WAIT_MS, STREAM_WAIT_MS * 2 ** Math.max(0, tries - 1));
}
