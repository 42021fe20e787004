import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifySignature } from '../../../../../packages/base/aws/signature.ts';
import { Recorder } from '../../../../../packages/gateway/kernel/calls/recorder.ts';
import {
  createServiceClient,
  isForwarded,
} from '../../../../../packages/gateway/kernel/calls/service-client.ts';
import { CountingRandom, EPOCH_MS, FakeBackend, VirtualClock } from '../../../../support/virtual-ports.ts';
import type { HttpRequest, ServiceRequest } from '../../../../../packages/gateway/core/ports.ts';
import type {
  AwsEndpoints,
  ServiceClientOptions,
} from '../../../../../packages/gateway/kernel/calls/service-client.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const TABLES = { url: 'http://127.0.0.1:8000', accessKeyId: 'LOCAL', secretAccessKey: 'tables' };

function aCall(more: Partial<ServiceRequest> = {}): ServiceRequest {
  return {
    service: 'sns',
    subdomain: undefined,
    region: 'eu-west-1',
    method: 'POST',
    path: '/',
    query: 'Action=Publish&TopicArn=arn:aws:sns:eu-west-1:123456789012:t&Message=hi',
    headers: ['Accept', 'application/json', 'Host', 'mapped.example'],
    body: 'payload',
    timeoutMs: 1_000,
    ...more,
  };
}

function setUp(
  endpoints: Partial<AwsEndpoints> = {},
  more: Partial<ServiceClientOptions> = {},
): {
  readonly http: FakeBackend<HttpRequest>;
  readonly recorder: Recorder;
  readonly call: (call: ServiceRequest) => Promise<unknown>;
} {
  const http = new FakeBackend<HttpRequest>();
  const clock = new VirtualClock();
  const recorder = new Recorder({
    clock,
    random: new CountingRandom(),
    report: (message) => assert.fail(message),
    find: () => ({ api: { answer: () => ({ kind: 'result', fields: {} }) } }),
  });
  const client = createServiceClient({
    http,
    clock,
    recorder,
    dynamodb: undefined,
    ownUrl: () => 'http://127.0.0.1:4000',
    endpoints: { urls: {}, live: [], credentials: undefined, ...endpoints },
    ...more,
  });
  return { http, recorder, call: (call) => client.call(call) };
}

const rows: readonly {
  name: string;
  endpoints: Partial<AwsEndpoints>;
  more?: Partial<ServiceClientOptions>;
  call?: Partial<ServiceRequest>;
  expected: string;
}[] = [
  { name: 'records if no endpoint answers', endpoints: {}, expected: 'recorded' },
  {
    name: 'sends to the address of all services',
    endpoints: { urls: { '*': 'http://localhost:4566' } },
    expected: 'http://localhost:4566',
  },
  {
    name: 'prefers the address of the service',
    endpoints: { urls: { '*': 'http://localhost:4566', sns: 'http://localhost:9911/' } },
    expected: 'http://localhost:9911',
  },
  {
    name: 'sends calls of a named service to AWS',
    endpoints: { live: ['sns'], credentials: KEYS, urls: { '*': 'http://localhost:4566' } },
    expected: 'https://sns.eu-west-1.amazonaws.com',
  },
  // botocore, endpoints.json and endpointPrefix
  ...(['cloudfront', 'iam', 'organizations', 'route53'] as const).map((service) => ({
    name: `sends calls of ${service} to the one address of all regions`,
    endpoints: { live: [service], credentials: KEYS },
    call: { service },
    expected: `https://${service}.amazonaws.com`,
  })),
  {
    name: 'sends calls of SES to the name of its host',
    endpoints: { live: ['ses'], credentials: KEYS },
    call: { service: 'ses' },
    expected: 'https://email.eu-west-1.amazonaws.com',
  },
  {
    name: 'sends calls of AppConfig to the host of its data',
    endpoints: { live: ['appconfig'], credentials: KEYS },
    call: { service: 'appconfig' },
    expected: 'https://appconfigdata.eu-west-1.amazonaws.com',
  },
  // botocore, endpointPrefix and requestUri of the services with this signing name
  ...(
    [
      ['bedrock', '/model/amazon.nova-lite-v1%3A0/converse', 'bedrock-runtime'],
      ['bedrock', '/guardrail/g1/version/1/apply', 'bedrock-runtime'],
      ['bedrock', '/async-invoke', 'bedrock-runtime'],
      ['bedrock', '/agents/A1/agentAliases/B1/sessions/s/text', 'bedrock-agent-runtime'],
      ['bedrock', '/knowledgebases/K1/retrieve', 'bedrock-agent-runtime'],
      ['bedrock', '/retrieveAndGenerate', 'bedrock-agent-runtime'],
      ['bedrock', '/flows/F1/aliases/A1', 'bedrock-agent-runtime'],
      ['bedrock', '/knowledgebases/', 'bedrock-agent'],
      ['bedrock', '/foundation-models', 'bedrock'],
      ['sagemaker', '/endpoints/e/invocations', 'runtime.sagemaker'],
      ['sagemaker', '/', 'api.sagemaker'],
      ['personalize', '/recommendations', 'personalize-runtime'],
      ['personalize', '/events', 'personalize-events'],
      ['personalize', '/', 'personalize'],
      ['lex', '/bots/b/botAliases/a/botLocales/en_US/sessions/s/text', 'runtime-v2-lex'],
      ['iotdata', '/topics/t', 'data-ats.iot'],
      ['transcribe', '/', 'transcribe'],
    ] as const
  ).map(([service, path, host]) => ({
    name: `sends a call of ${service} to the host of its path ${path}`,
    endpoints: { live: [service], credentials: KEYS },
    call: { service, path },
    expected: `https://${host}.eu-west-1.amazonaws.com`,
  })),
  {
    name: 'supports subdomains and the Chinese partition',
    endpoints: { live: ['s3'], credentials: KEYS },
    call: { service: 's3', subdomain: 'bucket', region: 'cn-north-1' },
    expected: 'https://bucket.s3.cn-north-1.amazonaws.com.cn',
  },
  {
    name: 'asks the DynamoDB of this start, also if another address is for all services',
    endpoints: { urls: { '*': 'http://localhost:4566' } },
    more: { dynamodb: TABLES },
    call: { service: 'dynamodb' },
    expected: 'http://127.0.0.1:8000',
  },
  {
    name: 'calls another DynamoDB if one is named',
    endpoints: { urls: { dynamodb: 'http://localhost:8001' } },
    more: { dynamodb: TABLES },
    call: { service: 'dynamodb' },
    expected: 'http://localhost:8001',
  },
  {
    name: 'does not call its own control port, which `gatewright env` exports',
    endpoints: { urls: { '*': 'http://127.0.0.1:4000/' } },
    expected: 'recorded',
  },
];

