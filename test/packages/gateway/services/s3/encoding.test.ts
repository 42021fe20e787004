/** The encoding of objects through a running gateway (S3 API reference, "GetObject" and "HeadObject"). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const PACKED = gzipSync('packed');
const AT = { Bucket: 'packed', Key: 'a' };

describe('An object with an encoding', () => {
  let started: StartedGateway;
  let s3: S3Client;
  before(async () => {
    started = await aGateway({ Packed: { Type: 'AWS::S3::Bucket', Properties: { BucketName: AT.Bucket } } });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    await s3.send(new PutObjectCommand({ ...AT, Body: PACKED, ContentEncoding: 'gzip' }));
  });
  after(() => started.close());

  it('keeps it, and the body as it was stored', async () => {
    const { ContentEncoding, Body } = await s3.send(new GetObjectCommand(AT));
    const { ContentEncoding: ofHead } = await s3.send(new HeadObjectCommand(AT));

    assert.deepEqual([ContentEncoding, ofHead], ['gzip', 'gzip']);
    assert.deepEqual(Buffer.from((await Body?.transformToByteArray()) ?? []), PACKED);
  });

  it('is read with another one if the call asks for it', async () => {
    const { ContentEncoding } = await s3.send(
      new GetObjectCommand({ ...AT, ResponseContentEncoding: 'identity' }),
    );

    assert.equal(ContentEncoding, 'identity');
  });
});
