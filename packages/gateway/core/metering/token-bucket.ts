/**
 * Token buckets, which are AWS's algorithm for throttling. A full bucket contains `burstLimit` tokens, and tokens are
 * added at the rate limit. Each request takes one token (docs/aws §5.1). Callers check every bucket before they take a
 * token from any of them, so that a refused request takes no token.
 */

/**
 * `rateLimit` tokens are added per second, and the bucket contains at most `burstLimit`. A burst of 0 admits no
 * request. A rate of 0 admits the first `burstLimit` requests only, because the bucket is full at the beginning.
 */
export type ThrottleLimit = { readonly rateLimit: number; readonly burstLimit: number };

/** Tolerance for floating-point sums. */
const ROUNDING = 1e-9;

/**
 * A token bucket that starts full. It uses the gateway's clock instead of the monotonic clock, so that
 * `gatewright clock +1s` refills it and tests are repeatable.
 */
export class TokenBucket {
  #limit: ThrottleLimit;
  #tokens: number;
  #filledAtEpochMs: number;

  constructor(limit: ThrottleLimit, nowEpochMs: number) {
    this.#limit = limit;
    this.#tokens = limit.burstLimit;
    this.#filledAtEpochMs = nowEpochMs;
  }

  get limit(): ThrottleLimit {
    return this.#limit;
  }

  isEmpty(nowEpochMs: number): boolean {
    this.#refill(nowEpochMs);
    return this.#tokens < 1 - ROUNDING;
  }

  level(nowEpochMs: number): number {
    this.#refill(nowEpochMs);
    return this.#tokens;
  }

  /** Takes one token. It must be called only after `isEmpty` returned false. */
  take(): void {
    this.#tokens -= 1;
  }

  /**
   * Changes the limit. The number of used tokens stays the same, so that a change to the plan does not allow an
   * additional burst.
   */
  resize(limit: ThrottleLimit, nowEpochMs: number): void {
    this.#refill(nowEpochMs);
    const used = this.#limit.burstLimit - this.#tokens;
    this.#limit = limit;
    this.#tokens = Math.max(0, limit.burstLimit - used);
  }

  /**
   * Adds the tokens for the time since the last refill. If the clock was moved back, no tokens are added, and refilling
   * continues from the new time.
   */
  #refill(nowEpochMs: number): void {
    const passedMs = nowEpochMs - this.#filledAtEpochMs;
    if (passedMs === 0) return;
    this.#filledAtEpochMs = nowEpochMs;
    if (passedMs < 0) return;
    const { rateLimit, burstLimit } = this.#limit;
    this.#tokens = Math.min(burstLimit, this.#tokens + (passedMs * rateLimit) / 1000);
  }
}

/** Buckets by name, created on first use. Names come from definitions, never from requests, so the map is bounded. */
export class TokenBuckets {
  readonly #buckets = new Map<string, TokenBucket>();

  /** Returns the bucket with that name, resized to the current limit. */
  get(name: string, limit: ThrottleLimit, nowEpochMs: number): TokenBucket {
    const known = this.#buckets.get(name);
    if (known === undefined) {
      const made = new TokenBucket(limit, nowEpochMs);
      this.#buckets.set(name, made);
      return made;
    }
    const { rateLimit, burstLimit } = known.limit;
    if (rateLimit !== limit.rateLimit || burstLimit !== limit.burstLimit) known.resize(limit, nowEpochMs);
    return known;
  }
}
