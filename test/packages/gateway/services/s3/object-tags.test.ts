/**
 * Tags of objects through a running gateway. LocalStack recorded the answers from AWS in tests/aws/services/s3,
 * test_s3_api.py, TestS3BucketObjectTagging (23 February 2026). The tests of moto in tests/test_s3/test_s3_tagging.py
 * ran against AWS, too.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const Bucket = 'photos';
const Key = 'a';
const tagsOf = (...pairs: readonly (readonly [string, string])[]) => ({
  TagSet: pairs.map(([Key, Value]) => ({ Key, Value })),
});

describe('tags of an object', () => {
  let started: StartedGateway;
  let s3: S3Client;
  before(async () => {
    started = await aGateway({ Photos: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } } });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
  });
  after(() => started.close());

  const put = (Tagging?: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'text', Tagging }));
  const tag = (...pairs: readonly (readonly [string, string])[]) =>
    s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: tagsOf(...pairs) }));
  const read = async (key = Key) =>
    (await s3.send(new GetObjectTaggingCommand({ Bucket, Key: key }))).TagSet?.map(
      (one) => `${one.Key}=${one.Value}`,
    );
  const count = async () => (await s3.send(new HeadObjectCommand({ Bucket, Key }))).TagCount;

  it('are written with the object, replaced and removed, and a read tells how many there are', async () => {
    await put('tag2=b%20c&tag1=a&tag');
    assert.deepEqual([await read(), await count()], [['tag=', 'tag1=a', 'tag2=b c'], 3]);

    assert.equal((await tag(['tag3', 'x/y'])).$metadata.httpStatusCode, 200);
    assert.deepEqual([await read(), await count()], [['tag3=x/y'], 1]);

    const removed = await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key }));
    assert.equal(removed.$metadata.httpStatusCode, 204);
    assert.deepEqual([await read(), await count()], [[], undefined]);
  });

  it('go when the object is written again', async () => {
    await put('tag=a');
    await put();

    assert.deepEqual(await read(), []);
  });

  // S3 API reference, CopyObject, x-amz-tagging-directive
  it('are copied, unless the copy states others', async () => {
    await put('tag=a');
    const copy = { Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}` };

    await s3.send(new CopyObjectCommand(copy));
    assert.deepEqual(await read('copy'), ['tag=a']);

    await s3.send(new CopyObjectCommand({ ...copy, TaggingDirective: 'REPLACE', Tagging: 'other=b' }));
    assert.deepEqual(await read('copy'), ['other=b']);
  });

  // aws/aws-sdk-js-v3#4694, aws/aws-sdk-ruby#1808: the SDK moves these headers to the query.
  it('and metadata are read from the query of a presigned URL', async () => {
    const command = new PutObjectCommand({
      Bucket,
      Key: 'presigned',
      Tagging: 'tag=a&b=c',
      Metadata: { owner: 'ann' },
    });
    const url = await getSignedUrl(s3, command);
    assert.match(url, /x-amz-meta-owner=ann/);

    assert.equal((await fetch(url, { method: 'PUT', body: 'text' })).status, 200);

    assert.deepEqual(await read('presigned'), ['b=c', 'tag=a']);
    const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'presigned' }));
    assert.deepEqual(Metadata, { owner: 'ann' });
  });

  const HEADER =
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
  const MANY = Array.from({ length: 11 }, (_, at) => [`tag${at}`, 'v'] as const);
  const REFUSED: readonly (readonly [
    source: string,
    call: () => Promise<unknown>,
    name: string,
    message: string,
    details: object,
  ])[] = [
    [
      'test_object_tagging_exc',
      () => put('key1=a&key1=b'),
      'InvalidArgument',
      HEADER,
      { ArgumentValue: 'key1=a&key1=b' },
    ],
    [
      'test_object_tagging_exc',
      () => put('a=1,b=2'),
      'InvalidArgument',
      HEADER,
      { ArgumentName: 'x-amz-tagging' },
    ],
    [
      'moto: test_put_object_with_tagging',
      () => put('aws:foo=bar'),
      'InvalidTag',
      'Your TagKey cannot be prefixed with aws:',
      { TagKey: 'aws:foo' },
    ],
    [
      'moto: test_put_object_tagging_too_many_tags',
      () => tag(...MANY),
      'BadRequest',
      'Object tags cannot be greater than 10',
      {},
    ],
    [
      'test_tagging_validation',
      () => tag(['Key1', 'a'], ['Key1', 'b']),
      'InvalidTag',
      'Cannot provide multiple Tags with the same key',
      { TagKey: 'Key1' },
    ],
    [
      'test_tagging_validation',
      () => tag(['Key1,Key2', 'a']),
      'InvalidTag',
      'The TagKey you have provided is invalid',
      { TagKey: 'Key1,Key2' },
    ],
    [
      'test_tagging_validation',
      () => tag(['aws:prefixed', 'a']),
      'InvalidTag',
      'Your TagKey cannot be prefixed with aws:',
      { TagKey: 'aws:prefixed' },
    ],
    [
      'test_object_tagging_exc',
      () => read('gone'),
      'NoSuchKey',
      'The specified key does not exist.',
      { Key: 'photos/gone' },
    ],
  ];
  for (const [source, call, name, message, details] of REFUSED)
    it(`are refused with ${name}: ${message} (${source})`, async () => {
      await put();
      await assert.rejects(call(), { name, message, ...details });
    });
});
