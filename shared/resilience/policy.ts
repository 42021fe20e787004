/**
 * Protects calls to one backend: bulkhead → retry → breaker → hedge → deadline, outermost first. Only calls that are
 * declared as idempotent are retried and hedged.
 */
import { DomainError } from '../errors.ts';
import type { AgeClock, Countdown, ItemStore, Random } from '../ports.ts';
import type { ItemKey } from '../table/item-write.ts';
import { Breaker } from './breaker.ts';
import type { Admission } from './breaker.ts';
import { Bulkhead } from './bulkhead.ts';
import { isBackendFailure } from './call-result.ts';
import type { CallResult } from './call-result.ts';
import { pauseFor, runWithin } from './deadline.ts';
import { runHedged } from './hedge.ts';
import { readPolicy } from './policy-rules.ts';
import type { PolicyOptions, PolicyRules } from './policy-rules.ts';
import type { ResilienceEvent } from './resilience-event.ts';
import { RetryBudget } from './retry-budget.ts';

/** Maximum time for which a timer is started. It is the maximum run time of a Lambda invocation. */
const LONGEST_MS = 900_000;

type PolicyPorts = {
  readonly clock: AgeClock;
  readonly random: Random;
  readonly countdown: Countdown;
  readonly observe: (event: ResilienceEvent) => void;
  readonly shared?: { readonly store: ItemStore; readonly keyOf: (name: string) => ItemKey };
};

export type CallOptions = {
  /** Whether the call may be made twice. Default: false. */
  readonly idempotent?: boolean;
  /** Time left for the invocation: `() => context.getRemainingTimeInMillis()`. Default: unlimited. */
  readonly remainingMs?: () => number;
  /** Aborts the call. */
  readonly signal?: AbortSignal;
};

export type Attempt = {
  /** Aborted at the deadline, when the caller aborts the call, and when the other of two hedged attempts succeeds. */
  readonly signal: AbortSignal;
  /** Number of the attempt, starting with 1. A second attempt that a hedge starts has the number of the first. */
  readonly number: number;
};

export interface CallPolicy {
  readonly name: string;
  /**
   * Runs a call under the policy.
   * @throws what the last attempt throws; DomainError CIRCUIT_OPEN, BULKHEAD_FULL, CALL_TIMED_OUT; the signal's reason
   * if the caller aborts the call
   */
  run<T>(call: (attempt: Attempt) => Promise<T>, options?: CallOptions): Promise<T>;
}

type Ended<T> = CallResult<T> & { readonly verdict: 'succeeded' | 'failed' | 'ignored' };

type Call<T> = {
  readonly make: (attempt: Attempt) => Promise<T>;
  readonly number: number;
  readonly remainingMs: () => number;
  readonly signal: AbortSignal | undefined;
};

/**
 * Creates a policy with the given ports.
 * @throws DomainError CONFIG_INVALID if an option is invalid
 */
export function createGuard(options: PolicyOptions, ports: PolicyPorts): CallPolicy {
  return new Guard(options, ports);
}

class Guard implements CallPolicy {
  readonly name: string;
  readonly #rules: PolicyRules;
  readonly #ports: PolicyPorts;
  readonly #isFailure: (result: CallResult<unknown>) => boolean;
  readonly #budget: RetryBudget;
  readonly #bulkhead: Bulkhead | undefined;
  readonly #breaker: Breaker | undefined;

  constructor(options: PolicyOptions, ports: PolicyPorts) {
    const rules = readPolicy(options);
    const { name, retry, bulkhead, breaker } = rules;
    const { shared, ...own } = ports;
    this.name = name;
    this.#rules = rules;
    this.#ports = ports;
    this.#isFailure = options.isFailure ?? isBackendFailure;
    this.#budget = new RetryBudget(retry.budgetRatio, retry.budgetBurst);
    this.#bulkhead = bulkhead && new Bulkhead(bulkhead.concurrent, bulkhead.waiting);
    const place = shared === undefined ? {} : { shared: { store: shared.store, key: shared.keyOf(name) } };
    this.#breaker = breaker && new Breaker(name, breaker, { ...own, ...place });
  }

