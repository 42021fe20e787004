/** What S3 answers to ListBuckets. Source: S3 API reference, "ListBuckets" */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as s3 from '../../../../../packages/gateway/services/s3/service.ts';
import { anEventEngine, REGION } from '../../../../support/an-event-engine.ts';

const RESOURCES = ['photos', 'archive', 'photos-old']
  .map((name, index) => `\n  Bucket${index}: { Type: AWS::S3::Bucket, Properties: { BucketName: ${name} } }`)
  .join('');

async function list(query = ''): Promise<string> {
  const bench = anEventEngine({ s3 }, { resources: RESOURCES, functions: {} });
  const reply = await bench.send({ service: 's3', method: 'GET', path: '/', query });
  return reply.kind === 'answered' ? reply.body.toString() : reply.kind;
}

const names = (body: string) => [...body.matchAll(/<Name>([^<]+)<\/Name>/g)].map(([, name]) => name);

describe('ListBuckets', () => {
  it('names the buckets of the stacks by name, with their owner and day', async () => {
    const body = await list();
    assert.deepEqual(names(body), ['archive', 'photos', 'photos-old']);
    assert.match(body, /<ListAllMyBucketsResult xmlns="http:\/\/s3\.amazonaws\.com\/doc\/2006-03-01\/">/);
    assert.match(body, /<Owner><ID>[0-9a-f]{64}<\/ID><\/Owner>/);
    assert.match(body, /<CreationDate>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z<\/CreationDate>/);
    assert.doesNotMatch(body, /BucketRegion|ContinuationToken|Prefix/);
  });

  it('keeps to prefix and region, which it then says', async () => {
    const body = await list(`prefix=photos&bucket-region=${REGION}`);
    assert.deepEqual(names(body), ['photos', 'photos-old']);
    assert.match(body, new RegExp(`<BucketRegion>${REGION}</BucketRegion>.*<Prefix>photos</Prefix>`));
    assert.deepEqual(names(await list('bucket-region=sa-east-1')), []);
  });

  it('returns only the name and the day of a bucket', async () => {
    const elements = [...(await list()).matchAll(/<Bucket>(.*?)<\/Bucket>/g)].map(([, inner = '']) =>
      inner.replaceAll(/>[^<]*</g, '><'),
    );
    assert.deepEqual(new Set(elements), new Set(['<Name></Name><CreationDate></CreationDate>']));
  });

  it('continues from page to page', async () => {
    const first = await list('max-buckets=2');
    const [, token = ''] = /<ContinuationToken>([^<]+)</.exec(first) ?? [];
    const second = await list(`max-buckets=2&continuation-token=${token}`);
    assert.deepEqual([names(first), names(second)], [['archive', 'photos'], ['photos-old']]);
    assert.doesNotMatch(second, /ContinuationToken/);
  });

  it('refuses a page of no buckets', async () => {
    assert.match(await list('max-buckets=0'), /<Code>InvalidArgument<\/Code>/);
  });
});

describe('a request to S3', () => {
  it('is refused if its bucket can have no such name', async () => {
    const bench = anEventEngine({ s3 }, { resources: RESOURCES, functions: {} });
    const reply = await bench.send({ service: 's3', method: 'GET', path: '/a/../b' });

    assert.partialDeepStrictEqual(reply, { kind: 'answered', status: 400 });
    assert.match(reply.kind === 'answered' ? reply.body.toString() : '', /<Code>InvalidBucketName<\/Code>/);
  });
});
