import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  measureInvocation,
  measureRequest,
  printMeasurement,
} from '../../../../../packages/gateway/core/events/measurement.ts';

type Facts = Parameters<typeof measureInvocation>[0];

const COMMON = {
  functionName: 'orders',
  qualifier: undefined,
  startedAtEpochMs: 1_700_000_000_000,
  tookMs: 120,
  concurrent: 2,
} as const;

/** Lambda developer guide, "Types of metrics for Lambda functions". */
const ROWS: readonly { readonly name: string; readonly end: Facts['end']; readonly counts: object }[] = [
  {
    name: 'an event that the function answers, without the start of its instance',
    end: { kind: 'returned', initMs: 100 },
    counts: { Invocations: 1, Errors: 0, Throttles: 0, ConcurrentExecutions: 2, Duration: 20 },
  },
  {
    name: 'an event that fails',
    end: { kind: 'failed' },
    counts: { Invocations: 1, Errors: 1, Throttles: 0, ConcurrentExecutions: 2, Duration: 120 },
  },
  {
    name: 'an event whose caller gave up, without a duration',
    end: { kind: 'timed-out' },
    counts: { Invocations: 1, Errors: 0, Throttles: 0, ConcurrentExecutions: 2 },
  },
  {
    name: 'a throttled event as nothing else: “Throttled requests and other invocation errors don’t count as Invocations”',
    end: { kind: 'refused', reason: 'throttled' },
    counts: { Throttles: 1 },
  },
];

/** Returns what is printed in CloudWatch's embedded metric format. */
function printed(facts: Facts): Record<string, unknown> {
  const measurement = measureInvocation(facts);
  assert.ok(measurement !== undefined);
  return JSON.parse(printMeasurement(measurement)) as Record<string, unknown>;
}

describe('measureInvocation', () => {
  for (const { name, end, counts } of ROWS)
    it(`counts ${name}`, () => {
      const { _aws, FunctionName, Resource, ...counted } = printed({ ...COMMON, end });

      assert.deepEqual(counted, counts);
      assert.deepEqual([FunctionName, Resource], ['orders', 'orders']);
      assert.partialDeepStrictEqual(_aws, {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          { Namespace: 'AWS/Lambda', Dimensions: [[], ['FunctionName'], ['FunctionName', 'Resource']] },
        ],
      });
    });

  it('counts a version or alias as well as the function', () => {
    const { Resource } = printed({ ...COMMON, qualifier: 'live', end: { kind: 'returned' } });

    assert.equal(Resource, 'orders:live');
  });

  it('counts nothing for an event that no function got', () => {
    for (const reason of ['not-found', 'too-large'])
      assert.equal(measureInvocation({ ...COMMON, end: { kind: 'refused', reason } }), undefined);
  });
});

type Request = Parameters<typeof measureRequest>[0];
type Metric = Parameters<typeof measureRequest>[1];

/** Developer guide, "Amazon API Gateway dimensions and metrics", for each kind of API. */
const REQUESTS: readonly (readonly [name: string, facts: object, metric: Partial<Metric>, counts: object])[] =
  [
    ['a request to a REST API', {}, {}, { '4XXError': 0, '5XXError': 0, IntegrationLatency: 7 }],
    [
      'a cache hit',
      { integration: undefined },
      { cache: 'hit' },
      { '4XXError': 0, '5XXError': 0, CacheHitCount: 1 },
    ],
    [
      'a cache miss',
      {},
      { cache: 'miss' },
      { '4XXError': 0, '5XXError': 0, IntegrationLatency: 7, CacheMissCount: 1 },
    ],
    ['a client error', { status: 400, integration: undefined }, {}, { '4XXError': 1, '5XXError': 0 }],
    ['the last client error', { status: 499, integration: undefined }, {}, { '4XXError': 1, '5XXError': 0 }],
    ['a server error', { status: 500 }, {}, { '4XXError': 0, '5XXError': 1, IntegrationLatency: 7 }],
  ];
const COUNTED = { Count: 1, Latency: 12 };
const STAGE = { name: 'dev' };

/** Each stage is of its own: what a stage's measurements are about is stored by the stage. */
function requestFacts(facts: object, stage: object = STAGE): Request {
  return {
    status: 200,
    latencyMs: 12,
    responseBytes: 100,
    connection: undefined,
    integration: { latencyMs: 7, error: undefined },
    request: {
      stage: { ...stage },
      api: { apiId: 'a1' },
      route: { routeKey: 'POST /pets', resourcePath: '/pets' },
      method: 'POST',
      receivedAtEpochMs: 5,
      body: Buffer.from('four'),
    },
    ...facts,
  } as unknown as Request;
}

