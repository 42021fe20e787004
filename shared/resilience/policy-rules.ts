/** The options of a policy, checked once when it is created. */
import { DomainError } from '../errors.ts';
import type { CallResult } from './call-result.ts';
import type { BreakerRules } from './local-breaker.ts';

export type PolicyOptions = {
  /**
   * Name of the backend: 1 to 64 letters, digits, dots, - and _. Breakers with the same name share their
   * state.
   */
  readonly name: string;
  /** Timeout of each attempt; the invocation's remaining time shortens it. */
  readonly timeoutMs: number;
  /** Applies only to calls with `idempotent: true`. Default: none. */
  readonly retry?: RetryOptions;
  /** Applies only to calls with `idempotent: true`. Default: none. */
  readonly hedge?: { readonly afterMs: number };
  /** Default: none. */
  readonly bulkhead?: { readonly concurrent: number; readonly waiting?: number };
  /** Default: none. */
  readonly breaker?: BreakerOptions;
  /** Whether a result counts as a failure of the backend. Default: errors other than 4xx of AWS's SDK, and values with `status` ≥ 500. */
  readonly isFailure?: (result: CallResult<unknown>) => boolean;
};

export type RetryOptions = {
  /** Includes the first attempt. */
  readonly attempts: number;
  /** The pause before attempt n is random, from 0 to `baseMs` · 2ⁿ⁻², at most `capMs`. Default: 50. */
  readonly baseMs?: number;
  /** Default: 1000. */
  readonly capMs?: number;
  /** Retries and hedges per call on average. Default: 0.1. */
  readonly budgetRatio?: number;
  /** Retries and hedges that may occur in a burst. Default: 10. */
  readonly budgetBurst?: number;
};

export type BreakerOptions = {
  /** Share of failed calls that opens it. Default: 0.5. */
  readonly failureRate?: number;
  /** Fewer calls do not open it. Default: 5. */
  readonly minimumCalls?: number;
  /** How many of an instance's last calls count. Default: 20. */
  readonly windowCalls?: number;
  /** Older calls are forgotten. Default: 30. */
  readonly windowSeconds?: number;
  /** Default: 10. With a table up to 4 seconds longer: its time has whole seconds. */
  readonly openSeconds?: number;
  /** Calls that a half-open breaker admits, over all instances; all must succeed. Default: 1. */
  readonly probes?: number;
};

export type PolicyRules = {
  readonly name: string;
  readonly timeoutMs: number;
  readonly retry: Required<RetryOptions>;
  readonly hedgeAfterMs: number | undefined;
  readonly bulkhead: { readonly concurrent: number; readonly waiting: number } | undefined;
  readonly breaker: BreakerRules | undefined;
};

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const LONGEST_MS = 900_000;
/** Ids of probes that one item has room for, within a write unit. */
const MOST_PROBES = 25;

