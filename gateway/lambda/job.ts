/** One invocation on its way through a pool. */
import type { InvocationResult } from '../ports.ts';

export class Job {
  readonly payload: string;
  readonly traceHeader: string;
  readonly enqueuedAt: number;
  /** Slot and number on the instance that has it now. */
  sequence = -1;
  #settle: ((result: InvocationResult) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param timeoutMs how long the caller waits; then it reads `timed-out`, whatever the function still does */
  constructor(
    payload: string,
    traceHeader: string,
    timeoutMs: number,
    settle: (result: InvocationResult) => void,
  ) {
    this.payload = payload;
    this.traceHeader = traceHeader;
    this.enqueuedAt = performance.now();
    this.#settle = settle;
    this.#timer = setTimeout(() => this.settle({ kind: 'timed-out' }), timeoutMs);
  }

  get isSettled(): boolean {
    return this.#settle === undefined;
  }

  /** Answers the caller; only the first answer counts. */
  settle(result: InvocationResult): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(result);
  }

  fail(errorType: string, errorMessage: string): void {
    const payload = JSON.stringify({ errorType, errorMessage });
    this.settle({ kind: 'failed', payload, errorType, errorMessage });
  }
}

/** Reads Lambda's error JSON as an answer. */
export function readFailure(payload: string): InvocationResult {
  const error: unknown = JSON.parse(payload);
  const { errorType, errorMessage } = {
    errorType: undefined,
    errorMessage: undefined,
    ...(typeof error === 'object' ? error : {}),
  } as { errorType: unknown; errorMessage: unknown };
  return {
    kind: 'failed',
    payload,
    errorType: typeof errorType === 'string' ? errorType : 'Error',
    errorMessage: typeof errorMessage === 'string' ? errorMessage : '',
  };
}

/** First in, first out, with return to the front; bounded by its owner. */
export class JobQueue {
  #jobs: Job[] = [];
  #head = 0;
  #sizeChars = 0;

  get length(): number {
    return this.#jobs.length - this.#head;
  }

  /** Text of all waiting events together. */
  get sizeChars(): number {
    return this.#sizeChars;
  }

  push(job: Job): void {
    this.#jobs.push(job);
    this.#sizeChars += job.payload.length;
  }

  /** Puts jobs that were handed out already back in front, in their order. */
  putBack(jobs: readonly Job[]): void {
    this.#jobs.splice(0, this.#head, ...jobs);
    this.#head = 0;
    for (const job of jobs) this.#sizeChars += job.payload.length;
  }

  /** The oldest that still has a caller; callers who have left are dropped on the way. */
  peek(): Job | undefined {
    for (;;) {
      const job = this.#jobs[this.#head];
      if (job?.isSettled !== true) return job;
      this.shift();
    }
  }

  shift(): Job | undefined {
    const job = this.#jobs[this.#head];
    if (job === undefined) return undefined;
    this.#head += 1;
    this.#sizeChars -= job.payload.length;
    // Amortised: the used part is cut off once it is the larger one.
    if (this.#head > 64 && this.#head * 2 > this.#jobs.length) {
      this.#jobs = this.#jobs.slice(this.#head);
      this.#head = 0;
    }
    return job;
  }

  drain(): Job[] {
    const rest = this.#jobs.slice(this.#head);
    this.#jobs = [];
    this.#head = 0;
    this.#sizeChars = 0;
    return rest;
  }
}
