import type { HttpOutcome } from '../ports.ts';

/**
 * Whether a call failed because nothing can send it as it is, so that the same call fails each time. Failures of the
 * network or of an address may pass.
 */
export function isUnsendable({
  reason,
}: Pick<Extract<HttpOutcome, { kind: 'unreachable' }>, 'reason'>): boolean {
  return reason === 'request' || reason === 'unserved';
}
