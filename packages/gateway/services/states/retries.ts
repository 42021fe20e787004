/**
 * Retriers and catchers of states.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
import { asList, asNumber, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { UNCAUGHT } from './state-failure.ts';
import type { StateFailure } from './state-failure.ts';

/** Whether the error is one of `ErrorEquals`. */
function isNamed(handler: JsonObject, { error = '' }: StateFailure): boolean {
  return asList(handler['ErrorEquals']).some(
    (name) =>
      name === error ||
      (name === 'States.ALL' && !UNCAUGHT.has(error)) ||
      (name === 'States.TaskFailed' && error !== 'States.Timeout' && !UNCAUGHT.has(error)),
  );
}

/** Counts the retries of one visit of a state; each retrier has its own count. */
export class RetryCount {
  readonly #retriers: readonly JsonObject[];
  readonly #counts = new Map<JsonObject, number>();
  /** The number of retries so far, for `$$.State.RetryCount`. */
  total = 0;

  constructor(state: JsonObject) {
    this.#retriers = asList(state['Retry']).map((one) => membersOf(one));
  }

  /** Returns the time in milliseconds to wait before the next attempt; undefined if there is no further attempt. */
  nextWaitMs(failure: StateFailure, fraction: () => number): number | undefined {
    const retrier = this.#retriers.find((one) => isNamed(one, failure));
    if (retrier === undefined) return undefined;
    const count = this.#counts.get(retrier) ?? 0;
    if (count >= (asNumber(retrier['MaxAttempts']) ?? 3)) return undefined;
    this.#counts.set(retrier, count + 1);
    this.total += 1;
    const first = asNumber(retrier['IntervalSeconds']) ?? 1;
    const rate = asNumber(retrier['BackoffRate']) ?? 2;
    const longest = asNumber(retrier['MaxDelaySeconds']) ?? Number.POSITIVE_INFINITY;
    const seconds = Math.min(longest, first * rate ** count);
    return seconds * 1000 * (textOf(retrier, 'JitterStrategy') === 'FULL' ? fraction() : 1);
  }
}

export function findCatcher(state: JsonObject, failure: StateFailure): JsonObject | undefined {
  return asList(state['Catch'])
    .map((one) => membersOf(one))
    .find((one) => isNamed(one, failure));
}
