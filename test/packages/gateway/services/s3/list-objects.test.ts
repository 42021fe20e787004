/**
 * Lists of objects through a running gateway. LocalStack recorded the answers from AWS (tests/aws/services/s3,
 * `TestS3ListObjects` and `TestS3ListObjectsV2`, January 2025 and February 2026); others measured what
 * brekkylab/backlot#178, #188, #192 and #204 report, in September 2026.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import * as s3Service from '../../../../../packages/gateway/services/s3/service.ts';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { anEventEngine, REGION } from '../../../../support/an-event-engine.ts';

const VALUES = `
s3:
  files:
    rates/today.json: { eur: 1 }
    rates/old.json: { eur: 2 }
`;
const IDENTITIES = `
identities:
  - name: reader
    accessKeyId: AKIALOCAL000READER
    secretAccessKey: reader-secret-of-a-test
    policies:
      - Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Action: 's3:ListBucket', Resource: 'arn:aws:s3:::keys', Condition: { StringLike: { 's3:prefix': 'folder/*' } } }
`;
const bucket = (BucketName: string, more: object = {}) => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName, ...more },
});
const KEYS = ['zz', 'folder/file2', 'folder/file1', 'folder/sub/2', 'folder/sub/1', 'a b', 'a+b', 'é', 'Z'];
/** UTF-8 sorts capitals before small letters, and `é` after `z`. */
const SORTED = ['Z', 'a b', 'a+b', 'folder/file1', 'folder/file2', 'folder/sub/1', 'folder/sub/2', 'zz', 'é'];

