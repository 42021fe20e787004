import { createHash } from 'node:crypto';

/**
 * Returns AWS's message for an `Authorization` header that is not a SigV4 header. The value is a credential, so it is
 * hashed and not repeated.
 * @see docs/aws §1.4, newer wording
 */
export function describeMalformedAuthorization(header: string): string {
  const hash = createHash('sha256').update(header).digest('base64');
  return `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash}'.`;
}
