/** DeleteObjects through a running gateway (S3 API reference, "DeleteObjects"). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import * as s3Service from '../../../../../packages/gateway/services/s3/service.ts';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const bucket = (BucketName: string, more: object = {}) => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName, ...more },
});

describe('DeleteObjects', () => {
  let started: StartedGateway;
  let s3: S3Client;
  before(async () => {
    started = await aGateway({
      Photos: bucket('photos'),
      Locked: bucket('locked', { ObjectLockEnabled: true }),
      Texted: bucket('texted', { ObjectLockEnabled: 'true' }),
      Kept: bucket('kept', { VersioningConfiguration: { Status: 'Enabled' } }),
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

  const remove = async (Bucket: string, keys: readonly string[], Quiet?: boolean) =>
    await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet } }),
    );

  it('deletes the objects, and names each key, also one that no object has', async () => {
    const keys = ['a', 'folder/b c', 'x&y <1>'];
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: 'photos', Key, Body: 'text' }));

    const { Deleted, Errors } = await remove('photos', [...keys, 'gone']);

    assert.deepEqual([Deleted?.map(({ Key }) => Key), Errors], [[...keys, 'gone'], undefined]);
    for (const Key of keys)
      await assert.rejects(s3.send(new GetObjectCommand({ Bucket: 'photos', Key })), { name: 'NoSuchKey' });
  });

  it('names nothing if it is quiet', async () => {
    assert.equal((await remove('photos', ['a'], true)).Deleted, undefined);
  });

  // S3 user guide, "How to perform conditional deletes"; a missing object has the error code that DeleteObject returns.
  it('deletes only objects with the ETag that the request states', async () => {
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'a', Body: 'text' }));
    await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'b', Body: 'text' }));
    const Objects = [
      { Key: 'a', ETag },
      { Key: 'b', ETag: '"other"' },
      { Key: 'gone', ETag },
    ];

    const { Deleted, Errors } = await s3.send(
      new DeleteObjectsCommand({ Bucket: 'photos', Delete: { Objects } }),
    );

    assert.deepEqual(
      [Deleted?.map((one) => one.Key), Errors?.map((one) => [one.Key, one.Code])],
      [
        ['a'],
        [
          ['b', 'PreconditionFailed'],
          ['gone', 'NoSuchKey'],
        ],
      ],
    );
  });

  // localstack/localstack, test_delete_object_with_no_locking
  for (const Bucket of ['photos', 'locked', 'texted'])
    it(`allows BypassGovernanceRetention only with Object Lock: ${Bucket}`, async () => {
      const Key = 'retained';
      const BypassGovernanceRetention = true;
      const ask = [
        new DeleteObjectCommand({ Bucket, Key, BypassGovernanceRetention }),
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] }, BypassGovernanceRetention }),
      ] as const;
      const told = await Promise.all(
        [s3.send(ask[0]), s3.send(ask[1])].map((sent) =>
          sent.then(
            () => 'deleted',
            (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
          ),
        ),
      );

      const expected =
        Bucket !== 'photos'
          ? 'deleted'
          : 'InvalidArgument: x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.';
      assert.deepEqual(told, [expected, expected]);
    });

  it('adds a delete marker in a bucket that keeps versions', async () => {
    await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'a', Body: 'text' }));

    const { Deleted: [deleted] = [] } = await remove('kept', ['a']);

    assert.equal(deleted?.DeleteMarker, true);
    assert.match(deleted.DeleteMarkerVersionId ?? '', /^\w{32}$/);
  });

  it('is refused for a bucket that does not exist', async () => {
    await assert.rejects(remove('nobody', ['a']), { name: 'NoSuchBucket' });
  });

  const RESOURCES = '\n  Photos: { Type: AWS::S3::Bucket, Properties: { BucketName: photos } }';
  const post = async (body: string) => {
    const bench = anEventEngine({ s3: s3Service }, { resources: RESOURCES, functions: {} });
    return await bench.send({ service: 's3', method: 'POST', path: '/photos', query: 'delete=', body });
  };

  for (const body of [
    '',
    '<Delete></Delete>',
    '<Delete><Object></Object></Delete>',
    `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`,
  ])
    it(`is refused as malformed: ${body.slice(0, 40)}`, async () => {
      const reply = await post(body);
      assert.ok(reply.kind === 'answered');
      assert.deepEqual(
        [reply.status, /<Code>(.*?)<\/Code>/.exec(reply.body.toString())?.[1]],
        [400, 'MalformedXML'],
      );
    });

  it('is not served if it names versions', async () => {
    const reply = await post('<Delete><Object><Key>a</Key><VersionId>1</VersionId></Object></Delete>');
    assert.ok(reply.kind === 'unreachable');
    assert.match(reply.message, /^DeleteObjects with VersionId, LastModifiedTime or Size of S3 /);
  });
});
