import type { HttpOutcome } from '../ports.ts';

/**
 * Returns whether a call failed because its request cannot be sent in this form. The same call then always fails,
 * whereas failures of the network or of an address may be temporary.
 */
export function isUnsendable({
  reason,
}: Pick<Extract<HttpOutcome, { kind: 'unreachable' }>, 'reason'>): boolean {
  return reason === 'request' || reason === 'unserved';
}
