/**
 * Limits how many instances of all functions start at the same time. On a small machine, too many simultaneous starts
 * would take so long that the events time out and are retried.
 */
import { availableParallelism } from 'node:os';

const LEAST_AT_ONCE = 2;
/**
 * The time in milliseconds after which a start no longer counts. An instance that needs longer waits for something
 * else, possibly for another instance.
 */
const HELD_AT_MOST_MS = 1_000;

export class StartGate {
  readonly #atOnce: number;
  readonly #heldAtMostMs: number;
  readonly #held = new Map<object, NodeJS.Timeout>();
  /** The callbacks that wait for their turn, in order of arrival. Each callback is in the set only once. */
  readonly #waiting = new Set<() => void>();

  constructor(
    atOnce = Math.max(LEAST_AT_ONCE, availableParallelism()),
    heldAtMostMs: number = HELD_AT_MOST_MS,
  ) {
    this.#atOnce = atOnce;
    this.#heldAtMostMs = heldAtMostMs;
  }

  /**
   * Whether another instance may be started now.
   * @param again called when an instance can be started; it must request the start again
   */
  hasRoom(again: () => void): boolean {
    if (this.#held.size < this.#atOnce) {
      this.#waiting.delete(again);
      return true;
    }
    this.#waiting.add(again);
    return false;
  }

  enter(start: object): void {
    if (this.#held.has(start)) return;
    this.#held.set(start, setTimeout(() => this.leave(start), this.#heldAtMostMs).unref());
  }

  leave(start: object): void {
    const timer = this.#held.get(start);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#held.delete(start);
    // Callbacks are called until the gate is full. A callback that no longer needs to start an instance leaves room for
    // the next one.
    for (const next of [...this.#waiting]) {
      if (this.#held.size >= this.#atOnce) return;
      this.#waiting.delete(next);
      next();
    }
  }
}

/** The gate for all functions of this process. There is only one gate, because all functions share the machine. */
export const MACHINE_GATE = new StartGate();
