import { randomUUID } from 'node:crypto';

import type { Deadline } from '../../core/ports.ts';
import { lazyRequestId, requestIds } from '../thread/board.ts';
import { NO_DEADLINES } from '../invocation/deadlines.ts';
import { initLimitMs, initTimeout, type Instance, type InstanceOwner, KILLED } from '../instance.ts';
import { type EventMessage, type Job, readFailure, type StreamPart } from '../invocation/job.ts';
import { readLogLine } from '../function-log-line.ts';
import { FunctionLines } from './function-lines.ts';
import { type GroupCommand, ProcessGroup } from './process-group.ts';
import type { ProcessProgram } from './process-program.ts';
import { RuntimeApi, type RuntimeApiHost } from './runtime-api.ts';
import { MAX_TIMEOUT_MS } from '../../core/stack/function.ts';

/** The time in milliseconds after which a running event counts as slow. Threads use the same value. */
const SLOW_AFTER_MS = 15;
/** The time in milliseconds for extensions to shut down. Lambda allows 2,000 ms if there are external extensions. */
const SHUTDOWN_MS = 300;
type Role = 'runtime' | 'extension';
const BYTES_PER_MB = 1024 * 1024;

export class ProcessInstance implements Instance, RuntimeApiHost {
  restingSince = performance.now();
  isDraining = false;
  answeredCount = 0;
  /** The load of a process is unknown. */
  readonly activeMs = undefined;
  readonly #program: ProcessProgram;
  readonly #owner: InstanceOwner;
  readonly #api: RuntimeApi;
  readonly #requestIdOf: (sequence: number) => string;
  readonly #lines: FunctionLines;
  readonly #seed = randomUUID();
  readonly #groups: ProcessGroup[] = [];
  #initMs: number | undefined;
  #job: Job | undefined;
  #sent = 0;
  #startedAt = 0;
  #startedMs = 0;
  #answerMs = 0;
  #hasAnswered = false;
  #isReady = false;
  #isEnding = false;
  #isOver = false;
  #initFailure: string | undefined;
  #deadline: Deadline | undefined;
  readonly #leaveMemory: (() => void)[] = [];
  #finishing: Promise<void> | undefined;

