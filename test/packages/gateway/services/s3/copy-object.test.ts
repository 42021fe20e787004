/**
 * CopyObject through a running gateway. LocalStack recorded the answers from AWS (tests/aws/services/s3, test_s3.py and
 * test_s3_api.py, 2025 and 2026).
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { CopyObjectCommandInput } from '@aws-sdk/client-s3';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const bucket = (BucketName: string, more: object = {}) => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName, ...more },
});
const ITSELF =
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
const FAILED = 'At least one of the pre-conditions you specified did not hold';
const ETAG = '"88bac95f31528d13a072c05f2a1cf371"';

describe('CopyObject', () => {
  let started: StartedGateway;
  let s3: S3Client;
  const copy = (more: Partial<CopyObjectCommandInput> = {}) =>
    s3.send(new CopyObjectCommand({ Bucket: 'photos', Key: 'copy', CopySource: 'photos/source', ...more }));
  const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket: 'photos', Key }));
  before(async () => {
    const kept = bucket('kept', { VersioningConfiguration: { Status: 'Enabled' } });
    started = await aGateway({ Photos: bucket('photos'), Kept: kept });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'us-east-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    await s3.send(
      new PutObjectCommand({
        Bucket: 'photos',
        Key: 'source',
        Body: '{"key": "value"}',
        ContentType: 'application/json',
        ContentLanguage: 'en-US',
        Metadata: { key: 'value' },
      }),
    );
  });
  after(() => started.close());

  it('copies the object with its headers, its metadata and its checksum', async () => {
    const { CopyObjectResult: result, ServerSideEncryption, $metadata } = await copy();
    assert.deepEqual(
      [
        $metadata.httpStatusCode,
        ServerSideEncryption,
        result?.ETag,
        result?.ChecksumCRC32,
        result?.ChecksumType,
      ],
      [200, 'AES256', ETAG, 'MzVIGw==', 'FULL_OBJECT'],
    );
    assert.equal(result?.LastModified?.getMilliseconds(), 0);
    const { ContentType, ContentLanguage, Metadata, ContentLength } = await head('copy');
    assert.deepEqual(
      [ContentType, ContentLanguage, Metadata, ContentLength],
      ['application/json', 'en-US', { key: 'value' }, 16],
    );
  });

  it('has the metadata of the call if it replaces them', async () => {
    await copy({
      MetadataDirective: 'REPLACE',
      ContentType: 'image/jpg',
      Metadata: { 'another-key': 'value' },
    });
    const { ContentType, ContentLanguage, Metadata } = await head('copy');
    assert.deepEqual(
      [ContentType, ContentLanguage, Metadata],
      ['image/jpg', undefined, { 'another-key': 'value' }],
    );
    await copy({ Metadata: { ignored: 'yes' } });
    assert.deepEqual((await head('copy')).Metadata, { key: 'value' });
  });

  it('computes another checksum if the call names its algorithm', async () => {
    const { CopyObjectResult } = await copy({ ChecksumAlgorithm: 'SHA256' });
    assert.equal(CopyObjectResult?.ChecksumSHA256, 'lyTB4g5uPk1/V+0l+dTvsAblCFkNUoyQ2ll/andcE+U=');
  });

  it('copies keys with special characters, in both forms of a blank', async () => {
    for (const Key of ['file%2Fname', 'test@key/', 'test key//', 'a/%F0%9F%98%80/', 'test+key']) {
      await s3.send(new PutObjectCommand({ Bucket: 'photos', Key, Body: 'test' }));
      await copy({ Key: `${Key}copy`, CopySource: `photos/${encodeURIComponent(Key)}` });
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'photos', Key: `${Key}copy` }));
      assert.equal(await Body?.transformToString(), 'test', Key);
    }
    await copy({ CopySource: '/photos/test+key//' });
  });

  it('gives the copy a version in a bucket that keeps versions', async () => {
    const { VersionId, CopySourceVersionId } = await copy({ Bucket: 'kept' });
    assert.match(VersionId ?? '', /^\w{32}$/);
    assert.equal(CopySourceVersionId, undefined);
    const again = await copy({ CopySource: 'kept/copy' });
    assert.deepEqual([again.VersionId, again.CopySourceVersionId], [undefined, VersionId]);
  });

  it('copies an object to itself only if something changes', async () => {
    const itself = { Key: 'source', CopySource: 'photos/source' };
    const refused = { name: 'InvalidRequest', message: ITSELF };
    await assert.rejects(copy(itself), refused);
    await assert.rejects(copy({ ...itself, Metadata: { key: 'other' } }), refused);
    assert.equal((await copy({ ...itself, StorageClass: 'STANDARD' })).CopyObjectResult?.ETag, ETAG);
  });

  for (const { name, asked, refusal } of [
    {
      name: 'a source without a key',
      asked: { CopySource: 'wrongformat' },
      refusal: {
        name: 'InvalidArgument',
        message: 'Invalid copy source object key',
        ArgumentName: 'x-amz-copy-source',
        ArgumentValue: 'x-amz-copy-source',
      },
    },
    {
      name: 'a source in a bucket that does not exist',
      asked: { CopySource: 'nobody/a' },
      refusal: { name: 'NoSuchBucket', message: 'The specified bucket does not exist', BucketName: 'nobody' },
    },
    {
      name: 'a source that does not exist',
      asked: { CopySource: 'photos/random%20key' },
      refusal: { name: 'NoSuchKey', message: 'The specified key does not exist.', Key: 'random key' },
    },
    {
      name: 'a condition of the source that is not met',
      asked: { CopySourceIfMatch: '"other"' },
      refusal: { name: 'PreconditionFailed', message: FAILED, Condition: 'x-amz-copy-source-If-Match' },
    },
    {
      name: 'an ETag that the source must not have',
      asked: { CopySourceIfNoneMatch: ETAG },
      refusal: { name: 'PreconditionFailed', message: FAILED, Condition: 'x-amz-copy-source-If-None-Match' },
    },
    {
      name: 'a copy that exists already',
      asked: { IfNoneMatch: '*', Key: 'source', StorageClass: 'STANDARD' },
      refusal: { name: 'PreconditionFailed', message: FAILED, Condition: 'If-None-Match' },
    },
  ] as const)
    it(`refuses ${name}`, async () => {
      await assert.rejects(copy(asked), refusal);
    });
});
