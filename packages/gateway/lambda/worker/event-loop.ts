/** Calls the handler of an instance for each invocation event, one at a time and in order. */
import type { MessagePort } from 'node:worker_threads';

import {
  type Board,
  FAILED,
  IGNORED,
  readTrace,
  receiveEvents,
  requestIds,
  RETURNED,
  slotOf,
  STARTED,
  UNSETTLED,
  WAITING,
} from '../thread/board.ts';
import type { EventMessage } from '../invocation/job.ts';
import type { InstanceStart, PartReceipt } from '../thread/instance-start.ts';
import { type Answer, callHandler, hasCallbacks } from './contract.ts';
import { RuntimeError, toFailure } from './failure.ts';
import type { LoadedHandler } from './load-handler.ts';
import type { TextChannel } from '../thread/text-channel.ts';
import type { FunctionOutput } from './output.ts';
import { ResponseStream, type StreamOptions } from './response-stream.ts';
import { callStreamingHandler } from './streaming.ts';

/**
 * The delay in milliseconds before it is checked whether the event loop is empty. If it is empty, nothing can complete
 * the running event.
 */
const EMPTINESS_CHECK_MS = 100;
/** Node's exit code for a promise at the top level that never settles. */
const EXIT_PENDING = 13;
/**
 * The error of an async handler whose promise never settles.
 * @see aws-lambda-nodejs-runtime-interface-client, `Errors.js`
 */
const UNEXPECTED_EXIT =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';
/** A hint of the gateway. Lambda itself logs at most the error. */
const PENDING =
  'The promise of the handler is pending, and nothing is left that could settle it: no timer, no socket and no request. At this point, Lambda ends the invocation.';

export class EventLoop {
  readonly #start: InstanceStart;
  readonly #board: Board;
  readonly #port: MessagePort;
  readonly #events: TextChannel<string, EventMessage>;
  readonly #output: FunctionOutput;
  readonly #callbacks: boolean;
  readonly #requestIdOf: (sequence: number) => string;
  #handler: LoadedHandler | undefined;
  #stream: ResponseStream | undefined;
  #sequence = -1;
  #running = false;
  #startedAt = 0;
  #emptinessTimer: NodeJS.Timeout | undefined;
  #whenEmpty: (() => void) | undefined;
  /** Whether the port is unreferenced. An unreferenced port does not keep the event loop alive. */
  #letGo = false;

  constructor(start: InstanceStart, board: Board, output: FunctionOutput) {
    this.#start = start;
    this.#board = board;
    this.#port = start.port;
    this.#events = receiveEvents(board, start.port);
    this.#output = output;
    this.#callbacks = hasCallbacks(start.runtime);
    this.#requestIdOf = requestIds(start.requestIdSeed);
  }

  serve(handler: LoadedHandler): void {
    this.#handler = handler;
    if (handler.streams !== undefined) this.#listenToAcknowledgements();
    process.on('beforeExit', () => this.#onEmptyLoop());
    this.#events.listen(() => {
      if (!this.#running) this.#next();
    });
  }

