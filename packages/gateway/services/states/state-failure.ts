import type { Json } from '@gatewright/aws/json-object';

/** The error with which a state fails. A retrier, a catcher, or the end of the execution handles it. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  /** The error name, such as `States.TaskFailed`. */
  readonly error: string | undefined;
  /** The description for people; absent if the state machine gives none. */
  readonly why: string | undefined;

  constructor(error: string | undefined, why?: string) {
    super(why ?? error ?? '');
    this.error = error;
    this.why = why;
  }
}

const RUNTIME = 'States.Runtime';

/**
 * A failure whose cause begins with the state in which it happened
 * [obs: stepfunctions, `test_base.snapshot.json`: "An error occurred while executing the state 'pass' (entered at the
 * event id #2). …"].
 */
export class RuntimeFailure extends StateFailure {
  constructor(message: string, error = RUNTIME) {
    super(error, message);
  }

  at(state: string, enteredAt: number): StateFailure {
    return new StateFailure(
      this.error,
      `An error occurred while executing the state '${state}' (entered at the event id #${enteredAt}). ${this.why ?? ''}`,
    );
  }
}

/** Errors that `States.ALL` does not match (developer guide, "Error names"). */
export const UNCAUGHT: ReadonlySet<string> = new Set([RUNTIME, 'States.DataLimitExceeded']);

/** The maximum size of inputs and results in bytes (developer guide, "Service quotas"). */
export const MAX_DATA_BYTES = 262_144;

/**
 * Returns the data of a state or task.
 * [obs: stepfunctions, error_handling/test_states_errors]
 * @throws StateFailure States.DataLimitExceeded
 */
export function withinLimit<Data extends Json>(data: Data, what: string): Data {
  if (Buffer.byteLength(JSON.stringify(data)) <= MAX_DATA_BYTES) return data;
  throw exceeded(what);
}

export function exceeded(what: string): StateFailure {
  return new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}
