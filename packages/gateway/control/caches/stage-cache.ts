import { AgedMap } from './aged-map.ts';
import { isFromFuture } from './is-from-future.ts';
import type { CachedReply, CacheEntry, StageCacheStore } from '../../core/exchange.ts';

type Entry = { readonly reply: CachedReply; readonly expiresAtEpochMs: number; readonly sizeBytes: number };

/** The default memory limit of one cache, regardless of the size of its cluster on AWS. */
export const DEFAULT_CACHE_BYTES = 256 * 1024 * 1024;
const GIGABYTE = 1024 ** 3;
/**
 * The overhead of an entry: map slot, object and header list. Without it, a flood of empty responses would not count
 * towards the limit.
 */
const ENTRY_OVERHEAD_BYTES = 512;

/**
 * The cached responses of one stage. If the cache is full, the least recently used entry is evicted. The cache is in
 * memory, so it is empty after a restart.
 */
export class LruStageCache implements StageCacheStore {
  readonly #entries = new AgedMap<Entry>();
  readonly #maxMemoryBytes: number;
  /** The memory limit or the size of the cluster, whichever is smaller. */
  #maxTotalBytes: number;
  #totalBytes = 0;
  #clusterSize: string | undefined;

  constructor(maxMemoryBytes = DEFAULT_CACHE_BYTES) {
    this.#maxMemoryBytes = this.#maxTotalBytes = maxMemoryBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, nowEpochMs: number): CachedReply | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAtEpochMs <= nowEpochMs || isFromFuture(entry.reply.storedAtEpochMs, nowEpochMs)) {
      this.drop(key);
      return undefined;
    }
    this.#entries.renew(key);
    return entry.reply;
  }

  put(key: string, reply: CachedReply, expiresAtEpochMs: number): void {
    const sizeBytes = sizeOf(key, reply);
    this.#totalBytes += sizeBytes - (this.#entries.get(key)?.sizeBytes ?? 0);
    this.#entries.set(key, { reply, expiresAtEpochMs, sizeBytes });
    while (this.#totalBytes > this.#maxTotalBytes)
      this.#totalBytes -= this.#entries.takeOldest()?.sizeBytes ?? this.#totalBytes;
  }

  list(): readonly CacheEntry<CachedReply>[] {
    return [...this.#entries].map(([key, { reply: value, expiresAtEpochMs }]) => ({
      key,
      value,
      expiresAtEpochMs,
    }));
  }

  drop(key: string): void {
    this.#totalBytes -= this.#entries.get(key)?.sizeBytes ?? 0;
    this.#entries.delete(key);
  }

  flush(): void {
    this.#entries.clear();
    this.#totalBytes = 0;
  }

  /**
   * Sets the cluster size. `size` is in gigabytes, as AWS writes it. A change of the size creates a new cluster, which
   * is empty at first (docs/aws §9).
   */
  useCluster(size: string | undefined): void {
    if (size === this.#clusterSize) return;
    this.flush();
    this.#clusterSize = size;
    this.#maxTotalBytes = Math.min(this.#maxMemoryBytes, Number(size ?? 0) * GIGABYTE);
  }
}

function sizeOf(key: string, { headers, body }: CachedReply): number {
  let characters = key.length;
  for (const text of headers) characters += text.length;
  if (typeof body === 'string') characters += body.length;
  return 2 * characters + (typeof body === 'string' ? 0 : body.length) + ENTRY_OVERHEAD_BYTES;
}
