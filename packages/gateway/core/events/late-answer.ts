import type { InvocationResult } from '../ports.ts';

/**
 * The reason for a timeout: what the caller waited for, and why the function had not begun, if that is known.
 */
export function describeLate(
  waited: string,
  { because }: Extract<InvocationResult, { kind: 'timed-out' }>,
): string {
  return because === undefined ? waited : `${waited}: ${because}`;
}
