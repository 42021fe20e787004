import type { InvocationResult } from '../ports.ts';

/**
 * Returns the reason for a timeout. It names the awaited response and, if known, says why the function had not started.
 */
export function describeLate(
  waited: string,
  { because }: Extract<InvocationResult, { kind: 'timed-out' }>,
): string {
  return because === undefined ? waited : `${waited}: ${because}`;
}
