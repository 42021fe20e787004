/** An instance that is a worker thread. It runs its events one at a time, in order. */
import { randomUUID } from 'node:crypto';
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';

import {
  type Board,
  createBoard,
  FAILED,
  IGNORED,
  lazyRequestId,
  requestIds,
  REVOKED,
  sendEvents,
  SLOTS,
  slotOf,
  STARTED,
  UNSETTLED,
  WAITING,
  writeTrace,
} from './board.ts';
import { initLimitMs, initTimeout, type Instance, type InstanceOwner, KILLED } from '../instance.ts';
import { type InstanceReport, type PartReceipt, readInstanceReport } from './instance-start.ts';
import { type EventMessage, type Job, readFailure } from '../invocation/job.ts';
import type { FunctionLogLine } from '../function-log-line.ts';
import { makeLogStream } from './log-stream.ts';
import { memoryLimitMb, startThread, type ThreadProgram } from './start-thread.ts';
import type { TextChannel } from './text-channel.ts';
import { isDraining, isEnding, nextState, type ThreadState } from './thread-state.ts';
import type { Deadline, NullBy } from '../../core/ports.ts';

/**
 * The running time of an event in milliseconds after which the events that wait behind it are taken back
 * (docs/design/hot-path §3).
 */
const TAKE_BACK_AFTER_MS = 15;

/**
 * The number of unanswered events up to which the instance is woken for each event. For all further events of one turn
 * of the event loop together, the instance is woken only once, because waking it costs as much as building an event.
 */
const WOKEN_AT_ONCE = 2;

/** The states in which Lambda itself responded with null. */
const NULL_BY: ReadonlyMap<number, NullBy> = new Map([
  [UNSETTLED, 'pending'],
  [IGNORED, 'ignored'],
]);
const BYTES_PER_MB = 1024 * 1024;
/** The memory of a thread that ended before its memory could be measured. */
const NOTHING_HELD = { used_heap_size: 0, external_memory: 0 };

type Head = {
  /**
   * `failed` means that the response has been sent, but that the event remains the first of the instance's events until
   * the thread has ended.
   */
  state: 'running' | 'failed';
  since: number;
  /** The start time on the deadlines' clock. */
  startedMs: number;
};

export class ThreadInstance implements Instance {
  /** The time at which the instance last became idle or started, by `performance.now()`. */
  restingSince = performance.now();
  answeredCount = 0;
  /**
   * The time in milliseconds from the start of the thread until the function had loaded; undefined until the instance
   * is ready.
   */
  initMs: number | undefined = undefined;
  readonly program: ThreadProgram;
  readonly #owner: InstanceOwner;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #reports: MessagePort;
  readonly #board: Board = createBoard();
  readonly #events: TextChannel<EventMessage, string>;
  readonly #timeoutMs: number;
  readonly #requestIdOf: (sequence: number) => string;
  /**
   * The events that were given to the instance and have no response yet, oldest first. The first of them is running.
   */
  #handed: Job[] = [];
  readonly #head: Head = { state: 'running', since: 0, startedMs: 0 };
  #sent = 0;
  /** Whether the instance will be woken at the end of this turn of the event loop. */
  #isWakeDue = false;
  /** One more than the number of the last event with a response. Slots before this number are free. */
  #passed = 0;
  readonly #logStream = makeLogStream();
  #state: ThreadState = 'starting';
  #initFailure: string | undefined;
  #takeBackTimer: NodeJS.Timeout | undefined;
  #deadline: Deadline | undefined;

