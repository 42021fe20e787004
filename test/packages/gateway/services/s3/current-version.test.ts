/**
 * Reads that name the version of an object, as functions do with the `versionId` of an event (S3 API reference,
 * GetObject; S3 user guide, "Event message structure"). An object that was stored without versions has the version
 * `null` (S3 user guide, "Working with objects in a versioning-suspended bucket").
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const bucket = (BucketName: string, more: object = {}) => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName, ...more },
});

describe('the current version of an object', () => {
  let started: StartedGateway;
  let s3: S3Client;
  const put = async (Bucket: string, Body: string): Promise<string | undefined> =>
    (await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body, Tagging: 'b=c' }))).VersionId;
  const read = async (Bucket: string, VersionId: string | undefined): Promise<string | undefined> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId }));
    return Body?.transformToString();
  };
  before(async () => {
    started = await aGateway({
      Kept: bucket('kept', { VersioningConfiguration: { Status: 'Enabled' } }),
      Plain: bucket('plain'),
    });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
  });
  after(() => started.close());

  it('is read and copied by its id', async () => {
    const Bucket = 'kept';
    const VersionId = await put(Bucket, 'one');

    assert.equal(await read(Bucket, VersionId), 'one');
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a', VersionId }));
    assert.deepEqual([head.ContentLength, head.VersionId], [3, VersionId]);
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'a', VersionId }));
    assert.deepEqual(TagSet, [{ Key: 'b', Value: 'c' }]);
    const CopySource = `${Bucket}/a?versionId=${VersionId}`;
    await s3.send(new CopyObjectCommand({ Bucket: 'plain', Key: 'a', CopySource }));
    assert.equal(await read('plain', undefined), 'one');
  });

  it('has the id null in a bucket without versions', async () => {
    await put('plain', 'two');

    assert.equal(await read('plain', 'null'), 'two');
  });

  it('is followed by the version before it when it is deleted by its id', async () => {
    await put('kept', 'one');
    const VersionId = await put('kept', 'two');
    await s3.send(new DeleteObjectCommand({ Bucket: 'kept', Key: 'a', VersionId }));

    assert.equal(await read('kept', undefined), 'one');
  });
});

// LocalStack, tests/aws/services/s3/test_s3_api.py::TestS3ObjectCRUD::test_delete_object_versioned and
// test_get_object_with_version_unversioned_bucket (recorded)
describe('a version of an object', () => {
  let started: StartedGateway;
  let s3: S3Client;
  const versions: Record<string, string | undefined> = {
    unknown: 'HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD',
    bad: 'bad-version',
  };
  before(async () => {
    started = await aGateway({
      Kept: bucket('kept', { VersioningConfiguration: { Status: 'Enabled' } }),
      Plain: bucket('plain'),
    });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    const Key = 'a';
    for (const Bucket of ['kept', 'plain'])
      versions[Bucket] = (await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'one' }))).VersionId;
    await s3.send(new PutObjectCommand({ Bucket: 'kept', Key, Body: 'two' }));
    versions['marker'] = (await s3.send(new DeleteObjectCommand({ Bucket: 'kept', Key }))).VersionId;
  });
  after(() => started.close());

  it('is read after a later one, and after the object was deleted', async () => {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: 'kept', Key: 'a', VersionId: versions['kept'] }),
    );

    assert.equal(await Body?.transformToString(), 'one');
  });

  for (const [Bucket, version, status, name, message] of [
    ['plain', 'unknown', 400, 'InvalidArgument', 'Invalid version id specified'],
    ['kept', 'bad', 400, 'InvalidArgument', 'Invalid version id specified'],
    ['kept', 'unknown', 404, 'NoSuchVersion', 'The specified version does not exist.'],
    ['kept', 'marker', 405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.'],
  ] as const)
    it(`is refused with ${name} if ${Bucket} has a ${version} id`, async () => {
      const VersionId = versions[version];

      await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId })), (error: Error) => {
        const { name: code, message: said } = error;
        assert.partialDeepStrictEqual(Object.assign({}, error, { name: code, message: said }), {
          name,
          message,
          $metadata: { httpStatusCode: status },
        });
        return true;
      });
    });

  it('is not judged if the bucket or the upload of a copy does not exist', async () => {
    const [Key, Bucket, PartNumber] = ['copy', 'plain', 1];
    const CopySource = `absent/a?versionId=${versions['unknown']}`;
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const copyPart = (more: { UploadId: string | undefined; CopySource: string }) =>
      s3.send(new UploadPartCopyCommand({ Bucket, Key, PartNumber, ...more }));

    await assert.rejects(s3.send(new CopyObjectCommand({ Bucket, Key, CopySource })), {
      name: 'NoSuchBucket',
    });
    await assert.rejects(copyPart({ UploadId, CopySource }), { name: 'NoSuchBucket' });
    const unknown = { UploadId: 'none', CopySource: 'kept/a?versionId=bad' };
    await assert.rejects(copyPart(unknown), { name: 'NoSuchUpload' });
    await assert.rejects(copyPart({ ...unknown, UploadId }), { name: 'InvalidArgument' });
  });

  it('is deleted without a trace, and so is a delete marker', async () => {
    const VersionId = versions['marker'];
    const deleted = await s3.send(new DeleteObjectCommand({ Bucket: 'kept', Key: 'a', VersionId }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'kept', Key: 'a' }));

    assert.partialDeepStrictEqual(deleted, { DeleteMarker: true, VersionId });
    assert.equal(await Body?.transformToString(), 'two');
  });
});