function counted(facts: Request, metric: Partial<Metric>): readonly Record<string, unknown>[] {
  const whole: Metric = { protocol: 'rest', apiName: 'shop', isDetailed: false, cache: undefined, ...metric };
  return measureRequest(facts, whole).map(
    (measurement) => JSON.parse(printMeasurement(measurement)) as Record<string, unknown>,
  );
}

describe('measureRequest', () => {
  for (const [name, facts, metric, counts] of REQUESTS) {
    it(`counts ${name}`, () => {
      const [{ _aws, ...values } = {}] = counted(requestFacts(facts), metric);
      assert.deepEqual(values, { ApiName: 'shop', Stage: 'dev', ...COUNTED, ...counts });
      assert.partialDeepStrictEqual(_aws, {
        Timestamp: 5,
        CloudWatchMetrics: [{ Namespace: 'AWS/ApiGateway', Dimensions: [['ApiName'], ['ApiName', 'Stage']] }],
      });
    });
  }

  for (const [status, errors] of [
    [200, { '4xx': 0, '5xx': 0 }],
    [404, { '4xx': 1, '5xx': 0 }],
    [503, { '4xx': 0, '5xx': 1 }],
  ] as const)
    it(`counts a request to an HTTP API that gets ${status}, and the bytes of request and response`, () => {
      const [{ _aws, ...values } = {}] = counted(requestFacts({ status }), { protocol: 'http' });
      assert.deepEqual(values, {
        ApiId: 'a1',
        Stage: 'dev',
        ...COUNTED,
        ...errors,
        IntegrationLatency: 7,
        DataProcessed: 104,
      });
    });

  const failed = { latencyMs: 7, error: 'of the function' };
  for (const [name, facts, counts] of [
    ['a connection', { connection: { eventType: 'CONNECT' } }, { ConnectCount: 1 }],
    ['a message', { connection: { eventType: 'MESSAGE' } }, { MessageCount: 1 }],
    ['no disconnect', { connection: { eventType: 'DISCONNECT' } }, {}],
    [
      'a client error',
      { status: 403, connection: { eventType: 'CONNECT' } },
      { ConnectCount: 1, ClientError: 1 },
    ],
    [
      'an execution error',
      { status: 500, connection: { eventType: 'MESSAGE' } },
      { MessageCount: 1, ExecutionError: 1 },
    ],
    [
      'an error of the integration as nothing else',
      { status: 500, connection: { eventType: 'MESSAGE' }, integration: failed },
      { MessageCount: 1, IntegrationError: 1 },
    ],
  ] as const)
    it(`counts ${name} of a WebSocket API`, () => {
      const [{ _aws, ...values } = {}] = counted(requestFacts(facts), { protocol: 'websocket' });
      assert.deepEqual(values, {
        ApiId: 'a1',
        Stage: 'dev',
        ClientError: 0,
        ExecutionError: 0,
        IntegrationError: 0,
        IntegrationLatency: 7,
        ...counts,
      });
    });

  it('counts in detail by method and resource, or by route', () => {
    const detailed = (protocol: Metric['protocol']) => {
      const [{ _aws, ...values } = {}] = counted(requestFacts({}), { protocol, isDetailed: true });
      const [{ Dimensions } = {}] = (_aws as { CloudWatchMetrics: { Dimensions: string[][] }[] })
        .CloudWatchMetrics;
      return { last: Dimensions?.at(-1), values };
    };
    const rest = detailed('rest');
    assert.deepEqual(rest.last, ['ApiName', 'Method', 'Resource', 'Stage']);
    assert.deepEqual([rest.values['Method'], rest.values['Resource']], ['POST', '/pets']);
    const http = detailed('http');
    assert.deepEqual(http.last, ['ApiId', 'Route', 'Stage']);
    assert.equal(http.values['Route'], 'POST /pets');
  });

  it('counts a request to a canary for the stage and the canary, but once for the API', () => {
    const found = counted(requestFacts({}, { name: 'dev', isCanary: true }), {});
    assert.deepEqual(
      found.map(({ Stage, _aws }) => [
        Stage,
        (_aws as { CloudWatchMetrics: { Dimensions: unknown }[] }).CloudWatchMetrics[0]?.Dimensions,
      ]),
      [
        ['dev', [['ApiName'], ['ApiName', 'Stage']]],
        ['dev/Canary', [['ApiName', 'Stage']]],
      ],
    );
  });

  it('counts nothing without a stage', () => {
    assert.deepEqual(counted(requestFacts({ request: { stage: undefined } }), {}), []);
  });
});
