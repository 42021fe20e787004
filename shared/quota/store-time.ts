/** Detects a wrong local clock by the `Date` header of the store's responses. */
import type { AgeClock, ItemStore } from '../ports.ts';
import type { StoreTimed } from '../table/item-write.ts';
import type { QuotaEvent } from './holding/holder-ports.ts';

/** Resolution of `Date`, which has whole seconds. The store's actual time may be this much later. */
const RESOLUTION_MS = 1000;

/**
 * The store's time. It corrects the local clock as little as possible, so that it agrees with every response of the
 * store. A response was made between the sending of its request and its arrival, so the clock is wrong only if the
 * response's `Date` is outside that time span.
 */
export class StoreTime {
  readonly #clock: AgeClock;
  readonly #observe: (event: QuotaEvent) => void;
  #offsetMs = 0;
  #isKnown = false;

  constructor(clock: AgeClock, observe: (event: QuotaEvent) => void) {
    this.#clock = clock;
    this.#observe = observe;
  }

  /** Returns the local time, corrected if it is known to be wrong. */
  nowEpochMs(): number {
    return this.#clock.nowEpochMs() + this.#offsetMs;
  }

  /** Whether the store's time is known. Until then, a timestamp is more reliable than this clock. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Wraps the store to measure its calls and read its time. */
  watch(store: ItemStore): ItemStore {
    return {
      update: (write) => this.#watch(write.purpose, () => store.update(write)),
      transact: (writes) => this.#watch('open', () => store.transact(writes)),
      read: (key, options) => this.#watch('read', () => store.read(key, options)),
    };
  }

  async #watch<T extends { readonly kind: string } & (Partial<StoreTimed> | object)>(
    purpose: string,
    call: () => Promise<T>,
  ): Promise<T> {
    const sentEpochMs = this.#clock.nowEpochMs();
    const outcome = await call();
    const receivedEpochMs = this.#clock.nowEpochMs();
    this.#observe({
      kind: 'store',
      purpose,
      outcome: 'retryable' in outcome && outcome.retryable === true ? 'throttled' : outcome.kind,
      elapsedMs: receivedEpochMs - sentEpochMs,
    });
    if ('storeEpochMs' in outcome && typeof outcome.storeEpochMs === 'number')
      this.#note(sentEpochMs, receivedEpochMs, outcome.storeEpochMs);
    return outcome;
  }

  #note(sentEpochMs: number, receivedEpochMs: number, storeEpochMs: number): void {
    const behind = storeEpochMs - receivedEpochMs;
    const ahead = storeEpochMs + RESOLUTION_MS - sentEpochMs;
    const offsetMs = behind > 0 ? behind : Math.min(0, ahead);
    if (offsetMs !== this.#offsetMs && Math.abs(offsetMs - this.#offsetMs) > RESOLUTION_MS)
      this.#observe({ kind: 'clock-off', byMs: -offsetMs });
    this.#offsetMs = offsetMs;
    this.#isKnown = true;
  }
}
