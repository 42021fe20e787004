import { CLOCK, COUNTDOWN, FETCH } from '../lambda-ports.ts';
import type { Fetch } from './backend-calls.ts';
import { readOrigins } from './forwarded-fields.ts';
import { gatherParts } from './gather.ts';
import type { Gathered, GatherPorts, GatherRules, Parts } from './gather.ts';

export type CreateGatherOptions = {
  /** Origins that get the caller's `Authorization`, such as `https://orders.example`. Default: none. */
  readonly identityTo?: readonly string[];
  /** The function that sends the requests to backends. Default: Node's `fetch`. */
  readonly fetch?: Fetch;
};

export type Gather = <P extends Parts>(rules: GatherRules, parts: P) => Promise<Gathered<P>>;

/**
 * Creates `gather()`. Call this outside of the handler. The returned function runs in any handler, with or without
 * middy.
 *
 * @throws DomainError CONFIG_INVALID if an entry of `identityTo` is not an origin
 *
 * @example
 * ```ts
 * import { createGather } from 'gatewright/gather';
 *
 * const gather = createGather({ identityTo: ['https://orders.example'] });
 * const { values, failures } = await gather(
 *   { event: { headers: {} } },
 *   {
 *     menu: async () => ['ramen'],
 *     courier: { from: async () => Promise.reject(new Error('no route')), fallback: () => 'unknown' },
 *   },
 * );
 * [values, failures.courier?.reason] // → [{ menu: ['ramen'], courier: 'unknown' }, 'error']
 * ```
 */
export function createGather({ identityTo = [], fetch = FETCH }: CreateGatherOptions = {}): Gather {
  const origins = readOrigins(identityTo);
  const ports: GatherPorts = {
    fetch,
    countdown: COUNTDOWN,
    monotonicMs: () => CLOCK.monotonicMs(),
  };
  return (rules, parts) => gatherParts(ports, origins, rules, parts);
}
