import { DomainError } from '../errors.ts';
import { CLOCK, COUNTDOWN, RANDOM } from '../lambda-ports.ts';
import type { SharedBreakers } from './dynamodb-breakers.ts';
import { createGuard } from './policy.ts';
import type { CallPolicy } from './policy.ts';
import type { PolicyOptions } from './policy-rules.ts';
import type { ResilienceEvent } from './resilience-event.ts';

export type CreatePolicyOptions = PolicyOptions & {
  /** The store in which the instances share the breaker's state. By default, each instance has its own state. */
  readonly shared?: SharedBreakers;
  /** An observer such as `countResilience(metrics)`. Its errors are ignored. By default nothing is counted. */
  readonly observe?: (event: ResilienceEvent) => void;
};

/**
 * Protects calls to one backend. Create the policy outside the handler, because all calls by an instance share the
 * policy's state.
 *
 * @throws DomainError CONFIG_INVALID if an option is invalid
 *
 * @example
 * ```ts
 * import { createPolicy } from 'gatewright/resilience';
 *
 * const prices = createPolicy({
 *   name: 'prices',
 *   timeoutMs: 800,
 *   retry: { attempts: 3 },
 *   bulkhead: { concurrent: 20 },
 *   breaker: { openSeconds: 10 },
 * });
 * let attempts = 0;
 * const flaky = async () => {
 *   attempts += 1;
 *   if (attempts === 1) throw new Error('connection reset');
 *   return 'ramen: 12.50';
 * };
 * await prices.run(flaky, { idempotent: true }) // → 'ramen: 12.50'
 * ```
 */
export function createPolicy({ shared, observe, ...options }: CreatePolicyOptions): CallPolicy {
  if (shared !== undefined && options.breaker === undefined)
    throw new DomainError(
      'CONFIG_INVALID',
      `the option "shared" of policy "${options.name}" needs a breaker: add breaker: {} for the defaults`,
    );
  return createGuard(options, {
    clock: CLOCK,
    random: RANDOM,
    countdown: COUNTDOWN,
    observe: observe === undefined ? () => undefined : guardObserver(observe),
    ...(shared !== undefined && { shared }),
  });
}

/** Wraps an observer so that its errors do not make a call fail. */
function guardObserver(observe: (event: ResilienceEvent) => unknown): (event: ResilienceEvent) => void {
  return (event) => {
    try {
      const seen = observe(event);
      if (seen instanceof Promise) seen.catch(() => undefined);
    } catch {
      // An observer's error is ignored, and so is its rejected promise.
    }
  };
}
