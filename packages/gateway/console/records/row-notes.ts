import type { RequestRow } from './model.ts';

/**
 * Returns the notes for the list. A cold start is noted only for a success, because it explains a long duration but not
 * an error. @param marks what surprises in the answer
 */
export function notesOf(
  { code, reason, failure, status, cache, isColdStart }: NotedRow,
  marks: readonly string[] = [],
): readonly string[] {
  const isError = code !== undefined || failure !== undefined || (status >= 400 && status < 600);
  return [
    ...(code === undefined ? [] : [reason ?? code]),
    ...marks,
    ...(cache === 'hit' ? ['cached'] : []),
    ...(isColdStart && !isError ? ['cold start'] : []),
  ];
}

type NotedRow = Pick<RequestRow, 'code' | 'reason' | 'failure' | 'status' | 'cache' | 'isColdStart'>;
