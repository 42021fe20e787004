import { AgedMap } from './aged-map.ts';
import { isFromFuture } from './is-from-future.ts';
import type { AuthorizerCache, AuthorizerGrant, CacheEntry } from '../../core/exchange.ts';

type Entry = { readonly grant: AuthorizerGrant; readonly expiresAtEpochMs: number };

/**
 * The maximum number of entries. If more distinct credentials arrive within one TTL, the oldest entries are evicted, so
 * that a flood of tokens cannot fill the memory.
 */
const MAX_ENTRIES = 10_000;

export class LruAuthorizerCache implements AuthorizerCache {
  readonly #entries = new AgedMap<Entry>();

  get(resultsName: string, key: string, nowEpochMs: number): AuthorizerGrant | undefined {
    const name = `${resultsName}\n${key}`;
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const { grant, expiresAtEpochMs } = entry;
    if (expiresAtEpochMs > nowEpochMs && !isFromFuture(grant.givenAtEpochMs, nowEpochMs)) return grant;
    this.#entries.delete(name);
    return undefined;
  }

  put(resultsName: string, key: string, grant: AuthorizerGrant, expiresAtEpochMs: number): void {
    const name = `${resultsName}\n${key}`;
    this.#entries.set(name, { grant, expiresAtEpochMs });
    if (this.#entries.size > MAX_ENTRIES) this.#entries.takeOldest();
  }

  list(): readonly CacheEntry<AuthorizerGrant>[] {
    return [...this.#entries].map(([key, { grant: value, expiresAtEpochMs }]) => ({
      key,
      value,
      expiresAtEpochMs,
    }));
  }

  drop(key: string): void {
    this.#entries.delete(key);
  }

  flush(): void {
    this.#entries.clear();
  }
}
