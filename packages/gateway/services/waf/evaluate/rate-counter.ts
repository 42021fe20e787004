/** Counts the requests of one rate-based rule per aggregation instance, over a sliding window of virtual time. */

import { createHash } from 'node:crypto';

/** The number of slices of a window. Requests expire slice by slice, the oldest slice first. */
const SLICES = 30;
/** AWS rate-limits at most this many instances per rule. */
const MAX_INSTANCES = 10_000;
/**
 * The maximum length of the name of an instance. Longer names are replaced by their hash, which is longer than this.
 */
const MAX_NAME = 64;

type Counts = { last: number; total: number; readonly bySlice: Uint32Array };

export class RateCounter {
  readonly #limit: number;
  readonly #sliceMs: number;
  readonly #instances = new Map<string, Counts>();

  constructor(limit: number, windowSeconds: number) {
    this.#limit = limit;
    this.#sliceMs = (windowSeconds * 1000) / SLICES;
  }

  /**
   * Counts a request.
   * @returns whether the request's instance exceeds the limit
   */
  count(instance: string, nowEpochMs: number): boolean {
    const slice = Math.floor(nowEpochMs / this.#sliceMs);
    const counts = this.#countsOf(instance, slice);
    const at = slice % SLICES;
    counts.bySlice[at] = (counts.bySlice[at] ?? 0) + 1;
    counts.total += 1;
    return counts.total > this.#limit;
  }

  /**
   * Returns the counts of an instance. The instances of the newest slice are at the end of the map, so the first
   * instance of the map has been idle longest.
   */
  #countsOf(given: string, slice: number): Counts {
    const instance = given.length > MAX_NAME ? hashOf(given) : given;
    const known = this.#instances.get(instance);
    if (known !== undefined) {
      if (slice > known.last) {
        this.#instances.delete(instance);
        this.#instances.set(instance, known);
        forget(known, slice);
      }
      return known;
    }
    if (this.#instances.size >= MAX_INSTANCES) {
      const [idle] = this.#instances.keys();
      if (idle !== undefined) this.#instances.delete(idle);
    }
    const counts = { last: slice, total: 0, bySlice: new Uint32Array(SLICES) };
    this.#instances.set(instance, counts);
    return counts;
  }
}

/**
 * Returns the hash of a long name, because a key may be a header, and ten thousand whole headers would take too much
 * memory. Attack: a caller sends the hash of another name as its own name. Hashes are therefore longer than any name
 * that is stored unchanged.
 */
function hashOf(name: string): string {
  return `sha256:${createHash('sha256').update(name).digest('hex')}`;
}

/**
 * Clears the slices between the last request of the instance and the current request. If the clock was moved back, no
 * slice is cleared.
 */
function forget(counts: Counts, slice: number): void {
  if (slice <= counts.last) return;
  const passed = Math.min(slice - counts.last, SLICES);
  for (let at = slice - passed + 1; at <= slice; at += 1) {
    counts.total -= counts.bySlice[at % SLICES] ?? 0;
    counts.bySlice[at % SLICES] = 0;
  }
  counts.last = slice;
}
