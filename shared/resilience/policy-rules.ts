/** The options of a policy, checked once when it is created. */
import { DomainError } from '../errors.ts';
import type { CallResult } from './call-result.ts';
import type { BreakerRules } from './local-breaker.ts';

export type PolicyOptions = {
  /**
   * Name of the backend: 1 to 64 letters, digits, dots, hyphens and underscores. Breakers with the same name share
   * their state if they also have the same table and namespace (`shared`).
   */
  readonly name: string;
  /** Timeout of each attempt. It is shortened to the invocation's remaining time. */
  readonly timeoutMs: number;
  /** When and how often calls are retried. Applies only to calls with `idempotent: true`. Default: no retries. */
  readonly retry?: RetryOptions;
  /** When a second attempt is started. Applies only to calls with `idempotent: true`. Default: no second attempt. */
  readonly hedge?: { readonly afterMs: number };
  /** Limits concurrent and waiting calls. Default: no limit. */
  readonly bulkhead?: { readonly concurrent: number; readonly waiting?: number };
  /** Options of the circuit breaker. Default: no breaker. */
  readonly breaker?: BreakerOptions;
  /**
   * Whether a result counts as a failure of the backend. Default: errors other than 4xx of AWS's SDK, and values with
   * `status` ≥ 500.
   */
  readonly isFailure?: (result: CallResult<unknown>) => boolean;
};

export type RetryOptions = {
  /** Number of attempts, including the first. */
  readonly attempts: number;
  /** The pause before attempt n is random, from 0 to `baseMs` · 2ⁿ⁻², at most `capMs`. Default: 50. */
  readonly baseMs?: number;
  /** Maximum pause in milliseconds. Default: 1000. */
  readonly capMs?: number;
  /** Number of retries and hedges per call that are allowed on average. Default: 0.1. */
  readonly budgetRatio?: number;
  /** Maximum number of retries and hedges in a burst. Default: 10. */
  readonly budgetBurst?: number;
};

export type BreakerOptions = {
  /** Share of failed calls that opens the breaker. Default: 0.5. */
  readonly failureRate?: number;
  /** Minimum number of calls before the breaker can open. Default: 5. */
  readonly minimumCalls?: number;
  /** Maximum number of an instance's last calls that are counted. Default: 20. */
  readonly windowCalls?: number;
  /** Age in seconds after which a call is no longer counted. Default: 30. */
  readonly windowSeconds?: number;
  /**
   * How long the breaker stays open. Default: 10. With a table it is up to 4 seconds longer, because the table's time
   * has whole seconds.
   */
  readonly openSeconds?: number;
  /**
   * Number of calls that a half-open breaker admits: of all instances together if they share its state, otherwise of
   * each instance. All of them must succeed. Default: 1.
   */
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
/** Maximum number of probes, chosen so that an item with their ids fits into one write unit. */
const MOST_PROBES = 25;

/** Allowed settings by option. The option '' is the policy itself. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  '': ['name', 'timeoutMs', 'retry', 'hedge', 'bulkhead', 'breaker', 'isFailure'],
  retry: ['attempts', 'baseMs', 'capMs', 'budgetRatio', 'budgetBurst'],
  hedge: ['afterMs'],
  bulkhead: ['concurrent', 'waiting'],
  breaker: ['failureRate', 'minimumCalls', 'windowCalls', 'windowSeconds', 'openSeconds', 'probes'],
};

/**
 * Checks the options and fills in the defaults.
 * @throws DomainError CONFIG_INVALID if a setting is invalid. The message contains the setting and its value.
 */
export function readPolicy(options: PolicyOptions): PolicyRules {
  const { name, timeoutMs, retry, hedge, bulkhead, breaker } = options;
  if (typeof name !== 'string' || !NAME.test(name))
    throw wrong(`name must be 1 to 64 letters, digits, dots, - and _, not ${JSON.stringify(name)}`);
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

/** Reads `afterMs`. A value at or above the timeout is refused, because the second attempt would never be made. */
function readHedge(name: string, timeoutMs: number, afterMs: number): number {
  if (inRange(name, 'hedge.afterMs', afterMs, [1, LONGEST_MS]) < timeoutMs) return afterMs;
  throw wrong(`hedge.afterMs of policy "${name}" must be below timeoutMs (${timeoutMs}), not ${afterMs}`);
}

/**
 * Refuses unknown settings. TypeScript finds most of them, but in JavaScript a setting without effect would go
 * unnoticed.
 */
function refuseUnknown(name: string, what: string, options: PolicyOptions, known: readonly string[]): void {
  const given: unknown = what === '' ? options : options[what as keyof PolicyOptions];
  const unknown = Object.keys(given ?? {}).find((member) => !known.includes(member));
  const owner = `${what === '' ? '' : `${what} of `}policy "${name}"`;
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
    // A probe makes one attempt and then needs a write to report its outcome.
    reportMs: timeoutMs + 1000,
  };
}

function whole(name: string, setting: string, value: number, range: readonly [number, number]): number {
  if (!Number.isInteger(value))
    throw wrong(`${setting} of policy "${name}" must be a whole number, not ${value}`);
  return inRange(name, setting, value, range);
}

function inRange(
  name: string,
  setting: string,
  value: number,
  [least, most]: readonly [number, number],
): number {
  if (typeof value !== 'number')
    throw wrong(`${setting} of policy "${name}" must be a number, not ${String(value)}`);
  if (value >= least && value <= most) return value;
  throw wrong(`${setting} of policy "${name}" must be ${least} to ${most}, not ${value}`);
}

function wrong(message: string): DomainError {
  return new DomainError('CONFIG_INVALID', message);
}
