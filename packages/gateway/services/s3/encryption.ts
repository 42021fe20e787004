/**
 * The encryption of objects. The gateway encrypts nothing, but its responses state the encryption that a call or the
 * bucket sets.
 */
import { partitionOf } from '@gatewright/aws/arn';
import { asText, isTrue, membersOf } from '@gatewright/aws/json-object';
import { headerOf } from '../../kernel/calls/aws-operation.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { ServiceRequest } from '../../core/ports.ts';

export type Encryption = {
  readonly algorithm: string;
  readonly keyId?: string | undefined;
  readonly hasBucketKey: boolean;
};
type Place = { readonly region: string | undefined; readonly accountId: string };

const HEADER = 'x-amz-server-side-encryption';
const KEY_ID = 'x-amz-server-side-encryption-aws-kms-key-id';
const BUCKET_KEY = 'x-amz-server-side-encryption-bucket-key-enabled';
const OF_S3: Encryption = { algorithm: 'AES256', hasBucketKey: false };
const OF_KMS = ['aws:kms', 'aws:kms:dsse'];
/** Stands for the key that AWS makes for S3 in each account. */
const MANAGED_KEY = '00000000-0000-4000-8000-000000000000';

/** Reads the encryption that a bucket gives to its objects; undefined if the template names none. */
export function readBucketEncryption(reader: ResourceReader): Encryption | undefined {
  const [rule] = reader
    .list('BucketEncryption.ServerSideEncryptionConfiguration')
    .map((one) => membersOf(one));
  const { SSEAlgorithm, KMSMasterKeyID } = membersOf(rule?.['ServerSideEncryptionByDefault']);
  return typeof SSEAlgorithm !== 'string'
    ? undefined
    : {
        algorithm: SSEAlgorithm,
        keyId: asText(KMSMasterKeyID),
        hasBucketKey: isTrue(rule?.['BucketKeyEnabled']),
      };
}

/**
 * Refuses an encryption that S3 does not support.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function refuseEncryption(request: ServiceRequest): S3Refusal | undefined {
  const algorithm = headerOf(request, HEADER);
  if (algorithm === undefined || algorithm === OF_S3.algorithm || OF_KMS.includes(algorithm))
    return undefined;
  return {
    status: 400,
    code: 'InvalidEncryptionAlgorithmError',
    message: 'The encryption request you specified is not valid. The valid value is AES256.',
    details: {},
  };
}

/**
 * Returns the headers that state the encryption of an object: the encryption that the request sets, or else the
 * encryption that its bucket sets [obs: s3, `test_copy_object_kms`].
 */
export function encryptionHeaders(
  request: ServiceRequest | undefined,
  ofBucket: Encryption | undefined,
  place: Place,
): readonly string[] {
  return printEncryption(readEncryption(request) ?? ofBucket ?? OF_S3, place);
}

function readEncryption(request: ServiceRequest | undefined): Encryption | undefined {
  const algorithm = request && headerOf(request, HEADER);
  if (request === undefined || algorithm === undefined) return undefined;
  const hasBucketKey = headerOf(request, BUCKET_KEY)?.toLowerCase() === 'true';
  return { algorithm, keyId: headerOf(request, KEY_ID), hasBucketKey };
}

function printEncryption({ algorithm, keyId, hasBucketKey }: Encryption, place: Place): readonly string[] {
  if (!OF_KMS.includes(algorithm)) return [HEADER, algorithm];
  const ofKey = hasBucketKey ? [BUCKET_KEY, 'true'] : [];
  return [HEADER, algorithm, KEY_ID, arnOfKey(keyId ?? MANAGED_KEY, place), ...ofKey];
}

/**
 * S3 prints the ARN of a key, even if the request names the key in another form [obs: s3,
 * `test_s3_sse_validate_kms_key_state`].
 */
function arnOfKey(keyId: string, { region = 'us-east-1', accountId }: Place): string {
  if (keyId.startsWith('arn:')) return keyId;
  const resource = keyId.startsWith('alias/') ? keyId : `key/${keyId}`;
  return `arn:${partitionOf(region)}:kms:${region}:${accountId}:${resource}`;
}
