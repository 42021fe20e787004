/** Runs the events of an instance one at a time, in order, from a queue inside the thread. */
import type { MessagePort } from 'node:worker_threads';

import { type Board, FAILED, readTrace, requestIds, RETURNED, slotOf, STARTED, WAITING } from '../board.ts';
import type { InstanceStart } from '../instance-start.ts';
import { callHandler, type Handler, hasCallbacks } from './contract.ts';
import { describeError } from './failure.ts';
import type { FunctionOutput } from './output.ts';

/** An event that runs this long may be waiting for nothing: from then on an empty event loop is noticed. */
const EMPTINESS_CHECK_MS = 100;

export class EventLoop {
  readonly #start: InstanceStart;
  readonly #board: Board;
  readonly #port: MessagePort;
  readonly #output: FunctionOutput;
  readonly #callbacks: boolean;
  readonly #requestIdOf: (sequence: number) => string;
  #handler: Handler | undefined;
  #queue: string[] = [];
  /** Number of the event that came last from the queue. */
  #sequence = -1;
  #running = false;
  #startedAt = 0;
  #emptinessTimer: NodeJS.Timeout | undefined;
  #whenEmpty: (() => void) | undefined;
  /** The port does not keep the loop alive at the moment. */
  #letGo = false;

  constructor(start: InstanceStart, board: Board, output: FunctionOutput) {
    this.#start = start;
    this.#board = board;
    this.#port = start.port;
    this.#output = output;
    this.#callbacks = hasCallbacks(start.runtime);
    this.#requestIdOf = requestIds(start.requestIdSeed);
  }

  serve(handler: Handler): void {
    this.#handler = handler;
    process.on('beforeExit', () => this.#onEmptyLoop());
    this.#port.on('message', (text: string) => {
      this.#queue.push(text);
      if (!this.#running) this.#next();
    });
  }

  /** Answers the running event with an error; false when none runs. */
  fail(payload: string): boolean {
    if (!this.#running) return false;
    this.#answer(this.#sequence, true, payload);
    return true;
  }

  #next(): void {
    const { states } = this.#board;
    while (this.#queue.length > 0) {
      const text = this.#queue.shift() ?? '';
      this.#sequence += 1;
      // Lost when the gateway has taken the event back.
      if (Atomics.compareExchange(states, slotOf(this.#sequence), WAITING, STARTED) !== WAITING) continue;
      this.#run(text, this.#sequence);
      return;
    }
  }

  #run(text: string, sequence: number): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    const requestId = this.#requestIdOf(sequence);
    this.#running = true;
    this.#startedAt = performance.now();
    this.#output.requestId = requestId;
    process.env['_X_AMZN_TRACE_ID'] = readTrace(this.#board, slotOf(sequence));
    this.#watchEmptiness();
    callHandler(
      handler,
      text,
      this.#start,
      requestId,
      (failed, answer, error) => {
        if (!this.#running || this.#sequence !== sequence) return;
        if (failed) this.#output.report('ERROR', `Invoke Error\t${describeError(error)}`);
        this.#answer(sequence, failed, answer);
        this.#next();
      },
      (then) => {
        this.#whenEmpty = then;
        this.#letPortGo();
      },
    );
  }

  #answer(sequence: number, failed: boolean, text: string): void {
    const slot = slotOf(sequence);
    this.#board.serviceMicros[slot] = (performance.now() - this.#startedAt) * 1000;
    Atomics.store(this.#board.states, slot, failed ? FAILED : RETURNED);
    this.#running = false;
    this.#whenEmpty = undefined;
    this.#holdPort();
    this.#port.postMessage(text);
  }

  #letPortGo(): void {
    this.#letGo = true;
    this.#port.unref();
  }

  #holdPort(): void {
    if (this.#letGo) this.#port.ref();
    this.#letGo = false;
  }

  /** Lets go of the port once an event has run for a while, so that a loop with nothing left ends in `beforeExit`. */
  #watchEmptiness(): void {
    if (this.#emptinessTimer !== undefined) return;
    this.#emptinessTimer = setTimeout(() => {
      this.#emptinessTimer = undefined;
      if (!this.#running) return;
      // Half of it is long enough, and timers may fire a little early.
      if (performance.now() - this.#startedAt < EMPTINESS_CHECK_MS / 2) this.#watchEmptiness();
      else this.#letPortGo();
    }, EMPTINESS_CHECK_MS).unref();
  }

  /**
   * Nothing is left that could still answer. A callback's answer was waiting for this; else runtimes with callbacks
   * answer null, and Node.js 24 exits with the code for a promise that never settles.
   */
  #onEmptyLoop(): void {
    this.#holdPort();
    if (!this.#running) return;
    const waiting = this.#whenEmpty;
    if (waiting !== undefined) waiting();
    else if (this.#callbacks) {
      this.#answer(this.#sequence, false, 'null');
      this.#next();
    } else process.exit(13);
  }
}
