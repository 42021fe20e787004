/**
 * Work that is due at a certain time of the virtual clock, such as visibility timeouts, retries, schedules and waiting
 * receivers. When the clock moves, the work that has become due runs, earliest first.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { describeFault } from '../core/errors.ts';
import { DueHeap } from './delivery/due-heap.ts';
import type { Clock } from '../core/ports.ts';

export interface Wake {
  cancel(): void;
}

type Waiting = {
  readonly then: (dueMs: number) => void;
  readonly orElse: (() => void) | undefined;
  isCancelled: boolean;
};

/**
 * The maximum delay of a timer in milliseconds. Node.js timers are limited to about 25 days. If the work is due later,
 * the timer is set again when it fires.
 */
const LONGEST_TIMER_MS = 3_600_000;

export class Agenda {
  readonly #clock: Clock;
  readonly #report: (message: string) => void;
  readonly #waiting = new DueHeap<Waiting>();
  readonly #listeners = new Set<() => void>();
  /**
   * Runs due work outside the asynchronous context of the call that set the timer, because that call did not cause all
   * of this work.
   */
  readonly #apart = AsyncLocalStorage.snapshot();
  #timer: NodeJS.Timeout | undefined;
  #timerDue: number | undefined;
  #isClosed = false;
  #isRunning = false;

  /** @param report called with one sentence about due work that failed */
  constructor(clock: Clock, report: (message: string) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /**
   * Schedules work for a time of the clock.
   * @param then called with the time at which the work was due, which is in the past if the clock has jumped
   * @param orElse called if the work is dropped
   */
  at(dueMs: number, then: (dueMs: number) => void, orElse?: () => void): Wake {
    const waiting = { then, orElse, isCancelled: false };
    if (!this.#isClosed) {
      this.#waiting.push(dueMs, waiting);
      if (!this.#isRunning) this.#arm();
    }
    return {
      cancel() {
        waiting.isCancelled = true;
      },
    };
  }

  /** Calls `listener` after each clock move, before due work runs, so that work for a later time can be rescheduled. */
  onMoved(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Runs the work that has become due. It must be called after each move of the clock. It does not wait until the work
   * is done.
   */
  moved(): void {
    for (const listener of this.#listeners) listener();
    this.#runDue();
  }

  /** Returns the due time of the earliest entry, even if this entry has been cancelled. */
  get nextDue(): number | undefined {
    return this.#waiting.due;
  }

  get isDue(): boolean {
    const { due } = this.#waiting;
    return due !== undefined && due <= this.#clock.nowEpochMs();
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#timerDue = undefined;
    const dropped = this.#waiting.takeAll();
    for (const { orElse, isCancelled } of dropped) if (!isCancelled) orElse?.();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #runDue(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      const now = this.#clock.nowEpochMs();
      for (let next = this.#waiting.takeDue(now); next !== undefined; next = this.#waiting.takeDue(now))
        if (!next.value.isCancelled) this.#run(next.value, next.due);
    } finally {
      this.#isRunning = false;
      this.#arm();
    }
  }

  #run({ then }: Waiting, dueMs: number): void {
    try {
      this.#apart(then, dueMs);
    } catch (fault) {
      this.#report(describeFault(fault));
    }
  }

  /** Sets one timer for the earliest entry. The timer does not keep the process alive. */
  #arm(): void {
    const { due } = this.#waiting;
    if (due === undefined || this.#isClosed || this.#timerDue === due) return;
    clearTimeout(this.#timer);
    this.#timerDue = due;
    const waitMs = Math.min(LONGEST_TIMER_MS, Math.max(0, due - this.#clock.nowEpochMs()));
    this.#timer = setTimeout(() => {
      this.#timerDue = undefined;
      this.#runDue();
    }, waitMs).unref();
  }
}
