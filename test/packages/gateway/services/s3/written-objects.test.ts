import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const WRITTEN = `
s3:
  photos:
    rates/of today.json: { eur: 1 }
`;

const API = {
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'objects' } },
  Root: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: { Type: 'MOCK' },
    },
  },
};

const IDENTITIES = `
identities:
  - name: reader
    accessKeyId: AKIALOCAL000READER
    secretAccessKey: reader-secret-of-a-test
    policies:
      - Version: '2012-10-17'
        Statement: [{ Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::others/*' }]
`;
const READER = { accessKeyId: 'AKIALOCAL000READER', secretAccessKey: 'reader-secret-of-a-test' };

describe('objects of the file of values', () => {
  let started: StartedGateway;
  const at = (credentials = GATEWAY_ADMIN) => ({
    endpoint: started.listening.control,
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
  });
  before(async () => {
    const files = { 'gatewright.values.yml': WRITTEN, 'gatewright.identities.yml': IDENTITIES };
    started = await aGateway(API, {}, files);
  });
  after(() => started.close());

  it('are served in addition to objects that were put', async () => {
    const s3 = new S3Client(at());
    const written = { Bucket: 'photos', Key: 'rates/of today.json' };
    const put = { Bucket: 'photos', Key: 'new.txt' };
    await s3.send(new PutObjectCommand({ ...put, Body: 'fresh', ContentType: 'text/plain' }));

    const found = await s3.send(new GetObjectCommand(written));
    const fresh = await s3.send(new GetObjectCommand(put));
    const head = await s3.send(new HeadObjectCommand(written));

    assert.deepEqual(
      [await found.Body?.transformToString(), found.ContentType, await fresh.Body?.transformToString()],
      ['{"eur":1}', 'application/json', 'fresh'],
    );
    assert.deepEqual([head.ContentLength, head.ETag], [9, found.ETag]);
  });

  it('get tags by the version null, which is the current one', async () => {
    const s3 = new S3Client(at());
    const written = { Bucket: 'photos', Key: 'rates/of today.json', VersionId: 'null' };
    const TagSet = [{ Key: 'a', Value: 'b' }];
    await s3.send(new PutObjectTaggingCommand({ ...written, Tagging: { TagSet } }));

    assert.deepEqual((await s3.send(new GetObjectTaggingCommand(written))).TagSet, TagSet);
  });

  it('are reported by name if they do not exist', async () => {
    const read = new S3Client(at()).send(new GetObjectCommand({ Bucket: 'photos', Key: 'gone.png' }));

    await assert.rejects(read, { name: 'NoSuchKey' });
    const messages = /^s3: photos\/gone\.png was read but does not exist/;
    assert.ok(
      started.lines.some((line) => messages.test(line)),
      started.lines.join('\n'),
    );
  });

  it('are refused to callers without a policy for them', async () => {
    const options = new GetObjectCommand({ Bucket: 'photos', Key: 'rates/of today.json' });

    await assert.rejects(new S3Client(at(READER)).send(options), { name: 'AccessDenied' });
  });
});
