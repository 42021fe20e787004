/**
 * Handles asynchronous invocations (docs/aws §18.1). Lambda puts each event into its own queue and then invokes the
 * function. By default, a failed invocation is retried twice, unless the event has become too old. The result goes to
 * the function's destination, and an event whose invocations have all failed also goes to the function's dead-letter
 * queue.
 */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { afterFailure, afterThrottle, DEFAULT_ASYNC } from '../../kernel/delivery/retries.ts';
import type { AsyncSettings, Verdict } from '../../kernel/delivery/retries.ts';
import type { InvocationResult, InvokeOptions } from '../../core/ports.ts';
import { describeRun } from '../../kernel/describe-run.ts';
import type { NextTry } from '../../kernel/event-step.ts';
import { destinationRecord, type EventEnd, failureAttributes } from '../../kernel/destination-record.ts';
import { describeLoss, type EventPorts, type EventTargets, RUN_TIMED_OUT } from '../../kernel/event-ports.ts';
import { LONGEST_RUN_MS } from '../../core/stack/function.ts';

export type AsyncConfig = AsyncSettings & {
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
  readonly deadLetterArn?: string | undefined;
};

type AsyncEvent = {
  readonly functionName: string;
  readonly qualifier?: string | undefined;
  readonly payload: string;
  readonly options?: InvokeOptions | undefined;
};

type Pending = AsyncEvent & {
  readonly id: string;
  readonly acceptedAt: number;
  failures: number;
  throttles: number;
};

/**
 * The maximum number of events that wait for all functions together, and the maximum number of characters in these
 * events. Further events are refused, in the same way as throttled events.
 */
const MAX_EVENTS = 100_000;
const MAX_CHARACTERS = 256 * 1024 * 1024;
const MAX_RUNNING = 64;
const PREFIX = 'async/';

type AsyncOptions = EventPorts & {
  readonly targets: EventTargets;
  readonly configOf: (functionName: string, qualifier: string | undefined) => AsyncConfig | undefined;
  readonly arnOf: (functionName: string) => string;
};

export class AsyncInvocations {
  readonly #options: AsyncOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #ready = new Map<string, (() => void)[]>();
  readonly #running = new Map<string, number>();
  #characters = 0;

  constructor(options: AsyncOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Adds an event to the queue. Returns false if the queue is full. */
  accept(event: AsyncEvent, id = this.#options.random.uuid()): boolean {
    if (this.#pending.size >= MAX_EVENTS || this.#characters + event.payload.length > MAX_CHARACTERS)
      return false;
    const now = this.#options.clock.nowEpochMs();
    const at = this.#options.arnOf(event.functionName);
    this.#options.journal.accept({ kind: 'accepted', at, id, what: 'invocation' });
    this.#start({ ...event, id, acceptedAt: now, failures: 0, throttles: 0 }, now);
    return true;
  }

  /** Restores the events of an earlier run with their original times. */
  restore(): void {
    const now = this.#options.clock.nowEpochMs();
    for (const [, value] of this.#options.kept.list(PREFIX)) {
      const pending = readPending(value);
      if (pending !== undefined && !this.#pending.has(pending.id)) this.#start(pending, now);
    }
  }

  clear(): void {
    for (const id of this.#pending.keys()) this.#options.kept.delete(PREFIX + id);
    this.#pending.clear();
    this.#ready.clear();
    this.#characters = 0;
  }

  #start(pending: Pending, now: number): void {
    this.#pending.set(pending.id, pending);
    this.#characters += pending.payload.length;
    this.#keep(pending);
    this.#enqueue(pending, now);
  }

  #keep({ options, ...pending }: Pending): void {
    const clientContext = options?.clientContext;
    this.#options.kept.put(PREFIX + pending.id, {
      ...pending,
      ...(clientContext === undefined ? {} : { clientContext }),
    });
  }

