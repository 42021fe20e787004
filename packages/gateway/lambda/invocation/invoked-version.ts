/**
 * Finds the version that runs an event if the caller named a version or an alias. As in Lambda, an alias with several
 * versions selects a version at random for each event.
 */
import type { Invocation, InvocationResult, InvokedVersion } from '../../core/ports.ts';

/** Finds a version or an alias. Returns undefined if no stack creates it. */
export type FindVersion = (functionName: string, qualifier: string) => InvokedVersion | undefined;

/** Adds the version to the event, unless Lambda's own API has already chosen it for its response. */
export function withVersion<Event extends Invocation>(event: Event, find: FindVersion | undefined): Event {
  const { functionName, qualifier = '', options } = event;
  if (qualifier === '' || options?.invoked !== undefined) return event;
  const invoked = find?.(functionName, qualifier);
  if (invoked === undefined) return event;
  return { ...event, options: { clientContext: undefined, onLine: undefined, ...options, invoked } };
}

/** Adds the version to the result of an event, so that the records of finished events contain it. */
export function reportVersion(
  result: Promise<InvocationResult>,
  { options }: Invocation,
): Promise<InvocationResult> {
  const executedVersion = options?.invoked?.version;
  if (executedVersion === undefined) return result;
  return result.then((outcome) =>
    outcome.kind === 'returned' || outcome.kind === 'failed' ? { ...outcome, executedVersion } : outcome,
  );
}