  constructor(program: ProcessProgram, owner: InstanceOwner) {
    this.#program = program;
    this.#owner = owner;
    this.#requestIdOf = requestIds(this.#seed);
    const { name, handler } = program.definition;
    this.#api = new RuntimeApi(this, { name, handler });
    this.#lines = new FunctionLines((stream, message) => {
      const requestId = this.#job === undefined ? undefined : this.#requestIdOf(this.#job.sequence);
      const read = program.definition.runtime.startsWith('nodejs') ? readLogLine(message) : undefined;
      this.#log(stream, requestId, message, undefined, read);
    });
    const limitMs = initLimitMs(program.definition.timeoutSeconds);
    this.#deadline = program.deadlines.after(limitMs, () => setImmediate(() => this.#checkInit()));
    void this.#open();
  }

  get load(): number {
    return this.#job === undefined || this.#hasAnswered ? 0 : 1;
  }

  get isStuck(): boolean {
    const isSlow = this.#job !== undefined && performance.now() - this.#startedAt >= SLOW_AFTER_MS;
    return this.isDraining || this.#isEnding || isSlow;
  }

  /**
   * Whether the instance accepts an event. A process fetches its events one by one, so it never gets a second event in
   * advance.
   */
  hasRoom(): boolean {
    return this.#job === undefined && !this.isStuck;
  }

  drain(): void {
    this.isDraining = true;
  }

  send(job: Job): void {
    job.sequence = this.#sent;
    if (job.sequence === 0) job.initMs = this.#initMs;
    this.#sent += 1;
    this.#job = job;
    this.#hasAnswered = false;
    this.#startedAt = performance.now();
    this.#startedMs = this.#program.deadlines.nowMs();
    this.#deadline ??= this.#watchDeadline(this.#timeoutMs);
    for (const group of this.#groups) this.#watchMemory(group);
    const { message } = job;
    const { definition, deadlines } = this.#program;
    const sent: Exclude<EventMessage, string> = typeof message === 'string' ? { event: message } : message;
    this.#api.deliver({
      requestId: this.#requestIdOf(job.sequence),
      payload: sent.event,
      clientContext: sent.clientContext,
      deadlineMs: Date.now() + (deadlines === NO_DEADLINES ? MAX_TIMEOUT_MS : this.#timeoutMs),
      functionArn: sent.invoked?.arn ?? definition.arn,
      functionVersion: sent.invoked?.version,
      traceHeader: job.traceHeader,
      clockOffsetMs: this.#clockOffsetMs,
    });
  }

  async end(): Promise<void> {
    const wasEnding = this.#isEnding;
    this.#isEnding = true;
    if (!wasEnding && this.#isReady && this.#api.extensions.wantShutdown) {
      const deadlineMs = Date.now() + SHUTDOWN_MS;
      this.#api.extensions.send({ eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs });
      await new Promise((resolve) => setTimeout(resolve, SHUTDOWN_MS));
    }
    await Promise.all(this.#groups.map((group) => group.end()));
    await this.#finish();
  }

  /** Does nothing, because `group-memory.ts` watches the size of the process. */
  endIfTooLarge(): Promise<void> {
    return Promise.resolve();
  }

  onIdle(): void {
    if (this.#isEnding) return;
    if (!this.#isReady) {
      this.#isReady = true;
      this.#initMs = performance.now() - this.restingSince;
      this.#rest();
      this.#owner.onReady(this);
      return;
    }
    if (this.#job === undefined || !this.#hasAnswered) return;
    this.#job = undefined;
    this.#rest();
    this.#owner.onAnswer(this, this.#answerMs);
  }

  onReturned(text: string): void {
    this.#answer((job) => job.returned(text, lazyRequestId(this.#requestIdOf, job.sequence)));
  }

  onPart({ bytes, acknowledge, contentType }: StreamPart): void {
    const job = this.#job;
    if (job === undefined) acknowledge(bytes.length);
    else
      job.receive({
        bytes,
        acknowledge,
        contentType,
        requestId: lazyRequestId(this.#requestIdOf, job.sequence),
      });
  }

  onFailed(payload: string): void {
    this.#answer((job) => job.settle(readFailure(payload, lazyRequestId(this.#requestIdOf, job.sequence))));
  }

  onInitFailed(payload: string): void {
    this.#initFailure ??= payload;
  }

  onLoaded(files: readonly string[]): void {
    this.#program.noteLoaded?.(files);
  }

  onHeld(isHeld: boolean): void {
    this.#program.hold?.(this, isHeld && !this.#isOver);
  }

  /** Sends the response one turn of the event loop later, so that any output before the response is logged first. */
  #answer(say: (job: Job) => void): void {
    const job = this.#job;
    if (job === undefined || this.#hasAnswered) return;
    this.#hasAnswered = true;
    this.#answerMs = performance.now() - this.#startedAt;
    this.answeredCount += 1;
    if (this.answeredCount === 1) job.initMs = this.#initMs;
    setImmediate(() => say(job));
  }

  async #open(): Promise<void> {
    try {
      const port = await this.#api.listen();
      const own = { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`, GATEWRIGHT_SEED: this.#seed };
      const { runtime, extensions } = this.#program;
      for (const extension of extensions) this.#start('extension', extension, own);
      await this.#api.extensions.registered(extensions.length);
      this.#start('runtime', runtime, own);
    } catch (error) {
      this.#onFailure(error instanceof Error ? error : new Error(String(error)));
    }
    if (this.#isOver) this.#api.close();
  }

  #start(role: Role, command: GroupCommand, own: Readonly<Record<string, string>>): void {
    if (this.#isEnding) return;
    const { keeper } = this.#program;
    const environment = { ...command.environment, ...own };
    const group = new ProcessGroup({ ...command, environment }, keeper, keeper.mark(), {
      onOutput: (stream, chunk) => this.#lines.take(stream, chunk),
      onExit: (reason) => void this.#onExit(role, reason),
      onFailure: (error) => this.#onFailure(error),
    });
    this.#groups.push(group);
    this.#watchMemory(group);
  }

  #watchMemory({ id }: ProcessGroup): void {
    if (id === undefined) return;
    const limitBytes = this.#program.memoryLimitMb * BYTES_PER_MB;
    const onTooLarge = (): void => this.#onTooLarge();
    this.#leaveMemory.push(this.#program.memory.watch({ id, limitBytes, onTooLarge }));
  }

  /** Stops the deadline and the memory watch while the instance is idle. */
  #rest(): void {
    this.#clearDeadline();
    for (const leave of this.#leaveMemory.splice(0)) leave();
  }

  #onTooLarge(): void {
    if (this.#isEnding) return;
    this.#failUnanswered('Runtime.OutOfMemory', KILLED);
    this.#kill();
  }

  #onFailure(error: NodeJS.ErrnoException): void {
    this.#isEnding = true;
    const reason = error.code === undefined ? error.message : `fork/exec ${error.path ?? ''}: ${error.code}`;
    this.#failUnanswered('Runtime.InvalidEntrypoint', reason);
    void this.#finish();
  }

  async #onExit(role: Role, reason: string | undefined): Promise<void> {
    if (this.#isOver) return;
    this.#isEnding = true;
    this.#lines.flush();
    const type = role === 'extension' ? 'Extension.Crash' : 'Runtime.ExitError';
    const message =
      reason === undefined
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: ${reason}`;
    this.#failUnanswered(type, message);
    await this.#finish();
  }

  #finish(): Promise<void> {
    this.#finishing ??= this.#endAll();
    return this.#finishing;
  }

  async #endAll(): Promise<void> {
    this.#isOver = true;
    this.#isEnding = true;
    this.onHeld(false);
    this.#rest();
    await Promise.all(this.#groups.map((group) => group.end()));
    this.#lines.flush();
    this.#api.close();
    const job = this.#job;
    const rest = job !== undefined && !this.#api.hasStarted && !job.isSettled ? [job] : [];
    if (rest.length === 0) this.#failUnanswered('Runtime.ExitError', KILLED);
    this.#job = undefined;
    this.#owner.onEnd(this, rest, this.#isReady ? undefined : this.#initFailure);
  }

  /** Fails the running event. If the instance is not ready yet, its start fails. */
  #failUnanswered(errorType: string, reason: string): void {
    const requestId = this.#requestIdOf(this.#job?.sequence ?? 0);
    const errorMessage = `RequestId: ${requestId} Error: ${reason}`;
    if (!this.#isReady) {
      this.#initFailure ??= JSON.stringify({ errorType, errorMessage });
      return;
    }
    const job = this.#job;
    if (job === undefined || !this.#api.hasStarted || this.#hasAnswered) return;
    this.#hasAnswered = true;
    this.#log('stderr', requestId, reason, 'ERROR');
    job.fail(errorType, errorMessage, () => requestId);
  }

  #kill(): void {
    this.#isEnding = true;
    for (const group of this.#groups) void group.kill();
  }

  get #timeoutMs(): number {
    return this.#program.definition.timeoutSeconds * 1000;
  }

  #watchDeadline(ms: number): Deadline {
    return this.#program.deadlines.after(ms, () => setImmediate(() => this.#checkDeadline()));
  }

  /**
   * Checks the timeout. As in Lambda, an event ends when the runtime requests the next event, which may be after the
   * response.
   */
  #checkDeadline(): void {
    this.#deadline = undefined;
    if (this.#job === undefined || this.#isOver) return;
    const left = this.#startedMs + this.#timeoutMs - this.#program.deadlines.nowMs();
    if (left > 0) {
      this.#deadline = this.#watchDeadline(left);
      return;
    }
    const seconds = this.#program.definition.timeoutSeconds.toFixed(2);
    this.#failUnanswered('Sandbox.Timedout', `Task timed out after ${seconds} seconds`);
    this.#kill();
  }

  #checkInit(): void {
    if (this.#isReady || this.#isOver) return;
    this.#initFailure ??= initTimeout(this.#requestIdOf(0), this.#program.definition.timeoutSeconds);
    this.#kill();
    if (this.#groups.length === 0) void this.#finish();
  }

  #clearDeadline(): void {
    this.#deadline?.clear();
    this.#deadline = undefined;
  }

  #log(
    stream: 'stdout' | 'stderr',
    requestId: string | undefined,
    message: string,
    level?: 'ERROR',
    read?: ReturnType<typeof readLogLine>,
  ): void {
    const { definition, log } = this.#program;
    const epochMs = Date.now() + this.#clockOffsetMs;
    const line = { functionName: definition.name, level, stream, requestId, epochMs, message, ...read };
    log(line);
    this.#job?.hear?.(line);
  }

  get #clockOffsetMs(): number {
    return new Float64Array(this.#program.clockOffset)[0] ?? 0;
  }
}