  #enqueue(pending: Pending, dueMs: number): void {
    const { functionName } = pending;
    const { journal } = this.#options;
    const run = (): void => {
      this.#running.set(functionName, (this.#running.get(functionName) ?? 0) + 1);
      this.#options.work.track(
        () =>
          journal
            .within(this.#causeOf(pending), () => this.#run(pending, dueMs))
            .finally(() => this.#finished(functionName)),
        (fault) => this.#options.report(`an event for ${functionName} failed: ${String(fault)}`),
      );
    };
    if ((this.#running.get(functionName) ?? 0) < MAX_RUNNING) run();
    else {
      const ready = this.#ready.get(functionName);
      if (ready === undefined) this.#ready.set(functionName, [run]);
      else ready.push(run);
    }
  }

  #finished(functionName: string): void {
    const running = (this.#running.get(functionName) ?? 1) - 1;
    if (running === 0) this.#running.delete(functionName);
    else this.#running.set(functionName, running);
    const waiting = this.#ready.get(functionName);
    const next = waiting?.shift();
    if (waiting?.length === 0) this.#ready.delete(functionName);
    next?.();
  }

  /**
   * Runs one attempt to invoke the function.
   * @param dueMs the time when this attempt was due. Retry delays start at this time, so that a clock jump does not
   * skip a retry
   */
  async #run(pending: Pending, dueMs: number): Promise<void> {
    const { invoker, clock, journal } = this.#options;
    const { functionName, payload, options } = pending;
    const config = this.#configOf(pending);
    if (dueMs - pending.acceptedAt > config.maxAgeMs)
      return this.#end(pending, { condition: 'EventAgeExceeded' });
    const startedMs = clock.monotonicMs();
    const traceHeader = journal.trace(this.#causeOf(pending), [pending.id]);
    const call = { functionName, payload, traceHeader, timeoutMs: LONGEST_RUN_MS };
    const qualified = pending.qualifier === undefined ? call : { ...call, qualifier: pending.qualifier };
    const result = await invoker.invoke(options === undefined ? qualified : { ...qualified, options });
    const endedMs = dueMs + Math.max(0, clock.monotonicMs() - startedMs);
    if (result.kind === 'returned') {
      this.#noteRun(pending, result, undefined);
      return this.#end(pending, { condition: 'Success', result });
    }
    this.#options.report(`an event for ${functionName} failed: ${describe(result)}`);
    // Retries are pointless if a reload has removed the function, or if 0 executions are reserved for it.
    if (result.kind === 'refused' && (result.reason !== 'throttled' || result.isTurnedOff === true)) {
      this.#noteRun(pending, result, { kind: 'none' });
      return this.#end(pending, { condition: 'RetriesExhausted', result });
    }
    this.#next(pending, config, result, endedMs);
  }

  #next(pending: Pending, config: AsyncConfig, result: InvocationResult, endedMs: number): void {
    let verdict: Verdict;
    if (result.kind === 'failed') {
      pending.failures += 1;
      pending.throttles = 0;
      verdict = afterFailure(pending, config, endedMs);
    } else {
      pending.throttles += 1;
      verdict = afterThrottle(pending, config, endedMs);
    }
    this.#noteRun(
      pending,
      result,
      verdict.kind === 'again' ? { kind: 'again', atEpochMs: verdict.at } : { kind: 'none' },
    );
    if (verdict.kind === 'again') {
      this.#keep(pending);
      this.#options.agenda.at(verdict.at, (due) => this.#enqueue(pending, due));
      return;
    }
    const end = { condition: verdict.condition, result };
    this.#options.work.track(
      () => this.#end(pending, end),
      (fault) => this.#options.report(`an event for ${pending.functionName} failed: ${String(fault)}`),
    );
  }

  #causeOf({ id }: Pending): string {
    const { journal } = this.#options;
    const known = journal.causeOf(id);
    if (known !== undefined) return known;
    // An event of an earlier run.
    const cause = journal.begin();
    journal.remember(id, cause);
    return cause;
  }

  #noteRun(pending: Pending, result: InvocationResult, next: NextTry | undefined): void {
    const { functionName, payload, failures, throttles } = pending;
    const tries = result.kind === 'returned' ? failures + 1 : failures + throttles;
    const run = describeRun(result, payload);
    this.#options.journal.note(
      { ...run, functionName, from: undefined, records: 1, tries, next },
      this.#causeOf(pending),
    );
  }

  async #end(pending: Pending, end: EventEnd): Promise<void> {
    const { targets, clock, arnOf, kept, report, journal } = this.#options;
    const config = this.#configOf(pending);
    const arn = end.condition === 'Success' ? config.onSuccess : config.onFailure;
    const tries = pending.failures + (end.condition === 'Success' ? 1 : 0);
    const event = { ...pending, arn: arnOf(pending.functionName), tries };
    const cause = this.#causeOf(pending);
    const ended = { kind: 'ended', from: event.arn, condition: end.condition } as const;
    if (end.condition !== 'Success' && arn === undefined && config.deadLetterArn === undefined)
      journal.note({ ...ended, as: 'dropped' }, cause);
    if (arn !== undefined) {
      const record = destinationRecord(event, end, clock.nowEpochMs());
      const outcome = await targets.send(arn, JSON.stringify(record), {
        source: 'lambda',
        detailType: `Lambda Function Invocation Result - ${end.condition === 'Success' ? 'Success' : 'Failure'}`,
        resources: [`${event.arn}:${pending.qualifier ?? '$LATEST'}`],
      });
      const loss = describeLoss(outcome);
      journal.note({ ...ended, as: 'destination', to: arn, loss }, cause);
      if (loss !== undefined)
        report(`the destination ${arn} of ${pending.functionName} did not receive the record: ${loss}`);
    }
    if (end.condition !== 'Success' && config.deadLetterArn !== undefined) {
      const attributes = failureAttributes(pending.id, end);
      const outcome = await targets.send(config.deadLetterArn, pending.payload, { attributes });
      const loss = describeLoss(outcome);
      journal.note({ ...ended, as: 'dead-letter queue', to: config.deadLetterArn, loss }, cause);
      if (loss !== undefined)
        report(
          `the dead-letter queue ${config.deadLetterArn} of ${pending.functionName} did not receive the event: ${loss}`,
        );
    }
    if (this.#pending.delete(pending.id)) this.#characters -= pending.payload.length;
    kept.delete(PREFIX + pending.id);
  }

  #configOf({ functionName, qualifier }: AsyncEvent): AsyncConfig {
    return this.#options.configOf(functionName, qualifier) ?? DEFAULT_ASYNC;
  }
}

function describe(result: Exclude<InvocationResult, { kind: 'returned' }>): string {
  switch (result.kind) {
    case 'failed':
      return `${result.errorType}: ${result.errorMessage}`;
    case 'timed-out':
      return RUN_TIMED_OUT;
    case 'refused':
      return result.message;
  }
}

function readPending(value: UnknownMembers): Pending | undefined {
  const { id, functionName, qualifier, payload, acceptedAt, failures, clientContext } = value;
  if (typeof id !== 'string' || typeof functionName !== 'string' || typeof payload !== 'string')
    return undefined;
  return {
    id,
    functionName,
    payload,
    throttles: 0,
    ...(typeof qualifier === 'string' ? { qualifier } : {}),
    ...(typeof clientContext === 'string' ? { options: { clientContext, onLine: undefined } } : {}),
    acceptedAt: Number(acceptedAt),
    failures: Number(failures),
  };
}
