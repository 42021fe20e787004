/** Decides whether, when and how often a call to AWS is repeated. The rules are in `retry-rules.ts`. */

export type CallPorts = {
  readonly clock: { readonly nowEpochMs: () => number };
  readonly timer: { readonly pause: (ms: number) => Promise<void> };
  /** A number in [0, 1). */
  readonly random: { readonly fraction: () => number };
};

export const PROCESS_PORTS: CallPorts = {
  clock: { nowEpochMs: () => Date.now() },
  timer: { pause: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)) },
  random: { fraction: () => Math.random() },
};

/**
 * `busy`: AWS has not executed the call. `failed`: AWS may have executed it, so only a call that may be made twice is
 * repeated.
 */
export type CallFailure = 'busy' | 'failed';

export type RetryRule = {
  /** Maximum number of attempts, including the first. */
  readonly attempts: number;
  /**
   * The pause before attempt n is random, from 0 to `baseMs` · 2ⁿ⁻², at most `capMs` (full jitter; AWS Architecture
   * Blog, "Exponential Backoff And Jitter"). It is longer if the response asks for a longer pause.
   */
  readonly baseMs: number;
  readonly capMs: number;
  readonly repeats: readonly CallFailure[];
};

/**
 * Error codes that request a pause, whatever their status: the throttling errors of the SDKs (smithy-typescript,
 * service-error-classification), and ServiceUnavailable and TooManyInvalidationsInProgress of the API references.
 */
const BUSY_CODE =
  /Throttl|TooManyRequests|RequestLimitExceeded|ServiceUnavailable|BandwidthLimitExceeded|ProvisionedThroughputExceeded|PriorRequestNotComplete|SlowDown|TransactionInProgress|TooManyInvalidationsInProgress/;

/**
 * Classifies the failure of a call; undefined if the call succeeded or was refused permanently. `status` 0 means that
 * no response arrived.
 */
export function failureOf({
  status,
  code,
}: {
  readonly status: number;
  readonly code: string;
}): CallFailure | undefined {
  if (status === 429 || status === 503 || (status >= 400 && BUSY_CODE.test(code))) return 'busy';
  return status === 0 || status >= 500 ? 'failed' : undefined;
}

export type Judged = {
  readonly failure: CallFailure | undefined;
  readonly retryAfterMs?: number | undefined;
};

/**
 * Makes a call and repeats it. Returns the outcome of the last attempt. No attempt begins after `withinMs`, so there is
 * no further attempt if the pause before it would end after `withinMs`.
 * @param attempt gets the time that is left
 */
export async function repeatCall<T>(
  attempt: (leftMs: number) => Promise<T>,
  judge: (outcome: T) => Judged,
  rule: RetryRule,
  { clock, timer, random }: CallPorts,
  withinMs = Infinity,
): Promise<T> {
  const endEpochMs = clock.nowEpochMs() + withinMs;
  for (let made = 1; ; made += 1) {
    const outcome = await attempt(endEpochMs - clock.nowEpochMs());
    const { failure, retryAfterMs = 0 } = judge(outcome);
    if (failure === undefined || !rule.repeats.includes(failure) || made >= rule.attempts) return outcome;
    const jitterMs = random.fraction() * Math.min(rule.capMs, rule.baseMs * 2 ** (made - 1));
    const pauseMs = Math.max(jitterMs, retryAfterMs);
    if (clock.nowEpochMs() + pauseMs >= endEpochMs) return outcome;
    await timer.pause(pauseMs);
  }
}

/**
 * Reads `Retry-After`, given in seconds or as a date (RFC 9110 §10.2.3); undefined if it is absent, malformed or past.
 */
export function readRetryAfter(text: string | undefined, nowEpochMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowEpochMs;
  return ms >= 0 ? ms : undefined;
}
