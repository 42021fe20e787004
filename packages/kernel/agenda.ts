/**
 * Everything that waits for a time of the virtual clock, in one order: visibility timeouts, retries, schedules, waits of
 * receivers. When the clock is moved, what has become due runs, the earliest first.
 */
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

/** Timers of Node.js take no more; one that fires early is set again. */
const LONGEST_TIMER_MS = 3_600_000;

export class Agenda {
  readonly #clock: Clock;
  readonly #report: (message: string) => void;
  readonly #waiting = new DueHeap<Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #timerDue: number | undefined;
  #isClosed = false;
  #isRunning = false;

  /** @param report one sentence about what failed when its time came */
  constructor(clock: Clock, report: (message: string) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /**
   * @param then gets the time that it was due, which lies before now where the clock has jumped
   * @param orElse is called where it is dropped: somebody waits for an answer
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

  /** To be called whenever the clock has been moved; nothing is waited for. */
  moved(): void {
    this.#runDue();
  }

  /** When the first of what waits is due; it may have been cancelled since. */
  get nextDue(): number | undefined {
    return this.#waiting.due;
  }

  /** Whether something is due that has not run. */
  get isDue(): boolean {
    const { due } = this.#waiting;
    return due !== undefined && due <= this.#clock.nowEpochMs();
  }

  /** Nothing of what waits comes any more. */
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
      then(dueMs);
    } catch (fault) {
      this.#report(describeFault(fault));
    }
  }

  /** A timer for the earliest; it holds no process. */
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
