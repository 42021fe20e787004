import { type GatewayError, gatewayError } from '../../core/errors.ts';
import { FunctionStream } from '../thread/function-stream.ts';
import { messageOf } from './invoked-job.ts';
import { type EventMessage, Job, type StreamPart } from './job.ts';
import type {
  Deadline,
  Deadlines,
  Invocation,
  InvocationResult,
  InvokeOptions,
  Invoker,
  RequestIdOf,
  StreamTimes,
} from '../../core/ports.ts';

/** The maximum size of a streamed response in bytes (Lambda quota "Response streaming payload"). */
const MAX_STREAM_BYTES = 200 * 1024 * 1024;

export type StreamStart = Awaited<ReturnType<Invoker['stream']>>;

export class StreamJob extends Job {
  readonly #body = new FunctionStream();
  readonly #start: (start: StreamStart) => void;
  readonly #timeoutMs: number;
  readonly #options: InvokeOptions | undefined;
  readonly #deadlines: Deadlines;
  readonly #enqueuedMs: number;
  #deadline: Deadline | undefined;
  #state: 'waiting' | 'streaming' | 'over' = 'waiting';
  #sentBytes = 0;

  constructor(
    { payload, traceHeader, timeoutMs, idleMs, options }: Invocation & StreamTimes,
    start: (start: StreamStart) => void,
    deadlines: Deadlines,
  ) {
    const settle = (result: InvocationResult): void => {
      if (result.kind !== 'returned') start(result);
    };
    super(payload, traceHeader, Math.min(timeoutMs, idleMs), settle, deadlines);
    this.#deadlines = deadlines;
    this.#enqueuedMs = deadlines.nowMs();
    this.#start = start;
    this.#timeoutMs = timeoutMs;
    this.#options = options;
  }

  override get isSettled(): boolean {
    return this.#state === 'streaming' ? false : super.isSettled;
  }

  override get message(): EventMessage {
    return messageOf(this.payload, this.#options);
  }

  override receive(part: StreamPart): void {
    if (this.isSettled) {
      part.acknowledge(part.bytes.length);
      return;
    }
    this.#startStream(part.requestId, part.contentType);
    this.#sentBytes += part.bytes.length;
    this.#body.take(part);
    if (this.#sentBytes > MAX_STREAM_BYTES) this.#end(fault('the function streamed more than 200 MB'));
  }

  /**
   * Ends the stream, because the invocation has ended. A failure before the first part is returned instead of a stream.
   * If the function does not stream, its result is the only part.
   */
  override settle(result: InvocationResult): void {
    if (this.isSettled) return;
    if (result.kind === 'returned') {
      this.#startStream(result.requestId, 'application/json');
      const bytes = Buffer.from(result.payload);
      if (bytes.length > 0) this.#body.take({ bytes, acknowledge: () => undefined });
      this.#end(undefined);
    } else if (this.#state === 'waiting') super.settle(result);
    else if (result.kind === 'failed') this.#end(fault(`${result.errorType}: ${result.errorMessage}`));
    else if (result.kind === 'refused') this.#end(fault(result.message));
    else {
      const reason = 'the response was not complete within the integration timeout';
      this.#end(gatewayError('INTEGRATION_TIMEOUT', { source: 'integration', reason }));
    }
  }

  #startStream(requestId: RequestIdOf | undefined, contentType: string | undefined): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'streaming';
    this.leave();
    const passedMs = this.#deadlines.nowMs() - this.#enqueuedMs;
    this.#deadline = this.#deadlines.after(this.#timeoutMs - passedMs, () => {
      this.settle({ kind: 'timed-out' });
    });
    const start = { kind: 'streams', head: undefined, body: this.#body, contentType } as const;
    this.#start(requestId === undefined ? start : { ...start, requestId });
  }

  #end(failure: GatewayError | undefined): void {
    this.#state = 'over';
    this.#deadline?.clear();
    this.#body.end(failure);
  }
}

function fault(reason: string): GatewayError {
  return gatewayError('FUNCTION_FAILED', { source: 'integration', reason });
}
