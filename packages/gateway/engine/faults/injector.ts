/** Applies the rules to requests. It delays requests, responds instead of integrations, and breaks replies off. */
import type { Mapped, Received, Reply } from '../../core/exchange.ts';
import type { FaultInjector } from '../../core/fault-injection.ts';
import type { Outcome, Sendable } from '../../core/phases/integrate.ts';
import type { Clock, Random, ByteStream, InvocationResult } from '../../core/ports.ts';
import type { Injected, Trail } from '../../core/trail.ts';
import { breakReplyOff } from './break-reply-off.ts';
import type { FaultRules, RequestFault } from './fault-rules.ts';
import type { TableAnswer } from './model.ts';

type InjectorPorts = {
  readonly clock: Pick<Clock, 'nowEpochMs'>;
  readonly random: Pick<Random, 'uuid'>;
  wait(ms: number): Promise<void>;
  /** Makes the function use a new instance for its next event. */
  renew(functionName: string): void;
  /** Returns the function's own timeout; undefined for an unknown function. */
  timeoutOf(functionName: string): number | undefined;
  report(message: string): void;
};

/**
 * The maximum number of requests that are delayed at the same time. Each delayed request takes memory, and continues to
 * wait even after its client has left.
 */
const MOST_DELAYED = 1000;

type Chosen = ReturnType<FaultRules['ofRequest']>;
type Delayed = { readonly waitedMs: number; readonly late?: Outcome };

export class RuleInjector implements FaultInjector {
  readonly #rules: FaultRules;
  readonly #at: InjectorPorts;
  /** The requests in flight, by the function whose response they wait for. */
  readonly #waiting = new Map<string, Set<Trail>>();
  #delayed = 0;

  constructor(rules: FaultRules, at: InjectorPorts) {
    this.#rules = rules;
    this.#at = at;
  }

