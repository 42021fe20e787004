/**
 * The last refusal by a limit of one subject. For a short time, further requests that this limit applies to are refused
 * without a call to the store.
 */
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import type { HolderPorts } from './holder-ports.ts';
import type { Refusal, RefusalReason } from './holding.ts';

/** Mean time between two calls to a store that does not respond. */
const UNAVAILABLE_MS = 1000;

export class LastRefusal {
  readonly #at: Pick<HolderPorts, 'clock' | 'random' | 'observe'>;
  readonly #forMs: number;
  #last: { readonly refusal: Refusal; readonly at: Moment; readonly forMs: number } | undefined;

  /** @param forMs mean time for which a refusal is cached, unless its reason is `unavailable` */
  constructor(at: Pick<HolderPorts, 'clock' | 'random' | 'observe'>, forMs: number) {
    this.#at = at;
    this.#forMs = forMs;
  }

  get reason(): RefusalReason | undefined {
    return this.#last?.refusal.reason;
  }

  get fresh(): Refusal | undefined {
    const last = this.#last;
    if (last === undefined || elapsedMs(this.#at.clock, last.at) > last.forMs) return undefined;
    return last.refusal;
  }

  forget(): void {
    this.#last = undefined;
  }

  /**
   * Records a refusal and returns it.
   * @param retryAfterMs ignored if the reason is `unavailable`: the caller may then retry when this refusal leaves the
   * cache.
   */
  refuse(limit: string, reason: RefusalReason, retryAfterMs?: number): Refusal {
    const { clock, random, observe } = this.#at;
    const isUnavailable = reason === 'unavailable';
    const forMs = (isUnavailable ? UNAVAILABLE_MS : this.#forMs) * (0.5 + random.fraction());
    const refusal: Refusal = {
      kind: 'refused',
      reason,
      limit,
      retryAfterMs: isUnavailable ? forMs : retryAfterMs,
    };
    this.#last = { refusal, at: momentOf(clock), forMs };
    observe({ kind: 'refused', limit, reason });
    return refusal;
  }
}