/** Members by option; '' is the policy itself. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  '': ['name', 'timeoutMs', 'retry', 'hedge', 'bulkhead', 'breaker', 'isFailure'],
  retry: ['attempts', 'baseMs', 'capMs', 'budgetRatio', 'budgetBurst'],
  hedge: ['afterMs'],
  bulkhead: ['concurrent', 'waiting'],
  breaker: ['failureRate', 'minimumCalls', 'windowCalls', 'windowSeconds', 'openSeconds', 'probes'],
};

/** @throws DomainError CONFIG_INVALID with the setting and its value */
export function readPolicy(options: PolicyOptions): PolicyRules {
  const { name, timeoutMs, retry, hedge, bulkhead, breaker } = options;
  if (typeof name !== 'string' || !NAME.test(name))
    throw wrong(`name must be 1 to 64 letters, digits, dots, - and _, not ${name}`);
  for (const [what, known] of Object.entries(MEMBERS)) refuseUnknown(name, what, options, known);
  const { attempts = 1, baseMs = 50, capMs = 1000, budgetRatio = 0.1, budgetBurst = 10 } = retry ?? {};
  return {
    name,
    timeoutMs: inRange(name, 'timeoutMs', timeoutMs, [1, LONGEST_MS]),
    retry: {
      attempts: whole(name, 'retry.attempts', attempts, [1, 10]),
      baseMs: inRange(name, 'retry.baseMs', baseMs, [0, LONGEST_MS]),
      capMs: inRange(name, 'retry.capMs', capMs, [0, LONGEST_MS]),
      budgetRatio: inRange(name, 'retry.budgetRatio', budgetRatio, [0, 10]),
      budgetBurst: inRange(name, 'retry.budgetBurst', budgetBurst, [1, 1000]),
    },
    hedgeAfterMs: hedge === undefined ? undefined : readHedge(name, timeoutMs, hedge.afterMs),
    bulkhead:
      bulkhead === undefined
        ? undefined
        : {
            concurrent: whole(name, 'bulkhead.concurrent', bulkhead.concurrent, [1, 10_000]),
            waiting: whole(name, 'bulkhead.waiting', bulkhead.waiting ?? 0, [0, 10_000]),
          },
    breaker: breaker === undefined ? undefined : readBreaker(name, timeoutMs, breaker),
  };
}

/** A second attempt that comes when the first has ended would never be made. */
function readHedge(name: string, timeoutMs: number, afterMs: number): number {
  if (inRange(name, 'hedge.afterMs', afterMs, [1, LONGEST_MS]) < timeoutMs) return afterMs;
  throw wrong(`hedge.afterMs of ${name} must be below its timeoutMs, ${timeoutMs}, not ${afterMs}`);
}

/** Types find most of these; a setting that nothing reads must not go unseen in JavaScript. */
function refuseUnknown(name: string, what: string, options: PolicyOptions, known: readonly string[]): void {
  const given: unknown = what === '' ? options : options[what as keyof PolicyOptions];
  const unknown = Object.keys(given ?? {}).find((member) => !known.includes(member));
  const owner = what === '' ? name : `${what} of ${name}`;
  if (unknown !== undefined) throw wrong(`${owner} has no setting ${unknown}; it has ${known.join(', ')}`);
}

function readBreaker(name: string, timeoutMs: number, options: BreakerOptions): BreakerRules {
  const { failureRate = 0.5, minimumCalls = 5, windowCalls = 20, windowSeconds = 30 } = options;
  const { openSeconds = 10, probes = 1 } = options;
  return {
    window: {
      failureRate: inRange(name, 'breaker.failureRate', failureRate, [0.01, 1]),
      minimumCalls: whole(name, 'breaker.minimumCalls', minimumCalls, [1, windowCalls]),
      calls: whole(name, 'breaker.windowCalls', windowCalls, [1, 1000]),
      ms: 1000 * inRange(name, 'breaker.windowSeconds', windowSeconds, [1, 3600]),
    },
    openMs: 1000 * inRange(name, 'breaker.openSeconds', openSeconds, [1, 3600]),
    probes: whole(name, 'breaker.probes', probes, [1, MOST_PROBES]),
    // A probe is one attempt; its report needs a write.
    reportMs: timeoutMs + 1000,
  };
}

function whole(name: string, setting: string, value: number, range: readonly [number, number]): number {
  if (!Number.isInteger(value)) throw wrong(`${setting} of ${name} must be a whole number, not ${value}`);
  return inRange(name, setting, value, range);
}

function inRange(
  name: string,
  setting: string,
  value: number,
  [least, most]: readonly [number, number],
): number {
  if (typeof value !== 'number') throw wrong(`${setting} of ${name} must be a number, not ${String(value)}`);
  if (value >= least && value <= most) return value;
  throw wrong(`${setting} of ${name} must be ${least} to ${most}, not ${value}`);
}

function wrong(message: string): DomainError {
  return new DomainError('CONFIG_INVALID', message);
}
