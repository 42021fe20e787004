/**
 * The deadlines of invocations. Their time is the machine's clock or a clock that a debugger can stop. There is also
 * a variant without any time limit.
 */
import type { Deadline, Deadlines } from '../../core/ports.ts';

class MachineDeadline implements Deadline {
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, then: () => void) {
    this.#timer = setTimeout(then, ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

export const MACHINE_DEADLINES: Deadlines = {
  nowMs: () => performance.now(),
  after: (ms, then) => new MachineDeadline(ms, then),
  signal: (ms) => AbortSignal.timeout(ms),
};

const NEVER: Deadline = { clear: () => undefined };

export const NO_DEADLINES: Deadlines = {
  nowMs: () => 0,
  after: () => NEVER,
  signal: () => new AbortController().signal,
};

type Waiting = { readonly dueMs: number; readonly then: () => void; timer: NodeJS.Timeout | undefined };

/**
 * Deadlines that all stop while a debugger has paused a function, because otherwise a function that waits for the
 * paused function would time out.
 */
export class StoppableDeadlines implements Deadlines {
  /**
   * Two Float64 values, from which threads compute the remaining time. The first is the total duration of past stops in
   * milliseconds. The second is the start of the current stop, or 0 if there is none. They are in shared memory,
   * because a resumed thread runs before a message could reach it.
   */
  readonly stoodMs = new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT);
  readonly #stood = new Float64Array(this.stoodMs);
  readonly #waiting = new Set<Waiting>();
  readonly #monotonicMs: () => number;
  #stoppedAt: number | undefined;

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
  }

  nowMs(): number {
    return (this.#stoppedAt ?? this.#monotonicMs()) - (this.#stood[0] ?? 0);
  }

  after(ms: number, then: () => void): Deadline {
    const waiting: Waiting = { dueMs: this.nowMs() + ms, then, timer: undefined };
    this.#waiting.add(waiting);
    if (this.#stoppedAt === undefined) this.#arm(waiting);
    return {
      clear: () => {
        clearTimeout(waiting.timer);
        this.#waiting.delete(waiting);
      },
    };
  }

  signal(ms: number): AbortSignal {
    const controller = new AbortController();
    this.after(ms, () => {
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    });
    return controller.signal;
  }

  stop(): void {
    if (this.#stoppedAt !== undefined) return;
    this.#stoppedAt = this.#monotonicMs();
    this.#stood[1] = performance.timeOrigin + this.#stoppedAt;
    for (const { timer } of this.#waiting) clearTimeout(timer);
  }

  resume(): void {
    if (this.#stoppedAt === undefined) return;
    this.#stood[0] = (this.#stood[0] ?? 0) + this.#monotonicMs() - this.#stoppedAt;
    this.#stood[1] = 0;
    this.#stoppedAt = undefined;
    for (const waiting of this.#waiting) this.#arm(waiting);
  }

  #arm(waiting: Waiting): void {
    waiting.timer = setTimeout(
      () => {
        this.#waiting.delete(waiting);
        waiting.then();
      },
      Math.max(0, waiting.dueMs - this.nowMs()),
    );
  }
}
