/**
 * How many instances start at a time, over all functions. A start is all work of the processor: of many at once on a small
 * machine each takes so long that the events for which they were meant time out, and those are asked again.
 */
import { availableParallelism } from 'node:os';

const LEAST_AT_ONCE = 2;
/** A start that takes longer waits for something else, and that may be another start. */
const HELD_AT_MOST_MS = 1_000;

export class StartGate {
  readonly #atOnce: number;
  readonly #heldAtMostMs: number;
  readonly #held = new Map<object, NodeJS.Timeout>();
  /** Each once, in the order in which they came. */
  readonly #waiting = new Set<() => void>();

  constructor(
    atOnce = Math.max(LEAST_AT_ONCE, availableParallelism()),
    heldAtMostMs: number = HELD_AT_MOST_MS,
  ) {
    this.#atOnce = atOnce;
    this.#heldAtMostMs = heldAtMostMs;
  }

  /** @param again is called when there is room, and has to ask then */
  hasRoom(again: () => void): boolean {
    if (this.#held.size < this.#atOnce) {
      this.#waiting.delete(again);
      return true;
    }
    this.#waiting.add(again);
    return false;
  }

  /** It starts, whether there is room or not. */
  enter(start: object): void {
    if (this.#held.has(start)) return;
    this.#held.set(start, setTimeout(() => this.leave(start), this.#heldAtMostMs).unref());
  }

  leave(start: object): void {
    const timer = this.#held.get(start);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#held.delete(start);
    // One that wants nothing any more leaves the room to the next.
    for (const next of [...this.#waiting]) {
      if (this.#held.size >= this.#atOnce) return;
      this.#waiting.delete(next);
      next();
    }
  }
}

/** Of this process: whatever it serves runs on one machine. */
export const MACHINE_GATE = new StartGate();
