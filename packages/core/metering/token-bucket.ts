/**
 * Token buckets, AWS's throttle: as many tokens as the burst, refilled at the rate, one for each request
 * (docs/aws §5.1). A caller looks into every bucket before it takes from any, so that a request that
 * one of them refuses costs nothing in the others.
 */

/** `rateLimit` tokens come back each second, at most `burstLimit` are kept. 0 lets nothing through. */
export type ThrottleLimit = { readonly rateLimit: number; readonly burstLimit: number };

/** What floating-point sums may be short of a whole token. */
const ROUNDING = 1e-9;

/**
 * One bucket; full when made. Its time is the gateway's clock, not the monotonic one: `gatewright clock +1s`
 * refills it, as it moves quotas and tokens, and a test repeats exactly.
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

  /** Whether a request would be refused now. */
  isEmpty(nowEpochMs: number): boolean {
    this.#refill(nowEpochMs);
    return this.#tokens < 1 - ROUNDING;
  }

  /** Tokens there are now. */
  level(nowEpochMs: number): number {
    this.#refill(nowEpochMs);
    return this.#tokens;
  }

  /** Takes the token that `isEmpty` has just seen. */
  take(): void {
    this.#tokens -= 1;
  }

  /** A changed limit keeps what has been used: editing a plan is no free burst. */
  resize(limit: ThrottleLimit, nowEpochMs: number): void {
    this.#refill(nowEpochMs);
    const used = this.#limit.burstLimit - this.#tokens;
    this.#limit = limit;
    this.#tokens = Math.max(0, limit.burstLimit - used);
  }

  /** A clock that was moved back refills nothing and counts on from there. */
  #refill(nowEpochMs: number): void {
    const passedMs = nowEpochMs - this.#filledAtEpochMs;
    if (passedMs === 0) return;
    this.#filledAtEpochMs = nowEpochMs;
    if (passedMs < 0) return;
    const { rateLimit, burstLimit } = this.#limit;
    this.#tokens = Math.min(burstLimit, this.#tokens + (passedMs * rateLimit) / 1000);
  }
}

/** Buckets by name, made when first asked for. Names come from definitions, never from requests, so the map is bounded. */
export class TokenBuckets {
  readonly #buckets = new Map<string, TokenBucket>();

  /** The bucket of that name, fitted to the limit as it stands now. */
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
