/** The proof key of an authorization code (RFC 7636). Only the method `S256` is supported. */
import { createHash } from 'node:crypto';
import { equalInConstantTime } from '@gatewright/aws/sign-request';

/** Returns whether the challenge has the form of the method `S256`. */
export function isChallenge(challenge: string, method: string | undefined): boolean {
  return method === 'S256' && /^[\w-]{43}$/.test(challenge);
}

/**
 * Returns whether the verifier proves the challenge. A verifier without a challenge is also refused, because an attack
 * may have removed the challenge (RFC 9700 §2.1.1).
 */
export function provesChallenge(challenge: string | undefined, verifier: string | undefined): boolean {
  if (challenge === undefined || verifier === undefined) return challenge === verifier;
  const hash = createHash('sha256').update(verifier).digest('base64url');
  return /^[\w.~-]{43,128}$/.test(verifier) && equalInConstantTime(challenge, hash);
}
