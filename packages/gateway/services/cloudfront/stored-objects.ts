/** The cached responses by key. The least recently used responses are dropped first. */
import type { KeyParts } from './cache-key.ts';

export type OriginAnswer = {
  readonly status: number;
  /**
   * A flat list of names and values, as the origin sent them. The response headers policy is applied when the object is
   * served.
   */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /**
   * The reason why the origin did not respond, so that the response is CloudFront's own; absent if the origin
   * responded.
   */
  readonly failure?: string;
};

export type StoredObject = OriginAnswer & {
  readonly key: string;
  readonly distributionId: string;
  readonly parts: KeyParts;
  /** The method of the request. An object from a HEAD request has no body. */
  readonly method: 'GET' | 'HEAD' | 'OPTIONS';
  readonly storedAtEpochMs: number;
  readonly freshUntilEpochMs: number;
  /** Whether the response has an error status. */
  readonly isError: boolean;
};

/** The maximum size of the cached objects of all distributions together, in bytes. It is the gateway's own limit. */
const MAX_BYTES = 256 * 1024 * 1024;
/** The estimated size of an entry in bytes, not counting its strings and its body. */
const ENTRY_BYTES = 512;
/**
 * The size of the cache divided by this number is the maximum size of one object. A larger object could displace all
 * others.
 */
const MAX_SHARE = 4;

export class StoredObjects {
  readonly #objects = new Map<string, { readonly object: StoredObject; readonly bytes: number }>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  count(distributionId: string): number {
    return [...this.#objects.values()].filter(({ object }) => object.distributionId === distributionId)
      .length;
  }

  /** Finds an object, fresh or expired. */
  find(key: string): StoredObject | undefined {
    const found = this.#objects.get(key);
    if (found === undefined) return undefined;
    // The object moves to the end of the map, where the most recently used object is.
    this.#objects.delete(key);
    this.#objects.set(key, found);
    return found.object;
  }

  /** Finds an object with this path, for explanations. This does not count as a use. */
  findPath(distributionId: string, path: string): StoredObject | undefined {
    let looked = 0;
    for (const { object } of this.#objects.values()) {
      if (object.distributionId === distributionId && object.parts.path === path) return object;
      if ((looked += 1) > MAX_LOOKED) return undefined;
    }
    return undefined;
  }

  /**
   * Stores an object.
   * @returns false if the object is too large, so that it is not stored
   */
  keep(object: StoredObject): boolean {
    this.drop(object.key);
    const bytes = bytesOf(object);
    if (bytes > this.#maxBytes / MAX_SHARE) return false;
    this.#objects.set(object.key, { object, bytes });
    this.#bytes += bytes;
    for (const key of this.#objects.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.drop(key);
    }
    return true;
  }

  drop(key: string): void {
    const known = this.#objects.get(key);
    if (known === undefined) return;
    this.#objects.delete(key);
    this.#bytes -= known.bytes;
  }

  dropWhere(isDropped: (object: StoredObject) => boolean): void {
    for (const [key, { object }] of this.#objects) if (isDropped(object)) this.drop(key);
  }
}

const MAX_LOOKED = 10_000;

function bytesOf({ key, headers, body }: StoredObject): number {
  const texts = headers.reduce((sum, text) => sum + text.length, 0);
  // The key counts twice, because its parts are also stored.
  return ENTRY_BYTES + 2 * (2 * key.length + texts) + body.length;
}