  /** Fails the running event with an error. Returns false if no event is running. */
  fail(payload: string): boolean {
    if (!this.#running) return false;
    this.#answer(this.#sequence, FAILED, payload);
    return true;
  }

  #next(): void {
    const { states } = this.#board;
    for (let message = this.#events.take(); message !== undefined; message = this.#events.take()) {
      this.#sequence += 1;
      // The compare-and-set fails if the gateway has taken the event back.
      if (Atomics.compareExchange(states, slotOf(this.#sequence), WAITING, STARTED) !== WAITING) continue;
      this.#run(message, this.#sequence);
      return;
    }
  }

  #run(message: EventMessage, sequence: number): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    const requestId = this.#requestIdOf(sequence);
    this.#running = true;
    this.#startedAt = performance.now();
    this.#output.requestId = requestId;
    process.env['_X_AMZN_TRACE_ID'] = readTrace(this.#board, slotOf(sequence));
    this.#watchEmptiness();
    const answer: Answer = (failed, said, error, isIgnored = false) => {
      if (!this.#running || this.#sequence !== sequence) return;
      if (failed) this.#output.reportError(error, 'Invoke Error\t');
      this.#answer(sequence, failed ? FAILED : isIgnored ? IGNORED : RETURNED, said);
      this.#next();
    };
    if (handler.streams !== undefined) {
      const stream = this.#openStream(handler.streams, sequence);
      const warn = (message: string): void => this.#output.report('WARN', message);
      callStreamingHandler(handler.call, message, this.#start, requestId, stream, answer, warn);
      return;
    }
    callHandler(handler.call, message, this.#start, requestId, answer, (then) => {
      this.#whenEmpty = then;
      this.#letPortGo();
    });
  }

  #openStream(options: StreamOptions, sequence: number): ResponseStream {
    const { reports } = this.#start;
    const stream = new ResponseStream(
      {
        send: (part, contentType) => {
          // A part that the handler writes after its event has ended is ignored, because it does not belong to the next
          // event.
          if (this.#running && this.#sequence === sequence)
            this.#output.sendPart(sequence, part, contentType);
        },
        hold: (isWaiting) => {
          if (isWaiting) reports.ref();
          else reports.unref();
        },
      },
      options,
    );
    this.#stream = stream;
    return stream;
  }

  #listenToAcknowledgements(): void {
    this.#start.reports.on('message', ({ sequence, bytes }: PartReceipt) => {
      if (sequence === this.#sequence) this.#stream?.acknowledge(bytes);
    });
    // The port is unreferenced, because only a stream that waits for its reader may keep the thread alive.
    this.#start.reports.unref();
  }

  #answer(sequence: number, state: number, text: string): void {
    const slot = slotOf(sequence);
    this.#board.serviceMicros[slot] = (performance.now() - this.#startedAt) * 1000;
    Atomics.store(this.#board.states, slot, state);
    this.#running = false;
    // The stream may wait for a reader that no longer exists, so it must no longer keep the thread alive.
    if (this.#stream !== undefined) this.#start.reports.unref();
    this.#stream = undefined;
    this.#whenEmpty = undefined;
    this.#holdPort();
    this.#events.send(text);
  }

  #letPortGo(): void {
    this.#letGo = true;
    this.#port.unref();
  }

  #holdPort(): void {
    if (this.#letGo) this.#port.ref();
    this.#letGo = false;
  }

  /** Unreferences the port after a while, so that an empty loop ends in `beforeExit`. */
  #watchEmptiness(): void {
    if (this.#emptinessTimer !== undefined) return;
    this.#emptinessTimer = setTimeout(() => {
      this.#emptinessTimer = undefined;
      if (!this.#running) return;
      // Only half of the time is required, because timers may fire a little early.
      if (performance.now() - this.#startedAt < EMPTINESS_CHECK_MS / 2) this.#watchEmptiness();
      else this.#letPortGo();
    }, EMPTINESS_CHECK_MS).unref();
  }

  /**
   * Ends an event that nothing can complete any more. If a callback's response is waiting, it is sent now. A streaming
   * handler fails. Otherwise, in runtimes with callbacks, an async handler fails, and other handlers respond with null;
   * Node.js 24 exits with the code for a promise that never settles.
   */
  #onEmptyLoop(): void {
    this.#holdPort();
    if (!this.#running) return;
    const waiting = this.#whenEmpty;
    if (waiting !== undefined) waiting();
    else if (this.#stream !== undefined) this.#failWith(new Error('Response stream is not finished.'));
    else {
      this.#output.report('WARN', PENDING);
      if (!this.#callbacks) process.exit(EXIT_PENDING);
      if (this.#handler?.isAsync === true) this.#failWith(new RuntimeError('NodeJsExit', UNEXPECTED_EXIT));
      else {
        this.#answer(this.#sequence, UNSETTLED, 'null');
        this.#next();
      }
    }
  }

  #failWith(error: Error): void {
    this.#output.reportError(error, 'Invoke Error\t');
    this.#answer(this.#sequence, FAILED, JSON.stringify(toFailure(error)));
    this.#next();
  }
}