  constructor(program: ThreadProgram, owner: InstanceOwner) {
    this.program = program;
    this.#owner = owner;
    this.#timeoutMs = program.definition.timeoutSeconds * 1000;
    const events = new MessageChannel();
    const reports = new MessageChannel();
    this.#port = events.port1;
    this.#events = sendEvents(this.#board, events.port1);
    this.#reports = reports.port1;
    const requestIdSeed = randomUUID();
    this.#requestIdOf = requestIds(requestIdSeed);
    const named = { requestIdSeed, logStreamName: this.#logStream };
    this.#worker = startThread(program, events.port2, reports.port2, this.#board, named);
    this.#reports.on('message', this.#hearReport);
    this.#worker.on('error', (error: unknown) => this.#onCrash(error));
    this.#worker.on('exit', (code) => this.#onExit(code));
    this.#events.listen(() => this.#takeAnswers());
    const limitMs = initLimitMs(program.definition.timeoutSeconds);
    this.#deadline = program.deadlines.after(limitMs, () => setImmediate(() => this.#checkInit()));
    program.debugging?.follow(this.#worker, program.built.code);
    this.#catchRawOutput();
  }

  get load(): number {
    return this.#handed.length - (this.#head.state === 'failed' ? 1 : 0);
  }

  get activeMs(): number {
    return this.#worker.performance.eventLoopUtilization().active;
  }

  /**
   * Whether no further event may be queued at this instance. This is the case if its event has run too long, or if the
   * instance is about to end.
   */
  get isStuck(): boolean {
    return (
      this.isDraining ||
      (this.#handed.length > 0 && performance.now() - this.#head.since >= TAKE_BACK_AFTER_MS)
    );
  }

  get isDraining(): boolean {
    return isDraining(this.#state);
  }

  drain(): void {
    this.#enter('draining');
  }

  get #hasLoaded(): boolean {
    return this.initMs !== undefined;
  }

  #enter(wanted: ThreadState): void {
    this.#state = nextState(this.#state, wanted);
  }

  hasRoom(window: number): boolean {
    return this.#handed.length < window && this.#sent - this.#passed < SLOTS - 1 && !this.isStuck;
  }

  send(job: Job): void {
    job.sequence = this.#sent++;
    const slot = slotOf(job.sequence);
    writeTrace(this.#board, slot, job.traceHeader);
    Atomics.store(this.#board.states, slot, WAITING);
    if (this.#handed.push(job) === 1) this.#startHead();
    else this.#takeBackTimer ??= this.#watchHead(TAKE_BACK_AFTER_MS);
    this.#events.put(job.message);
    if (this.#handed.length <= WOKEN_AT_ONCE) this.#events.wake();
    else if (!this.#isWakeDue) {
      this.#isWakeDue = true;
      setImmediate(this.#wake);
    }
  }

  readonly #wake = (): void => {
    this.#isWakeDue = false;
    this.#events.wake();
  };

  end(): Promise<unknown> {
    this.#enter('ending');
    const ended = this.#worker.terminate();
    this.program.debugging?.letGo(this.#worker);
    return ended;
  }

  /**
   * Kills the instance if it uses more than `MemorySize`, as in Lambda. V8 interrupts even an endless loop to measure
   * the memory.
   */
  async endIfTooLarge(): Promise<void> {
    if (isEnding(this.#state)) return;
    const { used_heap_size: heap, external_memory: outside } = await this.#worker
      .getHeapStatistics()
      .catch(() => NOTHING_HELD);
    if (heap + outside <= memoryLimitMb(this.program) * BYTES_PER_MB) return;
    const [head] = this.#handed;
    if (head !== undefined && !head.isSettled) this.#failHead(head, 'Runtime.OutOfMemory', KILLED);
    void this.end();
  }

  #startHead(): void {
    this.#head.since = performance.now();
    this.#head.startedMs = this.program.deadlines.nowMs();
    this.#deadline ??= this.#watchDeadline(this.#timeoutMs);
  }

  readonly #hearReport = (message: unknown): void => this.#onReport(readInstanceReport(message));

  #takeAnswers(): void {
    for (let text = this.#events.take(); text !== undefined; text = this.#events.take()) this.#onAnswer(text);
  }

  #onReport(report: InstanceReport): void {
    if (report.kind === 'line') {
      Atomics.sub(this.#board.unreadLines, 0, 1);
      const { level, stream, requestId, epochMs, message } = report;
      const line = this.#log({ level, stream, requestId, epochMs, message });
      for (const job of this.#handed)
        if (job.hear !== undefined && this.#requestIdOf(job.sequence) === requestId) job.hear(line);
    } else if (report.kind === 'part') {
      Atomics.sub(this.#board.unreadLines, 0, 1);
      this.#onPart(report);
    } else if (report.kind === 'loaded') {
      this.program.noteLoaded?.(report.files);
    } else if (report.kind === 'init-failed') {
      this.#initFailure = report.payload;
      void this.end();
    } else if (!isEnding(this.#state)) {
      this.#enter('ready');
      this.initMs = performance.now() - this.restingSince;
      const [head] = this.#handed;
      if (head?.sequence === 0) head.initMs = this.initMs;
      this.#deadline?.clear();
      this.#deadline = undefined;
      this.#owner.onReady(this);
    }
  }

  /**
   * Passes a part to the stream of its event. The event is found by its number, because the thread may already stream
   * the next response while the last response is still being read.
   */
  #onPart({ sequence, bytes: sent, contentType }: Extract<InstanceReport, { kind: 'part' }>): void {
    const bytes = Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength);
    const job = this.#handed.find((one) => one.sequence === sequence);
    if (job === undefined) return;
    const acknowledge = (count: number): void => {
      const receipt: PartReceipt = { sequence, bytes: count };
      this.#reports.postMessage(receipt);
    };
    job.receive({ bytes, acknowledge, contentType, requestId: lazyRequestId(this.#requestIdOf, sequence) });
  }

  #onAnswer(text: string): void {
    // Log lines and stream parts that the function sent before its response are handled before the response.
    if (Atomics.load(this.#board.unreadLines, 0) > 0) drain(this.#reports, this.#hearReport);
    const job = this.#dropHead();
    if (job === undefined) return;
    const slot = slotOf(job.sequence);
    this.#passed = job.sequence + 1;
    this.answeredCount += 1;
    if (this.answeredCount === 1) job.initMs = this.initMs;
    const state = Atomics.load(this.#board.states, slot);
    const requestId = lazyRequestId(this.#requestIdOf, job.sequence);
    if (state === FAILED) job.settle(readFailure(text, requestId));
    else job.returned(text, requestId, NULL_BY.get(state));
    if (this.#handed.length > 0) this.#startHead();
    this.#owner.onAnswer(this, (this.#board.serviceMicros[slot] ?? 0) / 1000);
  }

  /**
   * Starts the timer that checks how long the first event has run. One timer is enough for all events. When it fires
   * too early, it waits for the remaining time.
   */
  #watchHead(ms: number): NodeJS.Timeout {
    // Responses that have already arrived are read before the check, because otherwise a late turn of the event loop
    // would look like a slow function.
    return setTimeout(() => setImmediate(() => this.#checkHead()), ms).unref();
  }

  #checkHead(): void {
    this.#takeBackTimer = undefined;
    if (this.#handed.length < 2 || this.#state === 'over') return;
    const ran = performance.now() - this.#head.since;
    if (ran < TAKE_BACK_AFTER_MS) {
      this.#takeBackTimer = this.#watchHead(TAKE_BACK_AFTER_MS - ran);
      return;
    }
    this.#owner.onTakenBack(this, this.#takeBack(1), ran);
  }

  /**
   * Takes back the events from position `first` on that have not started. The thread may start an event at the same
   * time, so a compare-and-set decides for each event whether the gateway or the thread gets it.
   */
  #takeBack(first: number): Job[] {
    const kept = this.#handed.slice(0, first);
    const revoked: Job[] = [];
    for (const job of this.#handed.slice(first)) {
      const slot = slotOf(job.sequence);
      const state = Atomics.compareExchange(this.#board.states, slot, WAITING, REVOKED);
      if (state === WAITING) revoked.push(job);
      else kept.push(job);
    }
    this.#handed = kept;
    return revoked;
  }

  #watchDeadline(ms: number): Deadline {
    return this.program.deadlines.after(ms, () => setImmediate(() => this.#checkDeadline()));
  }

  #checkDeadline(): void {
    this.#deadline = undefined;
    const [head] = this.#handed;
    if (head === undefined || this.#state === 'over') return;
    const left = this.#head.startedMs + this.#timeoutMs - this.program.deadlines.nowMs();
    if (left > 0) {
      this.#deadline = this.#watchDeadline(left);
      return;
    }
    const seconds = this.program.definition.timeoutSeconds.toFixed(2);
    this.#failHead(head, 'Sandbox.Timedout', `Task timed out after ${seconds} seconds`);
    void this.end();
  }

  #checkInit(): void {
    if (this.#hasLoaded || this.#state === 'over') return;
    this.#initFailure = initTimeout(this.#requestIdOf(0), this.program.definition.timeoutSeconds);
    void this.end();
  }

  #failHead(head: Job, errorType: string, reason: string): void {
    this.#head.state = 'failed';
    const requestId = this.#requestIdOf(head.sequence);
    this.#log({
      level: 'ERROR',
      stream: 'stderr',
      requestId,
      epochMs: this.#nowEpochMs(),
      message: reason,
    });
    head.fail(errorType, `RequestId: ${requestId} Error: ${reason}`, () => requestId);
  }

  #onCrash(error: unknown): void {
    const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    const [type, reason] = isMemory
      ? ['Runtime.OutOfMemory', KILLED]
      : ['Runtime.ExitError', `Runtime exited with error: ${String(error)}`];
    this.#failUnanswered(type, reason);
  }

  #onExit(code: number): void {
    this.#enter('ending');
    // The thread may have ended before its last response was read, so pending messages are read now.
    drain(this.#reports, this.#hearReport);
    this.#events.receiveAll();
    this.#takeAnswers();
    this.#enter('over');
    // In Lambda, the runtime is a process, whose status is the lowest byte of the code.
    const status = code & 0xff;
    const reason =
      status === 0
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: exit status ${status}`;
    this.#failUnanswered('Runtime.ExitError', reason);
    const rest = this.#takeBack(0);
    clearTimeout(this.#takeBackTimer);
    this.#deadline?.clear();
    this.#port.close();
    this.#reports.close();
    this.#owner.onEnd(this, rest, this.#hasLoaded ? undefined : this.#initFailure);
  }

  #failUnanswered(errorType: string, reason: string): void {
    if (!this.#hasLoaded) {
      const errorMessage = `RequestId: ${this.#requestIdOf(0)} Error: ${reason}`;
      this.#initFailure ??= JSON.stringify({ errorType, errorMessage });
      return;
    }
    const [head] = this.#handed;
    if (head === undefined) return;
    if (Atomics.load(this.#board.states, slotOf(head.sequence)) !== STARTED) {
      // The caller gets the failure at once, because another instance would also crash before its first event.
      if (this.#initFailure !== undefined && this.answeredCount === 0) {
        head.settle(readFailure(this.#initFailure, lazyRequestId(this.#requestIdOf, head.sequence)));
        this.#dropHead();
      }
      return;
    }
    if (!head.isSettled) this.#failHead(head, errorType, reason);
    this.#dropHead();
  }

  #dropHead(): Job | undefined {
    this.#head.state = 'running';
    return this.#handed.shift();
  }

  #log(line: Omit<FunctionLogLine, 'functionName' | 'logStream'>): FunctionLogLine {
    const named = { functionName: this.program.definition.name, logStream: this.#logStream, ...line };
    this.program.log(named);
    return named;
  }

  #nowEpochMs(): number {
    return Date.now() + (new Float64Array(this.program.clockOffset)[0] ?? 0);
  }

  #catchRawOutput(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#worker[stream].on('data', (chunk: Buffer) => {
        const message = chunk.toString().trimEnd();
        this.#log({ level: undefined, stream, requestId: undefined, epochMs: this.#nowEpochMs(), message });
      });
    }
  }
}

/** Reads the pending messages at once, instead of in the next turn of the event loop. */
function drain(port: MessagePort, hear: (message: unknown) => void): void {
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received === undefined) return;
    hear(received.message);
  }
}
