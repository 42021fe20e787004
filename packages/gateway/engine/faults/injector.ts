/** Does to requests what the rules say: waits, answers in place of integrations, breaks replies off. */
import type { Mapped, Received, Reply } from '../../core/exchange.ts';
import type { FaultInjector } from '../../core/fault-injection.ts';
import type { Outcome, Sendable } from '../../core/phases/integrate.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { Injected, Trail } from '../../core/trail.ts';
import { outcomeOf, timedOut } from './answer-in-place.ts';
import type { AnsweringFault } from './answer-in-place.ts';
import { breakReplyOff } from './break-reply-off.ts';
import type { FaultRules, RequestFault } from './fault-rules.ts';
import type { TableAnswer } from './model.ts';
import { callOf, withLessTime } from './outgoing-call.ts';
import type { CallFacts } from './outgoing-call.ts';

type InjectorPorts = {
  readonly clock: Pick<Clock, 'nowEpochMs'>;
  readonly random: Pick<Random, 'uuid'>;
  wait(ms: number): Promise<void>;
  /** The function's next event gets a new instance. */
  renew(functionName: string): void;
  /** The function's own timeout; undefined for an unknown one. */
  timeoutOf(functionName: string): number | undefined;
  report(message: string): void;
};

/** Requests that wait at a time: each takes memory, and waits on when its client has gone. */
const MOST_DELAYED = 1000;

type Chosen = ReturnType<FaultRules['ofRequest']>;
type Delayed = { readonly waitedMs: number; readonly late?: Outcome };

export class RuleInjector implements FaultInjector {
  readonly #rules: FaultRules;
  readonly #at: InjectorPorts;
  /** Requests in flight, by the function that they wait for. */
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

  /** What a function's call of a table gets instead of an answer; undefined = its answer. */
  answerTable(functionName: string, table: string): TableAnswer | undefined {
    const chosen = this.#rules.ofTable({ table, functionName }, this.#at.clock.nowEpochMs());
    if (chosen === undefined) return undefined;
    const { by, fault } = chosen;
    const got = fault === 'unreachable' ? 'got no answer' : `got ${fault}`;
    const note = `${by}: a call of ${functionName} to table ${table} ${got}`;
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

  /** A delay counts toward the timeouts of integration and function. */
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
        injectedOf(trail).notes.push(`${by}: no delay, since ${MOST_DELAYED} requests wait already`);
        continue;
      }
      const lastsMs = Math.min(ms, limitMs - waitedMs);
      this.#delayed += 1;
      await this.#at.wait(lastsMs).finally(() => (this.#delayed -= 1));
      waitedMs += lastsMs;
      injectedOf(trail).notes.push(`${by}: waited ${lastsMs} ms`);
      if (waitedMs < limitMs) continue;
      const late: Outcome =
        timeoutMs === limitMs
          ? { kind: 'timed-out', because: `${by} delays it` }
          : timedOut(ownMs, this.#at.random.uuid());
      return { waitedMs, late };
    }
    return { waitedMs };
  }

  /** Effects other than delays and answers, and the note of each. */
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
          injected.notes.push(`${by}: answered ${fault.status} for the integration`);
          break;
        case 'error':
        case 'throttle':
          injected.notes.push(`${by}: ${NOTES[fault.kind]}`);
      }
    }
  }

  /** Faults of tables are noted with the requests whose function they meet. */
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

/** Lambda answers an asynchronous call before the function runs: the caller sees only these. */
const SEEN_AT_ONCE: ReadonlySet<RequestFault['kind']> = new Set(['reset', 'cut body', 'cold start']);

const NOTES = {
  crash: 'the function crashed',
  'cold start': 'the event got a new instance',
  error: 'the function failed',
  throttle: 'Lambda throttled the call',
};

function isAnswering(fault: RequestFault): fault is AnsweringFault {
  return ['status', 'error', 'crash', 'throttle'].includes(fault.kind);
}

function injectedOf(trail: Trail): Injected {
  return (trail.injected ??= { notes: [], breaksOff: undefined });
}