describe('lists of objects', () => {
  let started: StartedGateway;
  const client = (credentials = GATEWAY_ADMIN) =>
    new S3Client({
      endpoint: started.listening.control,
      region: 'us-east-1',
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    });
  let s3: S3Client;
  const list = (more: Partial<ListObjectsV2CommandInput> = {}) =>
    s3.send(new ListObjectsV2Command({ Bucket: 'keys', ...more }));
  const namesOf = async (more: Partial<ListObjectsV2CommandInput>) => {
    const { Contents, CommonPrefixes } = await list(more);
    return [Contents?.map(({ Key }) => Key), CommonPrefixes?.map(({ Prefix }) => Prefix)];
  };
  before(async () => {
    const files = { 'gatewright.values.yml': VALUES, 'gatewright.identities.yml': IDENTITIES };
    const kept = bucket('kept', { VersioningConfiguration: { Status: 'Enabled' } });
    started = await aGateway({ Keys: bucket('keys'), Kept: kept, Empty: bucket('empty') }, {}, files);
    s3 = client();
    for (const Key of KEYS) await s3.send(new PutObjectCommand({ Bucket: 'keys', Key, Body: 'content 123' }));
  });
  after(() => started.close());

  it('have every key in the order of its bytes, with what is known of its object', async () => {
    const { Contents, ...rest } = await list();
    const { $metadata: metadata, ...shown } = rest;
    assert.deepEqual(
      Contents?.map(({ Key }) => Key),
      SORTED,
    );
    assert.equal(metadata.httpStatusCode, 200);
    assert.deepEqual(shown, { IsTruncated: false, KeyCount: 9, MaxKeys: 1000, Name: 'keys', Prefix: '' });
    const { LastModified, ...first } = Contents[0] ?? {};
    assert.equal(LastModified?.getMilliseconds(), 0);
    assert.deepEqual(first, {
      ChecksumAlgorithm: ['CRC32'],
      ChecksumType: 'FULL_OBJECT',
      ETag: '"0d9fa06a66933b40f615f530e59edd6b"',
      Key: 'Z',
      Size: 11,
      StorageClass: 'STANDARD',
    });
  });

  it('have a prefix, and common prefixes up to a delimiter', async () => {
    assert.deepEqual(await namesOf({ Prefix: 'folder/', Delimiter: '/' }), [
      ['folder/file1', 'folder/file2'],
      ['folder/sub/'],
    ]);
    assert.deepEqual(await namesOf({ Prefix: 'folder' }), [
      ['folder/file1', 'folder/file2', 'folder/sub/1', 'folder/sub/2'],
      undefined,
    ]);
    assert.deepEqual(await namesOf({ Prefix: 'folder', Delimiter: '/' }), [undefined, ['folder/']]);
    assert.deepEqual(await namesOf({ Delimiter: '/' }), [['Z', 'a b', 'a+b', 'zz', 'é'], ['folder/']]);
  });

  it('go on from page to page, also after a common prefix', async () => {
    const pages = [];
    const asked = { Bucket: 'keys', Prefix: 'folder/', Delimiter: '/' };
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 1 }, asked)) pages.push(page);

    assert.deepEqual(
      pages.map(({ Contents, CommonPrefixes, KeyCount, IsTruncated }) => [
        Contents?.[0]?.Key ?? CommonPrefixes?.[0]?.Prefix,
        KeyCount,
        IsTruncated,
      ]),
      [
        ['folder/file1', 1, true],
        ['folder/file2', 1, true],
        ['folder/sub/', 1, false],
      ],
    );
    assert.equal(pages[1]?.ContinuationToken, pages[0]?.NextContinuationToken);
  });

  it('start after a key, which a continuation token overrides', async () => {
    const { Contents, StartAfter } = await list({ StartAfter: 'folder/sub/1' });
    assert.deepEqual([Contents?.map(({ Key }) => Key), StartAfter], [SORTED.slice(6), 'folder/sub/1']);
    const { NextContinuationToken } = await list({ MaxKeys: 8 });
    const continued = await list({ StartAfter: 'a', ContinuationToken: NextContinuationToken });
    assert.deepEqual([continued.Contents?.map(({ Key }) => Key), continued.StartAfter], [['é'], undefined]);
  });

  it('show the owner only if it is asked for', async () => {
    const { Contents: [first] = [] } = await list({ FetchOwner: true });
    assert.match(first?.Owner?.ID ?? '', /^[0-9a-f]{64}$/);
  });

  it('of the first version have markers, and the owner of each object', async () => {
    const asked = { Bucket: 'keys', Prefix: 'folder/', Delimiter: '/', MaxKeys: 1 };
    const first = await s3.send(new ListObjectsCommand(asked));
    assert.deepEqual(
      [first.Marker, first.NextMarker, first.IsTruncated, first.Contents?.[0]?.Owner?.ID?.length],
      ['', 'folder/file1', true, 64],
    );
    const inside = await s3.send(new ListObjectsCommand({ ...asked, Marker: 'folder/sub/1' }));
    assert.deepEqual(
      [inside.Marker, inside.CommonPrefixes, inside.IsTruncated],
      ['folder/sub/1', undefined, false],
    );
    const plain = await s3.send(new ListObjectsCommand({ Bucket: 'keys', MaxKeys: 1 }));
    assert.deepEqual([plain.IsTruncated, plain.NextMarker], [true, undefined]);
  });

  it('contain the objects of the values file, unless a call has deleted them', async () => {
    const files = async () => (await list({ Bucket: 'files' })).Contents?.map(({ Key, Size }) => [Key, Size]);
    assert.deepEqual(await files(), [
      ['rates/old.json', 9],
      ['rates/today.json', 9],
    ]);
    await s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'rates/today.json', Body: 'x' }));
    await s3.send(new DeleteObjectCommand({ Bucket: 'files', Key: 'rates/old.json' }));
    assert.deepEqual(await files(), [['rates/today.json', 1]]);
  });

  it('do not contain an object whose latest version is a delete marker', async () => {
    await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'a', Body: 'x' }));
    await s3.send(new DeleteObjectCommand({ Bucket: 'kept', Key: 'a' }));
    const { Contents, KeyCount } = await list({ Bucket: 'kept' });
    assert.deepEqual([Contents, KeyCount], [undefined, 0]);
  });

  it('are permitted by s3:ListBucket, with the prefix as condition', async () => {
    const reader = client({ accessKeyId: 'AKIALOCAL000READER', secretAccessKey: 'reader-secret-of-a-test' });
    const asked = (Prefix?: string) => reader.send(new ListObjectsV2Command({ Bucket: 'keys', Prefix }));
    assert.equal((await asked('folder/')).KeyCount, 4);
    await assert.rejects(asked('a'), { name: 'AccessDenied' });
    await assert.rejects(asked(), { name: 'AccessDenied' });
  });

  it('are refused for a bucket that does not exist', async () => {
    await assert.rejects(list({ Bucket: 'nobody' }), { name: 'NoSuchBucket' });
    await assert.rejects(list({ ContinuationToken: 'x' }), {
      name: 'InvalidArgument',
      message: 'The continuation token provided is incorrect',
    });
  });

  it('are empty for a bucket without objects', async () => {
    const { KeyCount, Contents } = await list({ Bucket: 'empty' });
    assert.deepEqual([KeyCount, Contents], [0, undefined]);
  });

  it('show the storage class of each object, also of a copy, which has its own', async () => {
    const Bucket = 'empty';
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', StorageClass: 'STANDARD_IA' }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: 'empty/a' }));
    const { Contents } = await list({ Bucket });
    assert.deepEqual(
      Contents?.map(({ StorageClass }) => StorageClass),
      ['STANDARD_IA', 'STANDARD'],
    );
  });

  it('are not needed to know whether a bucket exists', async () => {
    const { BucketRegion, BucketArn, AccessPointAlias } = await s3.send(
      new HeadBucketCommand({ Bucket: 'keys' }),
    );
    assert.deepEqual([BucketRegion, BucketArn, AccessPointAlias], ['eu-west-1', 'arn:aws:s3:::keys', false]);
    await assert.rejects(s3.send(new HeadBucketCommand({ Bucket: 'nobody' })), { name: 'NotFound' });
  });
});

