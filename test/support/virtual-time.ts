/** A clock and countdowns that move on request. Everything that they start is run to its end. */
import type { AgeClock, Countdown } from '#shared/ports.ts';

export class VirtualTime {
  /** The system's time. Countdowns are never late by this time. */
  #nowMs = 1_800_000_000_000;
  readonly #started = new Map<object, { readonly atMs: number; readonly run: () => void }>();

  readonly clock: AgeClock = { nowEpochMs: () => this.#nowMs, monotonicMs: () => this.#nowMs };

  readonly countdown: Countdown = {
    start: (ms, run) => {
      const id = {};
      this.#started.set(id, { atMs: this.#nowMs + ms, run });
      return () => void this.#started.delete(id);
    },
  };

  /** Countdowns that neither ended nor were cancelled. */
  get running(): number {
    return this.#started.size;
  }

  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const due = [...this.#started].filter(([, { atMs }]) => atMs <= endMs);
      const [next] = due.toSorted(([, one], [, other]) => one.atMs - other.atMs);
      if (next === undefined) break;
      const [id, { atMs, run }] = next;
      this.#started.delete(id);
      this.#nowMs = atMs;
      run();
      await settle();
    }
    this.#nowMs = endMs;
  }
}

/** Waits until no pending promise can continue by itself. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
