/**
 * Reads that name the version of an object, as functions do with the `versionId` of an event (S3 API reference,
 * GetObject; S3 user guide, "Event message structure"). An object that was stored without versions has the version
 * `null` (S3 user guide, "Working with objects in a versioning-suspended bucket").
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
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

  it('is not read by the id of an earlier version, which is not kept here', async () => {
    const before = await put('kept', 'one');
    await put('kept', 'two');

    await assert.rejects(read('kept', before), {
      name: 'NotImplementedException',
      message: /^GetObject with versionId of S3 is not supported by this gateway\. /,
    });
  });
});
