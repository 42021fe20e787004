/** The clients against a server that returns what a test says, so that requests and readings are known. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { openClient } from '../../../../packages/conformance/play/service-clients.ts';
import type { ControlService } from '../../../../packages/conformance/schema/control-case.ts';
import type { Json, JsonObject } from '../../../../packages/conformance/schema/parity-case.ts';

type Seen = {
  readonly line: string;
  readonly target: unknown;
  readonly scope: string;
  readonly body: string;
};

let seen: Seen[] = [];
let reply: { status: number; headers?: Record<string, string>; body: string } = { status: 200, body: '{}' };
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  seen.push({
    line: `${request.method} ${request.url}`,
    target: request.headers['x-amz-target'],
    scope: /\/([^/]+\/[^/]+)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1] ?? '',
    body: await text(request),
  });
  response.writeHead(reply.status, reply.headers).end(reply.body);
}

const server = createServer((request, response) => void answer(request, response));

async function ask(service: ControlService, call: string, input: JsonObject) {
  const { port } = server.address() as AddressInfo;
  const client = await openClient(service, {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  try {
    return await client.send({ call, input });
  } finally {
    client.close();
  }
}

describe('openClient', () => {
  before(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  after(() => server.close());

  /** The protocols as the service models name them: json 1.0 and 1.1, rest-json and rest-xml. */
  const rows: readonly {
    service: ControlService;
    call: string;
    input: JsonObject;
    sent: Partial<Seen>;
    answer: typeof reply;
    body: Json;
  }[] = [
    {
      service: 'servicediscovery',
      call: 'GetOperation',
      input: { OperationId: 'o' },
      sent: {
        line: 'POST /',
        target: 'Route53AutoNaming_v20170314.GetOperation',
        scope: 'eu-west-1/servicediscovery',
        body: '{"OperationId":"o"}',
      },
      answer: { status: 200, body: '{"Operation":{"Id":"o"}}' },
      body: { Operation: { Id: 'o' } },
    },
    {
      service: 'dynamodbstreams',
      call: 'ListStreams',
      input: {},
      sent: { target: 'DynamoDBStreams_20120810.ListStreams', scope: 'eu-west-1/dynamodb' },
      answer: { status: 200, body: '{"Streams":[]}' },
      body: { Streams: [] },
    },
    {
      service: 'xray',
      call: 'BatchGetTraces',
      input: { TraceIds: ['t'] },
      sent: { line: 'POST /Traces', scope: 'eu-west-1/xray', body: '{"TraceIds":["t"]}' },
      answer: { status: 200, body: '' },
      body: {},
    },
    {
      service: 'cloudfront',
      call: 'CreateInvalidation',
      input: {
        DistributionId: 'E1',
        InvalidationBatch: { Paths: { Quantity: 2, Items: { Path: ['/a', '/b&c'] } }, CallerReference: 'r' },
      },
      sent: {
        line: 'POST /2020-05-31/distribution/E1/invalidation',
        scope: 'us-east-1/cloudfront',
        body: '<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Paths><Quantity>2</Quantity><Items><Path>/a</Path><Path>/b&amp;c</Path></Items></Paths><CallerReference>r</CallerReference></InvalidationBatch>',
      },
      answer: { status: 201, body: '<?xml version="1.0"?><Invalidation><Id>I1</Id></Invalidation>' },
      body: { Invalidation: { Id: 'I1' } },
    },
    {
      service: 'kinesis',
      call: 'PutRecord',
      input: { StreamName: 's', Data: 'a', PartitionKey: '1' },
      sent: { line: 'POST /', target: 'Kinesis_20131202.PutRecord', scope: 'eu-west-1/kinesis' },
      answer: { status: 200, body: '{"ShardId":"x","SequenceNumber":"1"}' },
      body: { ShardId: 'x', SequenceNumber: '1' },
    },
    {
      service: 's3',
      call: 'GetObject',
      input: { Bucket: 'b', Key: 'k' },
      sent: { line: 'GET /b/k?x-id=GetObject', scope: 'eu-west-1/s3' },
      answer: { status: 200, headers: { 'content-length': '4' }, body: 'text' },
      body: { ContentLength: 4, Metadata: {}, Body: 'text' },
    },
    {
      service: 'states',
      call: 'StartSyncExecution',
      input: { stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:m' },
      sent: { target: 'AWSStepFunctions.StartSyncExecution', scope: 'eu-west-1/states' },
      answer: { status: 200, body: '{"status":"SUCCEEDED"}' },
      body: { status: 'SUCCEEDED' },
    },
  ];
  for (const { service, call, input, sent, answer, body } of rows)
    it(`calls ${call} of ${service}`, async () => {
      [seen, reply] = [[], answer];

      assert.deepEqual(await ask(service, call, input), { status: answer.status, body });
      assert.partialDeepStrictEqual(seen, [sent]);
    });

  for (const { service, call, answer, error } of [
    {
      service: 'wafv2',
      call: 'GetIPSet',
      answer: { status: 400, body: '{"__type":"WAFNonexistentItemException","Message":"no set"}' },
      error: { code: 'WAFNonexistentItemException', message: 'no set' },
    },
    {
      service: 'xray',
      call: 'BatchGetTraces',
      answer: {
        status: 400,
        headers: { 'x-amzn-errortype': 'InvalidRequestException:http://x/' },
        body: '{"message":"no"}',
      },
      error: { code: 'InvalidRequestException', message: 'no' },
    },
    {
      service: 'cloudfront',
      call: 'GetDistribution',
      answer: {
        status: 404,
        body: '<ErrorResponse><Error><Code>NoSuchDistribution</Code><Message>It&apos;s gone</Message></Error></ErrorResponse>',
      },
      error: { code: 'NoSuchDistribution', message: "It's gone" },
    },
    {
      service: 'sns',
      call: 'Publish',
      answer: {
        status: 404,
        body: '<ErrorResponse><Error><Code>NotFound</Code><Message>Topic does not exist</Message></Error></ErrorResponse>',
      },
      error: { code: 'NotFoundException', message: 'Topic does not exist' },
    },
  ] as const)
    it(`reads an error of ${call} of ${service}`, async () => {
      [seen, reply] = [[], answer];

      assert.deepEqual(await ask(service, call, {}), { status: answer.status, body: {}, error });
    });

  for (const [service, says] of [
    ['sqs', 'NoSuchCall is not a call of sqs'],
    [
      'xray',
      'the runner has no path for NoSuchCall; expected one of PutTraceSegments, GetTraceSummaries, BatchGetTraces',
    ],
  ] as const)
    it(`refuses an unknown call of ${service}`, async () => {
      await assert.rejects(ask(service, 'NoSuchCall', {}), { message: says });
    });
});

describe('the packages of the clients', () => {
  const folder = new URL('../../../../packages/conformance/', import.meta.url);
  const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
  const { peerDependencies, peerDependenciesMeta } = JSON.parse(read('package.json')) as {
    readonly peerDependencies: Readonly<Record<string, string>>;
    readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
  };
  const imported = [...read('play/service-clients.ts').matchAll(/import\('([^']+)'\)/g)].map(
    ([, name]) => name,
  );

  it('are optional peer dependencies', () => {
    assert.deepEqual(Object.keys(peerDependencies).toSorted(), imported.toSorted());
    assert.deepEqual(Object.keys(peerDependenciesMeta), Object.keys(peerDependencies));
  });

  it('are named in the README', () => {
    const text = read('README.md');

    assert.deepEqual(
      imported.filter((name) => !text.includes(`\`${name}\``)),
      [],
    );
  });
});