describe('createServiceClient', () => {
  for (const { name, endpoints, more, call, expected } of rows)
    it(name, async () => {
      const { http, recorder, call: send } = setUp(endpoints, more);

      await send(aCall(call));

      const [request] = http.requests;
      assert.equal(request?.origin ?? (recorder.calls.length === 1 ? 'recorded' : 'nothing'), expected);
    });

  for (const [service, path, query] of [
    ['sns', '/', 'Action=Publish&Message=a%20b'],
    ['s3', '/bucket/a%20b/c', ''],
    ['sqs', '/123456789012/q', ''],
  ] as const)
    it(`signs a call of ${service} so that the receiver can verify it`, async () => {
      const { http, call } = setUp({ urls: { '*': 'http://localhost:4566' }, credentials: KEYS });

      await call(aCall({ service, path, query }));

      const [request] = http.requests;
      assert.ok(request);
      const [target = '', rawQuery = ''] = request.target.split('?');
      const verified = verifySignature(
        {
          method: request.method,
          path: target,
          query: rawQuery,
          rawHeaders: request.headers,
          body: Buffer.from(request.body ?? ''),
        },
        { nowEpochMs: EPOCH_MS, service, secretOf: () => KEYS.secretAccessKey },
      );
      assert.equal(verified.kind, 'verified', JSON.stringify(verified));
      assert.deepEqual(
        request.headers.filter((_, index) => request.headers[index - 1] === 'Host'),
        ['localhost:4566'],
        'the mapped Host is not what was signed',
      );
    });

  it('refuses --aws without credentials', async () => {
    const { http, call } = setUp({ live: ['sns'] });

    const outcome = await call(aCall());

    assert.deepEqual(outcome, {
      kind: 'unreachable',
      reason: 'unserved',
      message: '--aws sns needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    });
    assert.equal(http.requests.length, 0);
  });
});

describe('isForwarded', () => {
  const OWN = 'http://127.0.0.1:4000';
  const none: AwsEndpoints = { urls: {}, live: [], credentials: undefined };
  for (const { name, endpoints, expected } of [
    { name: 'there are no endpoints', endpoints: undefined, expected: false },
    {
      name: 'no endpoint is of the service',
      endpoints: { ...none, urls: { sqs: 'http://a' } },
      expected: false,
    },
    { name: 'one is of the service', endpoints: { ...none, urls: { sns: 'http://a' } }, expected: true },
    { name: 'it is served by AWS', endpoints: { ...none, live: ['sns'] }, expected: true },
    { name: 'another service is served by AWS', endpoints: { ...none, live: ['sqs'] }, expected: false },
    { name: 'one is of all services', endpoints: { ...none, urls: { '*': 'http://a' } }, expected: true },
    {
      name: 'that of all services is its own',
      endpoints: { ...none, urls: { '*': `${OWN}/` } },
      expected: false,
    },
  ])
    it(`is ${expected} if ${name}`, () => {
      assert.equal(isForwarded('sns', endpoints, OWN), expected);
    });
});