  async run<T>(make: (attempt: Attempt) => Promise<T>, options: CallOptions = {}): Promise<T> {
    const { idempotent = false, remainingMs = () => Infinity, signal } = options;
    const leave = await this.#enter(remainingMs, signal);
    try {
      this.#budget.noteFirstAttempt();
      const attempts = idempotent ? this.#rules.retry.attempts : 1;
      for (let number = 1; ; number += 1) {
        const ended = await this.#attempt({ make, number, remainingMs, signal }, idempotent);
        const isLast = ended.verdict !== 'failed' || number >= attempts;
        if (isLast || !(await this.#pauseBefore(number + 1, { remainingMs, signal }))) return unwrap(ended);
      }
    } finally {
      leave();
    }
  }

  /** Waits for a slot in the bulkhead. The wait is part of the call's time. */
  async #enter(remainingMs: () => number, signal: AbortSignal | undefined): Promise<() => void> {
    if (this.#bulkhead === undefined) return () => undefined;
    const ms = remainingMs();
    const late = new AbortController();
    const cancel = this.#ports.countdown.start(Math.min(ms, LONGEST_MS), () =>
      late.abort(
        new DomainError(
          'CALL_TIMED_OUT',
          `no slot for a call of ${this.name} became free within ${Math.round(ms)} ms`,
        ),
      ),
    );
    try {
      return await this.#bulkhead.enter(both(signal, late.signal));
    } catch (error) {
      if (error instanceof DomainError && error.code === 'BULKHEAD_FULL') this.#note('full');
      if (hasTimedOut(error)) this.#note('timed-out');
      throw error;
    } finally {
      cancel();
    }
  }

  /**
   * Pauses before a retry.
   * @returns whether there is enough time, and a token of the budget, for the retry
   */
  async #pauseBefore(number: number, { remainingMs, signal }: Pick<Call<unknown>, 'remainingMs' | 'signal'>) {
    const { baseMs, capMs } = this.#rules.retry;
    const { random, countdown } = this.#ports;
    const ms = random.fraction() * Math.min(capMs, baseMs * 2 ** (number - 2));
    if (ms >= remainingMs() || !this.#budget.take()) {
      this.#note('retry-withheld');
      return false;
    }
    this.#note('retried');
    await pauseFor({ ms, signal, countdown });
    return true;
  }

  async #attempt<T>(call: Call<T>, isIdempotent: boolean): Promise<Ended<T>> {
    const admission = await this.#admit();
    if (admission?.kind === 'refused') return { ...this.#refusal(), verdict: 'ignored' };
    const { hedgeAfterMs } = this.#rules;
    // A probe is not hedged. If a second attempt ended the probe, the result would say nothing about the backend.
    if (hedgeAfterMs === undefined || !isIdempotent || admission?.isProbe === true)
      return await this.#make(call, admission);
    return await runHedged({
      afterMs: hedgeAfterMs,
      countdown: this.#ports.countdown,
      first: (signal) => this.#make({ ...call, signal: both(call.signal, signal) }, admission),
      second: (signal) => {
        if (!this.#budget.take()) return undefined;
        this.#note('hedged');
        return this.#admitAndMake({ ...call, signal: both(call.signal, signal) });
      },
      isGood: ({ verdict }) => verdict === 'succeeded',
      reason: () => new DomainError('CALL_CANCELLED', 'another attempt has succeeded'),
    });
  }

  async #admitAndMake<T>(call: Call<T>): Promise<Ended<T>> {
    const admission = await this.#admit();
    if (admission?.kind === 'refused') return { ...this.#refusal(), verdict: 'ignored' };
    return await this.#make(call, admission);
  }

  async #admit(): Promise<Admission | undefined> {
    return await this.#breaker?.admit();
  }

  #refusal(): { readonly kind: 'error'; readonly error: DomainError } {
    const message = `the circuit breaker of ${this.name} is open; try again later`;
    return { kind: 'error', error: new DomainError('CIRCUIT_OPEN', message) };
  }

  /** Makes one call within its deadline and reports its outcome to the breaker. It does not reject. */
  async #make<T>(
    { make, number, remainingMs, signal }: Call<T>,
    admission: Extract<Admission, { kind: 'admitted' }> | undefined,
  ): Promise<Ended<T>> {
    const { timeoutMs } = this.#rules;
    const leftMs = remainingMs();
    const { countdown } = this.#ports;
    const deadline = { ms: Math.min(timeoutMs, leftMs), signal, countdown };
    let result: CallResult<T>;
    try {
      result = {
        kind: 'value',
        value: await runWithin(deadline, (own) => make({ signal: own, number })),
      };
    } catch (error) {
      result = { kind: 'error', error };
    }
    const isTimeout = result.kind === 'error' && hasTimedOut(result.error);
    if (isTimeout) this.#note('timed-out');
    // The result says nothing about the backend if the caller aborted the call, or if the invocation ended before the
    // call's timeout.
    const isCut = signal?.aborted === true || (isTimeout && leftMs < timeoutMs);
    let verdict: Ended<T>['verdict'] = 'ignored';
    try {
      if (!isCut) verdict = isTimeout || this.#isFailure(result) ? 'failed' : 'succeeded';
    } catch (error) {
      // An error that `isFailure` throws says nothing about the backend either.
      result = { kind: 'error', error };
    }
    await admission?.settle(verdict);
    return { ...result, verdict };
  }

  #note(kind: 'retried' | 'retry-withheld' | 'hedged' | 'timed-out' | 'full'): void {
    this.#ports.observe({ kind, policy: this.name });
  }
}

function unwrap<T>(result: CallResult<T>): T {
  if (result.kind === 'value') return result.value;
  throw result.error;
}

function hasTimedOut(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'CALL_TIMED_OUT';
}

function both(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one === undefined ? other : AbortSignal.any([one, other]);
}
