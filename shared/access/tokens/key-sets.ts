/**
 * Key sets of the issuers, cached between invocations. aws-jwt-verify's own cache is not used, because it keeps a
 * withdrawn key as long as the process lives and repeats requests to a failing issuer.
 */
import { DomainError } from '../../errors.ts';
import type { Clock, FetchLimits, KeySetFetcher, Observer } from '../../ports.ts';
import { UNOBSERVED } from '../../unobserved.ts';
import type { KeySetLimits } from '../compiled-document.ts';
import { parseKeySet } from './key-set.ts';
import type { KeySet, VerificationKey } from './key-set.ts';

/** Default limits. Timeout and maximum size are the same as in API Gateway's own JWT authorizer. */
export const DEFAULT_LIMITS: KeySetLimits = {
  maxAgeSeconds: 600,
  staleSeconds: 3_600,
  cooldownSeconds: 30,
  timeoutMs: 1_500,
  maxBytes: 150_000,
};

/**
 * Time reserved for reporting and recording that an issuer is unreachable. An instance that Lambda stops at its timeout
 * records nothing.
 */
const RESERVED_MS = 200;
const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_LIMIT_MS = 60_000;

type Held = {
  set?: KeySet;
  /** Key set of the snapshot, parsed when it is first needed. */
  shipped?: KeySet;
  fetchedAtMs: number;
  failures: number;
  failedAtMs: number;
  refreshing?: Promise<void>;
};

export class KeySets {
  readonly #fetcher: KeySetFetcher;
  readonly #clock: Clock;
  readonly #observer: Pick<Observer, 'count'>;
  readonly #held = new Map<string, Held>();

  /**
   * `observer` counts `JwksFetch` (calls to issuers), `JwksFetchFailed`, `JwksKeyDropped` (weak, malformed or duplicate
   * keys), `JwksStaleUsed` (keys of a set that could not be renewed) and `UnknownKid`.
   */
  constructor(fetcher: KeySetFetcher, clock: Clock, observer: Pick<Observer, 'count'> = UNOBSERVED) {
    this.#fetcher = fetcher;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** Returns the key if it is in a fresh set. Otherwise returns undefined, and the caller has to call `keyFor`. */
  knownKey(jwksUri: string, keyId: string, limits = DEFAULT_LIMITS): VerificationKey | undefined {
    const held = this.#held.get(jwksUri);
    return held !== undefined && this.#sinceMs(held.fetchedAtMs) < limits.maxAgeSeconds * 1000
      ? held.set?.get(keyId)
      : undefined;
  }

  /**
   * Returns the issuer's key with this id. Fetches the key set if it is unknown or too old, or if it lacks the key and
   * was not fetched within the cooldown. `jwksUri` comes from configuration only, never from a token. `remainingMs` is
   * the remaining run time of the caller.
   * @throws DomainError TOKEN_KEY_UNKNOWN if the issuer responds and has no such key; KEY_SET_UNAVAILABLE if the issuer
   * cannot be reached and no older set that may still be used has the key.
   */
  async keyFor(
    jwksUri: string,
    keyId: string,
    limits = DEFAULT_LIMITS,
    remainingMs: () => number = () => Infinity,
  ): Promise<VerificationKey> {
    const known = this.knownKey(jwksUri, keyId, limits);
    if (known !== undefined) return known;
    const held = this.#heldFor(jwksUri);
    const ageMs = this.#sinceMs(held.fetchedAtMs);
    // Unknown key ids share one fetch per cooldown. Attack: callers can invent key ids, and each would cause a request
    // to the issuer.
    if (held.set !== undefined && ageMs < limits.cooldownSeconds * 1000) throw this.#unknownKey();
    await this.#refresh(jwksUri, held, limits, remainingMs);
    return this.#keyAfterRefresh(held, keyId, limits);
  }

  #keyAfterRefresh(held: Held, keyId: string, limits: KeySetLimits): VerificationKey {
    const failed = held.failures > 0;
    const set = failed ? this.#setWhileOutOfReach(held, limits) : held.set;
    if (set === undefined) throw unavailable();
    const key = set.get(keyId);
    if (key !== undefined) {
      if (failed) this.#observer.count('JwksStaleUsed');
      return key;
    }
    // If the new set could not be fetched, it is not known whether the key exists.
    throw failed ? unavailable() : this.#unknownKey();
  }

  #unknownKey(): DomainError {
    this.#observer.count('UnknownKid');
    return new DomainError('TOKEN_KEY_UNKNOWN', "the issuer has no key with the token's key id");
  }

  /**
   * Returns the last fetched set if it is not too old. If none was ever fetched, returns the snapshot of the build
   * until it expires.
   */
  #setWhileOutOfReach(
    held: Held,
    { maxAgeSeconds, staleSeconds, snapshot }: KeySetLimits,
  ): KeySet | undefined {
    if (held.set !== undefined)
      return this.#sinceMs(held.fetchedAtMs) < (maxAgeSeconds + staleSeconds) * 1000 ? held.set : undefined;
    if (snapshot === undefined || this.#clock.nowEpochMs() >= snapshot.expiresAtEpochSeconds * 1000)
      return undefined;
    return (held.shipped ??= parseKeySet(snapshot.keySet));
  }

  /** Sends one request at a time per issuer, with growing pauses after failures. */
  async #refresh(
    jwksUri: string,
    held: Held,
    limits: KeySetLimits,
    remainingMs: () => number,
  ): Promise<void> {
    if (held.refreshing === undefined) {
      if (held.failures > 0 && this.#sinceMs(held.failedAtMs) < backoffMs(held.failures)) return;
      held.refreshing = this.#fetch(jwksUri, held, {
        ...limits,
        totalMs: remainingMs() - RESERVED_MS,
      }).finally(() => delete held.refreshing);
    }
    await held.refreshing;
  }

  async #fetch(jwksUri: string, held: Held, limits: FetchLimits): Promise<void> {
    this.#observer.count('JwksFetch');
    try {
      const text = await this.#fetcher.fetch(jwksUri, limits);
      held.set = parseKeySet(text, () => this.#observer.count('JwksKeyDropped'));
      held.fetchedAtMs = this.#clock.nowEpochMs();
      held.failures = 0;
    } catch {
      this.#observer.count('JwksFetchFailed');
      held.failures += 1;
      held.failedAtMs = this.#clock.nowEpochMs();
    }
  }

  #heldFor(jwksUri: string): Held {
    const known = this.#held.get(jwksUri);
    if (known !== undefined) return known;
    const held: Held = { fetchedAtMs: -Infinity, failures: 0, failedAtMs: -Infinity };
    this.#held.set(jwksUri, held);
    return held;
  }

  /**
   * Returns how old an entry is. If the clock was set back, the difference counts as age. Otherwise entries would stay
   * fresh forever.
   */
  #sinceMs(epochMs: number): number {
    return Math.abs(this.#clock.nowEpochMs() - epochMs);
  }
}

function backoffMs(failures: number): number {
  return Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_LIMIT_MS);
}

function unavailable(): DomainError {
  return new DomainError('KEY_SET_UNAVAILABLE', "the issuer's key set cannot be read at the moment");
}
