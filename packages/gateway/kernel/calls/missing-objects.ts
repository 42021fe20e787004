/**
 * S3 says that an object does not exist only to callers who may list its bucket. It denies the call to all others, so
 * that they cannot find out which objects exist.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html ("Permissions")
 */
import { findDenial } from './aws-call.ts';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type { HttpOutcome, ServiceRequest } from '../../core/ports.ts';

type Read = Pick<ServiceRequest, 'service' | 'method' | 'path' | 'subdomain'>;

/**
 * Returns why S3 denies the read of an object that does not exist; undefined if the caller may learn that the object
 * does not exist.
 */
export function denyMissingObject(
  caller: LocalIdentity,
  { service, method, path, subdomain }: Read,
  outcome: HttpOutcome,
): string | undefined {
  if (service !== 's3' || (method !== 'GET' && method !== 'HEAD')) return undefined;
  if (outcome.kind !== 'answered' || outcome.status !== 404) return undefined;
  if (!outcome.body.toString().includes('<Code>NoSuchKey</Code>')) return undefined;
  const bucket = subdomain ?? path.split('/')[1] ?? '';
  return findDenial(caller, [{ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` }]);
}
