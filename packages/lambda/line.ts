/**
 * Whether a function is worth an instance more although whoever waits is soon through. For as long as events stand in line and a
 * processor is free, an instance more would have had work. Once that is as much as a start costs, one is started: whatever comes
 * then, no more than twice is lost of what somebody would lose who knew it.
 */

import { LOOK_EVERY_MS } from './patience.ts';

/** One look at who runs lies in it, from its beginning to its end: without load, those before it have seen free processors. */
const LEAST_MS = 2 * LOOK_EVERY_MS;

export class Line {
  readonly #nowMs: () => number;
  /** The least that was seen, since whatever else runs only adds to it. */
  #startMs = Infinity;
  /** Of a first event, whose code is cold. */
  #firstMs = Infinity;
  /** For how long events have stood in line, less the time in which an instance has rested; never below 0. */
  #lostMs = 0;
  /** What a millisecond adds to it. */
  #rate: -1 | 0 | 1 = 0;
  #sinceMs = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  observeStart(ms: number): void {
    this.#startMs = Math.min(this.#startMs, ms);
  }

  observeFirst(serviceMs: number): void {
    this.#firstMs = Math.min(this.#firstMs, serviceMs);
  }

  /** More events wait than there are instances on their way. */
  stand(): void {
    this.#goOn(1);
  }

  /** Nobody waits, and nobody rests: two callers of one instance are in line and out of it all the time. */
  pause(): void {
    this.#goOn(0);
  }

  rest(): void {
    this.#goOn(-1);
  }

  #goOn(rate: -1 | 0 | 1): void {
    if (rate === this.#rate) return;
    this.#lostMs = this.#lostUntilNow();
    this.#sinceMs = this.#nowMs();
    this.#rate = rate;
  }

  #lostUntilNow(): number {
    return Math.max(0, this.#lostMs + this.#rate * (this.#nowMs() - this.#sinceMs));
  }

  /** An instance starts, or would find no processor: what has been lost until then is no reason any more. */
  clear(): void {
    this.#rate = 0;
    this.#lostMs = 0;
  }

  /** @param usualMs of an event that is not the first */
  isWorthAStart(usualMs: number): boolean {
    const costMs = this.#startMs + Math.max(0, this.#firstMs - usualMs);
    return this.#rate === 1 && this.#lostUntilNow() >= Math.max(LEAST_MS, costMs);
  }

  /** Other code may start more slowly. */
  forget(): void {
    this.#startMs = Infinity;
    this.#firstMs = Infinity;
    this.clear();
  }
}