describe('the XML of a list of objects', () => {
  const bench = anEventEngine(
    { s3: s3Service },
    { resources: '\n  B: { Type: AWS::S3::Bucket, Properties: { BucketName: keys } }', functions: {} },
  );
  const ask = async (query: string) => {
    const reply = await bench.send({ service: 's3', method: 'GET', path: '/keys', query });
    assert.ok(reply.kind === 'answered');
    return { status: reply.status, text: reply.body.toString(), headers: reply.headers };
  };
  before(async () => {
    for (const key of ['a b.txt', 'a+b.txt', '100%.csv', '한글/x.txt', 'run books/x.txt', 'date=1/'])
      await bench.send({ service: 's3', method: 'PUT', path: `/keys/${encodeURIComponent(key)}`, body: '' });
  });

  it('has the elements in the order of S3, with objects before common prefixes', async () => {
    const { text, headers } = await ask('list-type=2&delimiter=/&max-keys=3&start-after=1');
    assert.deepEqual(
      [...text.matchAll(/<(\w+)>/g)]
        .map(([, name]) => name)
        .filter((name) => !/^(?:Key|LastModified|ETag|Size|StorageClass)$/.test(name ?? '')),
      [
        'Name',
        'Prefix',
        'NextContinuationToken',
        'StartAfter',
        'KeyCount',
        'MaxKeys',
        'Delimiter',
        'IsTruncated',
        'Contents',
        'Contents',
        'Contents',
      ],
    );
    assert.match(
      text,
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<ListBucketResult xmlns="http:\/\/s3\.amazonaws\.com\/doc\/2006-03-01\/">/,
    );
    assert.ok(headers.join().includes(`x-amz-bucket-region,${REGION}`));
    const first = await ask('delimiter=/');
    assert.match(first.text, /<Prefix><\/Prefix><Marker><\/Marker><MaxKeys>/);
    assert.match(first.text, /<\/Contents><CommonPrefixes><Prefix>date=1\/<\/Prefix><\/CommonPrefixes>/);
  });

  it('encodes keys if that is asked for, with a plus for a blank (brekkylab/backlot#178)', async () => {
    const { text } = await ask('list-type=2&encoding-type=url');
    assert.deepEqual(
      [...text.matchAll(/<Key>([^<]*)/g)].map(([, key]) => key),
      ['100%25.csv', 'a+b.txt', 'a%2Bb.txt', 'date%3D1/', 'run+books/x.txt', '%ED%95%9C%EA%B8%80/x.txt'],
    );
    assert.match(text, /<EncodingType>url<\/EncodingType>/);
    const grouped = await ask('list-type=2&encoding-type=url&delimiter=/');
    assert.match(grouped.text, /<CommonPrefixes><Prefix>run\+books\/<\/Prefix>/);
  });

  for (const [query, message, name, value] of [
    [
      'list-type=2&encoding-type=value',
      'Invalid Encoding Method specified in Request',
      'encoding-type',
      'value',
    ],
    ['encoding-type=', 'Invalid Encoding Method specified in Request', 'encoding-type', ''],
    [
      'list-type=2&max-keys=-1',
      'Argument maxKeys must be an integer between 0 and 2147483647',
      'maxKeys',
      '-1',
    ],
    ['max-keys=many', 'Provided max-keys not an integer or within integer range', 'max-keys', 'many'],
    [
      'max-keys=2147483648',
      'Provided max-keys not an integer or within integer range',
      'max-keys',
      '2147483648',
    ],
  ] as const)
    it(`refuses ${query}`, async () => {
      const { status, text } = await ask(query);
      assert.equal(status, 400);
      assert.ok(
        text.includes(
          `<Code>InvalidArgument</Code><Message>${message}</Message><ArgumentName>${name}</ArgumentName><ArgumentValue>${value}</ArgumentValue>`,
        ),
        text,
      );
    });

  it('refuses an empty continuation token', async () => {
    const { status, text } = await ask('list-type=2&continuation-token=');
    assert.equal(status, 400);
    assert.match(text, /incorrect<\/Message><ArgumentName>continuation-token<\/ArgumentName><RequestId>/);
  });

  it('has at most 1000 keys, and a page of no keys is the last one', async () => {
    assert.match((await ask('max-keys=5000')).text, /<MaxKeys>1000<\/MaxKeys>/);
    assert.match(
      (await ask('max-keys=0')).text,
      /<MaxKeys>0<\/MaxKeys><IsTruncated>false<\/IsTruncated><\/ListBucketResult>/,
    );
  });

  it('is not what other reads of a bucket get', async () => {
    const reply = await bench.send({ service: 's3', method: 'GET', path: '/keys', query: 'versions' });
    assert.equal(reply.kind, 'unreachable');
  });
});