  async integrate(
    mapped: Mapped,
    trail: Trail,
    send: (sent: Sendable) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { outgoing, payload, traceHeader, stage } = mapped;
    const call = callOf(mapped);
    const chosen = this.#choose(mapped, call);
    const { waitedMs, late } = await this.#delay(chosen, call, trail);
    if (late !== undefined) return late;
    const answering = chosen.flatMap(({ by, fault }) => (isAnswering(fault) ? [{ by, fault }] : []))[0];
    const met = chosen.filter(({ fault }) => !isAnswering(fault) || fault === answering?.fault);
    this.#note(met, call, trail);
    const sent = { outgoing: withLessTime(outgoing, waitedMs), payload, traceHeader, stage };
    if (answering === undefined) return this.#run(call, trail, () => send(sent));
    if ('callsIntegration' in answering.fault && answering.fault.callsIntegration) {
      const dropped = await this.#run(call, trail, () => send(sent));
      if (dropped.kind === 'streams') dropped.body.cancel();
    }
    return outcomeOf(answering, outgoing, this.#at.random.uuid());
  }

  breakOff(received: Received, reply: Reply, trail: Trail): void {
    const { injected } = trail;
    if (injected?.breaksOff !== undefined)
      breakReplyOff(reply, injected, injected.breaksOff, received.method);
  }

  /**
   * Returns the response that replaces the real response to a function's table call; undefined means that the real
   * response is used.
   */
  answerTable(functionName: string, table: string): TableAnswer | undefined {
    const chosen = this.#rules.ofTable({ table, functionName }, this.#at.clock.nowEpochMs());
    if (chosen === undefined) return undefined;
    const { by, fault } = chosen;
    const got = fault === 'unreachable' ? 'got no response' : `got ${fault}`;
    const note = `${by}: a call from ${functionName} to table ${table} ${got}`;
    this.#at.report(note);
    for (const trail of this.#waiting.get(functionName) ?? []) injectedOf(trail).notes.push(note);
    return fault;
  }

  #choose(
    { api, route }: Pick<Mapped, 'api' | 'route'>,
    { functionName, isAsynchronous }: CallFacts,
  ): Chosen {
    const traits = { apiId: api.apiId, routeKey: route.routeKey, integration: route.integration.kind };
    const chosen = this.#rules.ofRequest({ ...traits, functionName }, this.#at.clock.nowEpochMs());
    return isAsynchronous ? chosen.filter(({ fault }) => SEEN_AT_ONCE.has(fault.kind)) : chosen;
  }

  /** Delays a call. The delay counts toward the timeout of the integration and of the function. */
  async #delay(chosen: Chosen, { functionName, timeoutMs }: CallFacts, trail: Trail): Promise<Delayed> {
    const delays = chosen.flatMap(({ by, fault }) =>
      fault.kind === 'latency' ? [{ by, ms: fault.ms }] : [],
    );
    if (delays.length === 0) return { waitedMs: 0 };
    const ownMs = (functionName === undefined ? undefined : this.#at.timeoutOf(functionName)) ?? Infinity;
    const limitMs = Math.min(ownMs, timeoutMs);
    let waitedMs = 0;
    for (const { by, ms } of delays) {
      if (this.#delayed >= MOST_DELAYED) {
        injectedOf(trail).notes.push(
          `${by}: the request was not delayed, because ${MOST_DELAYED} requests are already waiting`,
        );
        continue;
      }
      const lastsMs = Math.min(ms, limitMs - waitedMs);
      this.#delayed += 1;
      await this.#at.wait(lastsMs).finally(() => (this.#delayed -= 1));
      waitedMs += lastsMs;
      injectedOf(trail).notes.push(`${by}: the request waited ${lastsMs} ms`);
      if (waitedMs < limitMs) continue;
      const late: Outcome =
        timeoutMs === limitMs
          ? { kind: 'timed-out', because: `${by} delays it` }
          : timedOut(ownMs, this.#at.random.uuid());
      return { waitedMs, late };
    }
    return { waitedMs };
  }

  /** Applies the effects other than delays and responses, and records a note about each effect. */
  #note(chosen: Chosen, { functionName = '' }: CallFacts, trail: Trail): void {
    for (const { by, fault } of chosen) {
      const injected = injectedOf(trail);
      switch (fault.kind) {
        case 'latency':
          break;
        case 'reset':
          injected.breaksOff ??= { kind: 'reset', by };
          break;
        case 'cut body':
          injected.breaksOff ??= { kind: 'cut', by, afterBytes: fault.afterBytes };
          break;
        case 'crash':
        case 'cold start':
          this.#at.renew(functionName);
          injected.notes.push(`${by}: ${NOTES[fault.kind]}`);
          break;
        case 'status':
          injected.notes.push(
            `${by}: status ${fault.status} was returned instead of calling the integration`,
          );
          break;
        case 'error':
        case 'throttle':
          injected.notes.push(`${by}: ${NOTES[fault.kind]}`);
      }
    }
  }

  /** Runs the integration's call. Table faults are recorded for the requests whose function they affect. */
  async #run({ functionName }: CallFacts, trail: Trail, send: () => Promise<Outcome>): Promise<Outcome> {
    if (functionName === undefined || !this.#rules.hasTables) return send();
    const waiting = this.#waiting.get(functionName) ?? new Set();
    this.#waiting.set(functionName, waiting.add(trail));
    try {
      return await send();
    } finally {
      waiting.delete(trail);
    }
  }
}

/**
 * The faults that the caller of an asynchronous call notices. Lambda responds to such a call before the function runs,
 * so other faults have no effect on the response.
 */
const SEEN_AT_ONCE: ReadonlySet<RequestFault['kind']> = new Set(['reset', 'cut body', 'cold start']);

const NOTES = {
  crash: 'the function crashed',
  'cold start': 'the event ran in a new instance',
  error: 'the function failed',
  throttle: 'Lambda throttled the call',
};

function isAnswering(fault: RequestFault): fault is AnsweringFault {
  return ['status', 'error', 'crash', 'throttle'].includes(fault.kind);
}

function injectedOf(trail: Trail): Injected {
  return (trail.injected ??= { notes: [], breaksOff: undefined });
}

/** The faults that replace an integration's outcome, in the wording of Lambda and of backends. */
type AnsweringFault = Extract<RequestFault, { kind: 'status' | 'error' | 'crash' | 'throttle' }>;

type Answering = { readonly by: string; readonly fault: AnsweringFault };

/**
 * Returns the outcome with which a fault replaces the integration's outcome.
 * @param requestId the function's request id
 */
function outcomeOf(
  { by, fault }: Answering,
  { kind }: Pick<Sendable['outgoing'], 'kind'>,
  requestId: string,
): Outcome {
  switch (fault.kind) {
    case 'status':
      return statusOf(fault, kind);
    case 'error':
      return failed(fault.errorType, fault.errorMessage ?? `injected by ${by}`, requestId);
    case 'crash':
      return failed(
        'Runtime.ExitError',
        `RequestId: ${requestId} Error: Runtime exited with error: exit status 1`,
        requestId,
      );
    case 'throttle':
      return { kind: 'refused', reason: 'throttled', message: `Rate Exceeded: ${by}` };
  }
}

/** Returns Lambda's response to a function that timed out. */
function timedOut(afterMs: number, requestId: string): Outcome {
  const seconds = (afterMs / 1000).toFixed(2);
  const message = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
  return failed('Sandbox.Timedout', message, requestId);
}

type Failed = Extract<InvocationResult, { kind: 'failed' }>;

function failed(errorType: string, errorMessage: string, requestId: string): Failed {
  const payload = JSON.stringify({ errorType, errorMessage });
  return { kind: 'failed', payload, errorType, errorMessage, requestId: () => requestId };
}

function statusOf(
  { status, headers, body }: Extract<AnsweringFault, { kind: 'status' }>,
  kind: Sendable['outgoing']['kind'],
): Outcome {
  const lines = Object.entries(headers).flat();
  switch (kind) {
    case 'lambda-stream': {
      const head = JSON.stringify({ statusCode: status, headers });
      return { kind: 'streams', head, body: onePart(Buffer.from(body)) };
    }
    case 'http-stream':
      return { kind: 'streams', head: { status, headers: lines }, body: onePart(Buffer.from(body)) };
    case 'lambda-proxy':
      return { kind: 'returned', payload: JSON.stringify({ statusCode: status, headers, body }) };
    default:
      return { kind: 'answered', status, headers: lines, body: Buffer.from(body) };
  }
}

function onePart(bytes: Buffer): ByteStream {
  return {
    cancel: () => undefined,
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(bytes);
    },
  };
}

