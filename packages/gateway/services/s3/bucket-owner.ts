/** The accounts that a call expects to own its buckets. Every bucket of the gateway belongs to one account. */
import { headerOf } from '../../kernel/calls/aws-operation.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import type { ServiceRequest } from '../../core/ports.ts';

/** The owner of the bucket, and of the bucket that a copy reads. */
const HEADERS = ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner'];

/** Refuses a call that expects another owner [obs: s3, `test_put_bucket_policy_expected_bucket_owner`]. */
export function refuseOtherOwner(request: ServiceRequest, accountId: string): S3Refusal | undefined {
  for (const name of HEADERS) {
    const owner = headerOf(request, name);
    if (owner === undefined || owner === accountId) continue;
    if (/^\w{12}$/.test(owner))
      return { status: 403, code: 'AccessDenied', message: 'Access Denied', details: {} };
    return {
      status: 400,
      code: 'InvalidBucketOwnerAWSAccountID',
      message: `The value of the expected bucket owner parameter must be an AWS Account ID... [${owner}]`,
      details: {},
    };
  }
  return undefined;
}
