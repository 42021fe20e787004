/**
 * The remaining run time of a Lambda invocation, read on demand. It is Infinity if Lambda's context does not contain
 * it.
 */
import { parseOptionalFields } from './event-fields.ts';

export function remainingTimeOf(context: unknown): () => number {
  const read = parseOptionalFields(context)['getRemainingTimeInMillis'];
  return () => {
    const remainingMs: unknown = typeof read === 'function' ? Reflect.apply(read, context, []) : undefined;
    return typeof remainingMs === 'number' && Number.isFinite(remainingMs) ? remainingMs : Infinity;
  };
}
