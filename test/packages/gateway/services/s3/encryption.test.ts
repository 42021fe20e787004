/**
 * What the answers of S3 tell about the encryption of an object. LocalStack recorded them from AWS
 * (tests/aws/services/s3/test_s3.py: test_s3_sse_validate_kms_key_state, test_copy_object_kms,
 * test_s3_sse_default_kms_key, February 2026).
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

type Told = {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
};
const bucket = (BucketName: string, more: object = {}) => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName, ...more },
});
const keyOf = (id: string): string => `arn:aws:kms:eu-west-1:123456789012:key/${id}`;
const KMS = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'k' } as const;
const OF_S3 = ['AES256', undefined, undefined];
const told = ({ ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled }: Told) => [
  ServerSideEncryption,
  SSEKMSKeyId,
  BucketKeyEnabled,
];

describe('the encryption of an object', () => {
  let started: StartedGateway;
  let s3: S3Client;
  const put = (input: Partial<PutObjectCommandInput> = {}) =>
    s3.send(new PutObjectCommand({ Bucket: 'plain', Key: 'a', Body: 'b', ...input }));
  const head = (Bucket: string, Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key }));
  before(async () => {
    const ServerSideEncryptionConfiguration = [
      {
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyOf('own') },
      },
    ];
    started = await aGateway({
      Plain: bucket('plain'),
      Kms: bucket('kept', { BucketEncryption: { ServerSideEncryptionConfiguration } }),
    });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'us-east-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
  });
  after(() => started.close());

  it('is that of S3 by default', async () => {
    assert.deepEqual([told(await put()), told(await head('plain', 'a'))], [OF_S3, OF_S3]);
  });

  it('is the one that the call names, with the ARN of the key', async () => {
    const expected = ['aws:kms', keyOf('k'), true];

    assert.deepEqual(told(await put({ ...KMS, BucketKeyEnabled: true })), expected);
    assert.deepEqual(told(await head('plain', 'a')), expected);
  });

  it('has a key of AWS if the call names none', async () => {
    const [algorithm, key] = told(await put({ ServerSideEncryption: 'aws:kms' }));

    assert.equal(algorithm, 'aws:kms');
    assert.match(String(key), /^arn:aws:kms:eu-west-1:123456789012:key\/[0-9a-f-]{36}$/);
  });

  it('is that of the bucket unless the call names another, also for a copy', async () => {
    const expected = ['aws:kms', keyOf('own'), true];
    await put();

    assert.deepEqual(told(await put({ Bucket: 'kept' })), expected);
    assert.deepEqual(told(await put({ Bucket: 'kept', ServerSideEncryption: 'AES256' })), OF_S3);
    const copied = await s3.send(new CopyObjectCommand({ Bucket: 'kept', Key: 'c', CopySource: 'plain/a' }));
    assert.deepEqual([told(copied), told(await head('kept', 'c'))], [expected, expected]);
  });

  it('is told by each call of an upload in parts', async () => {
    const of = { Bucket: 'plain', Key: 'parts' };
    const expected = ['aws:kms', keyOf('k'), undefined];
    const begun = await s3.send(new CreateMultipartUploadCommand({ ...of, ...KMS }));
    const { UploadId } = begun;
    const part = await s3.send(new UploadPartCommand({ ...of, UploadId, PartNumber: 1, Body: 'b' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
    const done = await s3.send(new CompleteMultipartUploadCommand({ ...of, UploadId, MultipartUpload }));

    for (const answer of [begun, part, done, await head('plain', 'parts')])
      assert.deepEqual(told(answer), expected);
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  it('is refused if S3 does not have it', async () => {
    const ServerSideEncryption = 'AES512' as 'AES256';
    await assert.rejects(put({ ServerSideEncryption }), { name: 'InvalidEncryptionAlgorithmError' });
  });

  // API reference, GetObject: WebsiteRedirectLocation
  it('is not the only header that a read returns: so is the redirect of a website', async () => {
    await put({ WebsiteRedirectLocation: '/b' });
    assert.equal((await head('plain', 'a')).WebsiteRedirectLocation, '/b');
  });
});
