/** Events that name a version or an alias: which version runs them, as Lambda draws it for each. */
import type { Invocation, InvocationResult, InvokedVersion } from '../core/ports.ts';

/** Undefined where no stack makes the version or alias. */
export type FindVersion = (functionName: string, qualifier: string) => InvokedVersion | undefined;

/** The same event with the version that it is of. Callers of Lambda's own API have drawn it, since they answer with it. */
export function withVersion<Event extends Invocation>(event: Event, find: FindVersion | undefined): Event {
  const { functionName, qualifier = '', wishes } = event;
  if (qualifier === '' || wishes?.invoked !== undefined) return event;
  const invoked = find?.(functionName, qualifier);
  if (invoked === undefined) return event;
  return { ...event, wishes: { clientContext: undefined, onLine: undefined, ...wishes, invoked } };
}

/** What came of it tells the version, too: records of what has ended have it. */
export function tellVersion(
  result: Promise<InvocationResult>,
  { wishes }: Invocation,
): Promise<InvocationResult> {
  const executedVersion = wishes?.invoked?.version;
  if (executedVersion === undefined) return result;
  return result.then((told) =>
    told.kind === 'returned' || told.kind === 'failed' ? { ...told, executedVersion } : told,
  );
}
