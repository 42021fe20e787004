import type { FunctionLogLine } from '../function-log-line.ts';
import { MACHINE_DEADLINES } from './deadlines.ts';
import type {
  Deadline,
  Deadlines,
  InvocationResult,
  InvokedVersion,
  NullBy,
  RequestIdOf,
} from '../../core/ports.ts';

/** The maximum size of a result in bytes (Lambda quota "Invocation payload", 6 MB, plus AWS's allowance). */
export const MAX_RESULT_BYTES = 6_291_556;

export type StreamPart = {
  readonly bytes: Buffer;
  readonly acknowledge: (bytes: number) => void;
  readonly requestId?: RequestIdOf;
  /** The content type that the runtime declared for the response; absent if it declared none. */
  readonly contentType?: string | undefined;
};

/** An event as the thread receives it. It consists of the event's JSON text and the options of Lambda's API. */
export type EventMessage =
  | string
  | {
      readonly event: string;
      readonly clientContext?: string | undefined;
      readonly invoked?: InvokedVersion | undefined;
    };

export class Job {
  readonly payload: string;
  readonly traceHeader: string;
  readonly enqueuedAt: number;
  /** The number of the event on its current instance. The number also determines the slot that the event uses. */
  sequence = -1;
  /**
   * The time in milliseconds that the instance needed to start. It is set only if this is the instance's first event.
   */
  initMs: number | undefined = undefined;
  #settle: ((result: InvocationResult) => void) | undefined;
  #timer: Deadline | undefined;
  /** The parts of a streamed response. They are stored for a caller that reads the response as a whole. */
  #pieces: Buffer[] | undefined;
  #pieceBytes = 0;

  /**
   * @param timeoutMs the caller's time limit, after which the caller gets `timed-out`, while the function may continue
   * to run
   */
  constructor(
    payload: string,
    traceHeader: string,
    timeoutMs: number,
    settle: (result: InvocationResult) => void,
    deadlines: Deadlines = MACHINE_DEADLINES,
  ) {
    this.payload = payload;
    this.traceHeader = traceHeader;
    this.enqueuedAt = performance.now();
    this.#settle = settle;
    this.#timer = deadlines.after(timeoutMs, () =>
      this.settle({ kind: 'timed-out', ...this.#describeStart() }),
    );
  }

  /** Describes the start of the instance, if it took part of the caller's time. */
  #describeStart(): { readonly isColdStart?: true; readonly initMs?: number } {
    if (this.sequence > 0) return {};
    return this.initMs === undefined ? { isColdStart: true } : { isColdStart: true, initMs: this.initMs };
  }

  get message(): EventMessage {
    return this.payload;
  }

  hear: ((line: FunctionLogLine) => void) | undefined;

  get isSettled(): boolean {
    return this.#settle === undefined;
  }

  /** Responds to the caller. Only the first response counts. */
  settle(result: InvocationResult): void {
    const settle = this.#settle;
    this.leave();
    settle?.(result);
  }

  protected leave(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#settle = undefined;
  }

  /** Stores a part of a streamed response for a caller that reads the response as a whole. */
  receive(part: StreamPart): void {
    this.#pieces ??= [];
    this.#pieceBytes += part.bytes.length;
    if (this.#pieceBytes <= MAX_RESULT_BYTES) this.#pieces.push(part.bytes);
    part.acknowledge(part.bytes.length);
  }

  returned(text: string, requestId: RequestIdOf, nullBy?: NullBy): void {
    const { initMs } = this;
    const ended = nullBy === undefined ? undefined : { nullBy };
    const cold = initMs === undefined ? ended : { initMs, ...ended };
    if (this.#pieces === undefined) this.settle({ kind: 'returned', payload: text, requestId, ...cold });
    else if (this.#pieceBytes <= MAX_RESULT_BYTES)
      this.settle({ kind: 'returned', payload: Buffer.concat(this.#pieces).toString(), requestId, ...cold });
    else {
      const reason = `Response payload size exceeded maximum allowed payload size (${MAX_RESULT_BYTES} bytes).`;
      this.fail('Function.ResponseSizeTooLarge', reason, requestId);
    }
  }

  fail(errorType: string, errorMessage: string, requestId?: RequestIdOf): void {
    this.settle(readFailure(JSON.stringify({ errorType, errorMessage }), requestId));
  }
}

export function readFailure(payload: string, requestId?: RequestIdOf): InvocationResult {
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
    ...(requestId === undefined ? {} : { requestId }),
  };
}

export function describeInitFailure(payload: string): string {
  const failure = readFailure(payload);
  return failure.kind === 'failed' ? `${failure.errorType}: ${failure.errorMessage}` : payload;
}

/** A first-in, first-out queue of jobs. A job can be returned to the front. The owner of the queue limits its size. */
export class JobQueue {
  /** The jobs in order. An entry is undefined once its event was given to an instance. */
  #jobs: (Job | undefined)[] = [];
  #head = 0;
  #sizeChars = 0;

  get length(): number {
    return this.#jobs.length - this.#head;
  }

  get sizeChars(): number {
    return this.#sizeChars;
  }

  isFull(length: number, chars: number): boolean {
    return this.length >= length || this.#sizeChars > chars;
  }

  push(job: Job): void {
    this.#jobs.push(job);
    this.#sizeChars += job.payload.length;
  }

  putBack(jobs: readonly Job[]): void {
    this.#jobs.splice(0, this.#head, ...jobs);
    this.#head = 0;
    for (const job of jobs) this.#sizeChars += job.payload.length;
  }

  /**
   * Returns the oldest job whose caller is still waiting; undefined if there is none. Jobs that already have a result,
   * such as `timed-out`, are removed.
   */
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
    // A job's event may be 6 MB, so the reference is released as soon as the job runs.
    this.#jobs[this.#head] = undefined;
    this.#head += 1;
    this.#sizeChars -= job.payload.length;
    // The used part is removed once it is larger than the rest, so the cost per job is constant on average.
    if (this.#head > 64 && this.#head * 2 > this.#jobs.length) {
      this.#jobs = this.#jobs.slice(this.#head);
      this.#head = 0;
    }
    return job;
  }

  drain(): Job[] {
    const rest = this.#jobs.slice(this.#head).filter((job) => job !== undefined);
    this.#jobs = [];
    this.#head = 0;
    this.#sizeChars = 0;
    return rest;
  }
}
