import { createHash } from 'node:crypto';

/**
 * AWS's words for an `Authorization` header that is no SigV4 header. The value itself is not repeated to
 * the client but hashed, since it is a credential.
 * @see docs/aws §1.4, newer wording
 */
export function describeMalformedAuthorization(header: string): string {
  const hash = createHash('sha256').update(header).digest('base64');
  return `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash}'.`;
}
