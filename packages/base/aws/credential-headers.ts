/**
 * Headers of a request that is signed for IAM. They change with every request, and API Gateway passes the signer
 * separately.
 */
export const SIGV4_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
]);

/**
 * Headers that contain credentials. They are never written into a label. If callers share responses, they are not part
 * of the cache key.
 */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([...SIGV4_HEADERS, 'cookie', 'x-api-key']);
