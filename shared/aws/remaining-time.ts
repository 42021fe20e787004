/** How long Lambda lets the invocation run, read when it matters; Infinity where the context does not say. */
import { parseOptionalFields } from './event-fields.ts';

export function remainingTimeOf(context: unknown): () => number {
  const read = parseOptionalFields(context)['getRemainingTimeInMillis'];
  return () => {
    const remainingMs: unknown = typeof read === 'function' ? Reflect.apply(read, context, []) : undefined;
    return typeof remainingMs === 'number' && Number.isFinite(remainingMs) ? remainingMs : Infinity;
  };
}
