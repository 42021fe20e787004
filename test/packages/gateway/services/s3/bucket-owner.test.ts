/**
 * The owner that a call expects. LocalStack recorded the answers from AWS (tests/aws/services/s3/test_s3.py,
 * test_put_bucket_policy_expected_bucket_owner and test_get_bucket_policy_invalid_account_id, February 2026).
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const OWN = '123456789012';
const OTHER = '000000000000';
const Bucket = 'photos';
const Key = 'a';

describe('a call to S3 that expects an owner of the bucket', () => {
  let started: StartedGateway;
  let s3: S3Client;
  before(async () => {
    started = await aGateway({ Photos: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } } });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'us-east-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'b', ExpectedBucketOwner: OWN }));
  });
  after(() => started.close());

  it('is served if it is the owner', async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ExpectedBucketOwner: OWN }));
    assert.equal(await Body?.transformToString(), 'b');
  });

  const copied = { Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}` };
  for (const [name, send] of [
    ['GetObject', () => s3.send(new GetObjectCommand({ Bucket, Key, ExpectedBucketOwner: OTHER }))],
    ['PutObject', () => s3.send(new PutObjectCommand({ Bucket, Key, ExpectedBucketOwner: OTHER }))],
    ['ListObjectsV2', () => s3.send(new ListObjectsV2Command({ Bucket, ExpectedBucketOwner: OTHER }))],
    ['CopyObject', () => s3.send(new CopyObjectCommand({ ...copied, ExpectedSourceBucketOwner: OTHER }))],
  ] as const)
    it(`is refused for another account (${name})`, async () => {
      await assert.rejects(send(), { name: 'AccessDenied', message: 'Access Denied' });
    });

  it('is refused for another account, without a body if it has none (HeadBucket)', async () => {
    const asked = s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: OTHER }));
    await assert.rejects(
      asked,
      (error) => error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403,
    );
  });

  it('is refused if it is not the id of an account', async () => {
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key, ExpectedBucketOwner: 'invalid' })), {
      name: 'InvalidBucketOwnerAWSAccountID',
      message: 'The value of the expected bucket owner parameter must be an AWS Account ID... [invalid]',
    });
  });
});