/** The call to an integration of any kind. */
type Outgoing = Sendable['outgoing'];

type CallFacts = {
  readonly functionName: string | undefined;
  /** The timeout; Infinity if nothing is called. */
  readonly timeoutMs: number;
  /** Whether Lambda responds before the function runs. */
  readonly isAsynchronous: boolean;
};

function callOf({ outgoing, stage }: Pick<Mapped, 'outgoing' | 'stage'>): CallFacts {
  switch (outgoing.kind) {
    case 'lambda-proxy':
    case 'lambda-stream': {
      const functionName = outgoing.functionName.render(stage.variables);
      return { functionName, timeoutMs: outgoing.timeoutMs, isAsynchronous: false };
    }
    case 'function': {
      const { functionName, plan, isAsynchronous } = outgoing;
      return { functionName, timeoutMs: plan.timeoutMs, isAsynchronous };
    }
    case 'mock':
      return { functionName: undefined, timeoutMs: Infinity, isAsynchronous: false };
    default:
      return { functionName: undefined, timeoutMs: outgoing.request.timeoutMs, isAsynchronous: false };
  }
}

/** Returns the same call with its timeout reduced by the time that has passed. */
function withLessTime(outgoing: Outgoing, passedMs: number): Outgoing {
  if (passedMs === 0) return outgoing;
  switch (outgoing.kind) {
    case 'lambda-proxy':
    case 'lambda-stream':
      return { ...outgoing, timeoutMs: outgoing.timeoutMs - passedMs };
    case 'function':
      return { ...outgoing, plan: { ...outgoing.plan, timeoutMs: outgoing.plan.timeoutMs - passedMs } };
    case 'mock':
      return outgoing;
    case 'http':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
    case 'http-api':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
    case 'http-stream':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
    case 'service':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
    case 'http-api-service':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
  }
}

function lessTime<Request extends { readonly timeoutMs: number }>(
  request: Request,
  passedMs: number,
): Request {
  return { ...request, timeoutMs: request.timeoutMs - passedMs };
}
