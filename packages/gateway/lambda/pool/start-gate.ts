/**
 * Limits how many instances start at the same time, across all functions. On a small machine, many simultaneous starts
 * would take so long that their events time out and are retried.
 */
import { availableParallelism } from 'node:os';

const LEAST_AT_ONCE = 2;
/**
 * Time after which a start no longer counts. An instance that takes longer waits for something else, possibly for
 * another instance.
 */
const HELD_AT_MOST_MS = 1_000;

export class StartGate {
  readonly #atOnce: number;
  readonly #heldAtMostMs: number;
  readonly #held = new Map<object, NodeJS.Timeout>();
  /** The waiting callbacks in order of arrival. Each occurs only once. */
  readonly #waiting = new Set<() => void>();

  constructor(
    atOnce = Math.max(LEAST_AT_ONCE, availableParallelism()),
    heldAtMostMs: number = HELD_AT_MOST_MS,
  ) {
    this.#atOnce = atOnce;
    this.#heldAtMostMs = heldAtMostMs;
  }

  /** @param again called when an instance can be started; it must request the start again */
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
    // A callback that no longer needs the start leaves it to the next callback.
    for (const next of [...this.#waiting]) {
      if (this.#held.size >= this.#atOnce) return;
      this.#waiting.delete(next);
      next();
    }
  }
}

/** One gate per process, because all functions of the process run on one machine. */
export const MACHINE_GATE = new StartGate();
