/** What AWS bills for recorded traffic: units, connection minutes and the free tier (docs/aws §14). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showCost } from '../../../../../packages/gateway/console/endpoints/show-cost.ts';
import type { RequestRow } from '../../../../../packages/gateway/console/records/model.ts';

type Ports = Parameters<typeof showCost>[0];

const KB = 1024;
const NOW = 600_000;

function anApi(protocol: string, routes: object = {}): Ports['apis'][number] {
  const stage = { name: 'dev', deployment: { routes: { plans: [] } }, ...routes };
  return { apiId: 'a', name: 'shop', protocol, stages: new Map([['dev', stage]]) } as never;
}
const aRow = (more: Partial<RequestRow>): RequestRow =>
  ({
    apiId: 'a',
    stage: 'dev',
    kind: 'request',
    protocol: 'rest',
    status: 200,
    phase: 'reply',
    atEpochMs: 0,
    requestBytes: 0,
    responseBytes: 0,
    standsFor: 1,
    ...more,
  }) as RequestRow;
const costOf = (more: Partial<Ports>) =>
  showCost({
    rows: [],
    calls: [],
    apis: [],
    functions: [],
    lines: undefined,
    nowEpochMs: NOW,
    tables: undefined,
    eventsSinceStart: () => 0,
    administers: () => false,
    ...more,
  });
const apiOf = (protocol: string, ...rows: readonly Partial<RequestRow>[]) => {
  const [api] = costOf({
    apis: [anApi(protocol)],
    rows: rows.map((row) => aRow({ protocol: protocol as RequestRow['protocol'], ...row })),
  }).apis;
  assert.ok(api !== undefined);
  return api;
};

describe('the billed units of a row', () => {
  for (const [protocol, row, units] of [
    ['rest', { requestBytes: 10 * KB * KB }, 1],
    ['http', {}, 1],
    ['http', { requestBytes: 512 * KB }, 1],
    ['http', { requestBytes: 512 * KB, responseBytes: 1 }, 2],
    ['http', { requestBytes: 512 * KB, responseBytes: 512 * KB + 1 }, 3],
    ['websocket', { kind: 'handshake', responseBytes: 64 * KB }, 1],
    ['websocket', { kind: 'message' }, 1],
    ['websocket', { kind: 'message', requestBytes: 32 * KB }, 1],
    ['websocket', { kind: 'message', requestBytes: 32 * KB + 1 }, 2],
    ['websocket', { kind: 'message', responseBytes: 1 }, 2],
    ['websocket', { kind: 'message', requestBytes: 1, responseBytes: 33 * KB }, 3],
    ['websocket', { kind: 'post' }, 1],
    ['websocket', { kind: 'post', requestBytes: 33 * KB }, 2],
    ['websocket', { kind: 'post', responseBytes: 65 * KB }, 3],
    ['websocket', { kind: 'post', status: 410, requestBytes: 33 * KB }, 0],
    ['websocket', { kind: 'disconnect', requestBytes: 1 }, 0],
    ['websocket', { kind: 'handshake', status: 403, code: 'ACCESS_DENIED', phase: 'authorize' }, 1],
    ['rest', { status: 403, code: 'ACCESS_DENIED', phase: 'authorize' }, 0],
    ['http', { status: 401, code: 'UNAUTHORIZED', phase: 'authorize' }, 1],
    ['http', { standsFor: 5 }, 5],
  ] as const)
    it(`are ${units} for ${protocol} ${JSON.stringify(row)}`, () => {
      assert.equal(apiOf(protocol, row).units, units);
    });
});

describe('the billed requests of an API', () => {
  for (const [what, protocol, row, requests, unbilled] of [
    ['an answer', 'rest', {}, 1, 0],
    ['a refusal by an authorizer', 'rest', { code: 'ACCESS_DENIED', phase: 'authorize' }, 0, 1],
    ['a refusal of a signature', 'rest', { code: 'X', phase: 'authenticate' }, 0, 1],
    ['a refusal of a key', 'rest', { code: 'INVALID_API_KEY', phase: 'meter' }, 0, 1],
    ['a refusal elsewhere', 'rest', { code: 'BAD_REQUEST_BODY', phase: 'validate' }, 1, 0],
    ['an answer of an authorizer', 'rest', { phase: 'authorize' }, 1, 0],
    ['a refusal of an HTTP API', 'http', { code: 'UNAUTHORIZED', phase: 'authorize' }, 1, 0],
    ['a handshake', 'websocket', { kind: 'handshake' }, 1, 0],
    ['a message', 'websocket', { kind: 'message' }, 0, 0],
    ['several of which one is cached', 'rest', { standsFor: 4 }, 4, 0],
    ['another stage', 'rest', { stage: 'prod' }, 0, 0],
    ['another API', 'rest', { apiId: 'b' }, 0, 0],
  ] as const)
    it(`are ${requests}, and ${unbilled} are free, for ${what}`, () => {
      const api = apiOf(protocol, row);

      assert.deepEqual([api.requests, api.unbilled], [requests, unbilled]);
    });
});

describe('the connection minutes of an API', () => {
  const opened = { kind: 'handshake', status: 101, connectionId: 'c', atEpochMs: 60_000 } as const;
  const ended = { kind: 'disconnect', connectionId: 'c', atEpochMs: 240_000 } as const;
  for (const [what, rows, minutes] of [
    ['a connection that has ended', [ended, opened], 3],
    ['one that is open', [opened], 9],
    ['one that another has ended', [{ ...ended, connectionId: 'd' }, opened], 9],
    ['a handshake that was refused', [{ ...opened, status: 403 }], 0],
    ['a message with that status', [{ ...opened, kind: 'message' }], 0],
    ['an end before its beginning', [{ ...ended, atEpochMs: 0 }, opened], 0],
    ['two connections', [opened, { ...opened, connectionId: 'd' }], 18],
  ] as const)
    it(`are ${minutes} for ${what}`, () => {
      assert.equal(apiOf('websocket', ...rows).connectionMinutes, minutes);
    });
});

describe('the traffic of a run', () => {
  it('counts requests, handshakes and messages of clients, including those that a row represents', () => {
    const kinds = ['request', 'handshake', 'message', 'post', 'disconnect'] as const;
    const rows = kinds.map((kind) => aRow({ kind, standsFor: 2 }));

    assert.equal(costOf({ rows }).events, 6);
  });

  // Before, the cost of a request included what `gatewright customers` and the closing of periods had used.
  it('names administration apart, and has nothing of it in the mix of requests', () => {
    const calling = (apiId: string, functionName: string) => {
      const integration = { kind: 'lambda-proxy', functionName: { render: () => functionName } };
      const plans = [{ integration, authorization: { kind: 'none' } }];
      return { ...anApi('http', { deployment: { routes: { plans } } }), apiId };
    };
    const admin = 'gatewright-dev-quota-admin';
    const shape = costOf({
      administers: (name) => name === admin,
      apis: [calling('a', 'orders'), calling('b', admin)],
      functions: [admin, 'orders'].map((name) => ({ name, memorySizeMb: 128 })),
      rows: [aRow({ protocol: 'http' }), aRow({ protocol: 'http', apiId: 'b', standsFor: 5 })],
      tables: [
        { table: 'usage', by: admin, reads: 1, writes: 40 },
        { table: 'usage', by: 'orders', reads: 2, writes: 3 },
        { table: 'usage', reads: 4, writes: 0 },
      ],
      eventsSinceStart: (apiId) => (apiId === undefined ? 16 : 6),
    });

    assert.deepEqual(shape.administration, { calls: 6, reads: 1, writes: 40 });
    assert.deepEqual([shape.events, shape.eventsOfTables], [1, 10]);
    assert.deepEqual(shape.tables, [{ table: 'usage', reads: 6, writes: 3 }]);
    assert.deepEqual(
      [shape.apis.map(({ apiId }) => apiId), shape.functions.map(({ name }) => name)],
      [['a'], ['orders']],
    );
  });

  it('counts the sent bytes, as often as the row represents them', () => {
    assert.equal(apiOf('rest', { responseBytes: 10, standsFor: 3 }, { responseBytes: 5 }).responseBytes, 35);
  });

  it('has calls, time and log lines of each function', () => {
    const call = (functionName: string, more: object) => ({
      functionName,
      tookMs: 10,
      standsFor: 1,
      ...more,
    });
    const { functions } = costOf({
      functions: [
        { name: 'get', memorySizeMb: 256, architecture: 'arm64' },
        { name: 'idle', memorySizeMb: 128 },
      ],
      calls: [
        call('get', { requestId: 'r1' }),
        call('get', { tookMs: 30, standsFor: 2 }),
        call('other', {}),
      ] as unknown as Ports['calls'],
      lines: { bytesByInvocation: () => new Map([['r1', 50]]) } as unknown as Ports['lines'],
    });

    assert.deepEqual(functions, [
      {
        name: 'get',
        memoryMb: 256,
        architecture: 'arm64',
        calls: 3,
        totalMs: 70,
        // START, END and REPORT of each call take 300 bytes.
        logBytes: 950,
        keptSeconds: undefined,
      },
      {
        name: 'idle',
        memoryMb: 128,
        architecture: 'x86_64',
        calls: 0,
        totalMs: 0,
        logBytes: 0,
        keptSeconds: undefined,
      },
    ]);
  });
});

// docs/aws: what an HTTP API does not have.
describe('what only a REST API has', () => {
  const plan = (more: object) => ({
    deployment: {
      routes: {
        plans: [{ integration: { kind: 'lambda-proxy' }, authorization: { kind: 'none' }, ...more }],
      },
    },
  });
  for (const [what, stage, expected] of [
    ['nothing', plan({}), []],
    ['a key', plan({ apiKeyRequired: true }), ['API keys and usage plans']],
    ['a cache', { ...plan({}), cache: {} }, ['the stage cache']],
    ['a validator', plan({ validation: {} }), ['validation of parameters and bodies']],
    ...['mock', 'function', 'service'].map(
      (kind) =>
        [
          `an integration ${kind}`,
          plan({ integration: { kind } }),
          ['mapping templates and mock answers'],
        ] as const,
    ),
    ...['lambda-stream', 'http-stream'].map(
      (kind) => [`an integration ${kind}`, plan({ integration: { kind } }), ['streamed answers']] as const,
    ),
    ['a canary', { ...plan({}), canary: {} }, ['the canary release']],
    ['a certificate', { ...plan({}), clientCertificate: {} }, ['the client certificate for backends']],
    ['traces', { ...plan({}), logs: { isTraced: true } }, ['X-Ray traces']],
    ['logs without traces', { ...plan({}), logs: { isTraced: false } }, []],
    ['a policy', { deployment: { routes: { plans: [] }, resourcePolicy: {} } }, ['the resource policy']],
  ] as const)
    it(`is shown for ${what}`, () => {
      assert.deepEqual(costOf({ apis: [anApi('rest', stage)] }).apis[0]?.onlyRest, expected);
    });

  it('is not looked for in an HTTP API', () =>
    assert.deepEqual(
      costOf({ apis: [anApi('http', plan({ apiKeyRequired: true }))] }).apis[0]?.onlyRest,
      [],
    ));
});

describe('the cache of a stage', () => {
  it('has its size, hits and misses', () => {
    const rows = (['hit', 'hit', 'miss', undefined] as const).map((cache) =>
      aRow({ ...(cache && { cache }) }),
    );
    const { caches } = costOf({
      apis: [anApi('rest', { cacheClusterGb: '0.5' })],
      rows: [...rows, aRow({ cache: 'hit', stage: 'prod' })],
    });

    assert.deepEqual(caches, [{ apiName: 'shop', stage: 'dev', gigabytes: '0.5', hits: 2, misses: 1 }]);
    assert.deepEqual(costOf({ apis: [anApi('rest')], rows }).caches, []);
  });
});

describe('how long the results of an authorizer are cached', () => {
  const guarded = (name: string, ttlSeconds: number, kind = 'lambda') => ({
    integration: { kind: 'mock' },
    authorization: { kind, authorizer: { functionName: { render: () => name }, ttlSeconds } },
  });
  for (const [what, plans, expected] of [
    ['its own time', [guarded('auth', 60)], 60],
    ['the shortest of several', [guarded('auth', 60), guarded('auth', 0), guarded('auth', 300)], 0],
    ['none if another function is requested', [guarded('other', 60)], undefined],
    ['none if another kind is requested', [guarded('auth', 60, 'jwt')], undefined],
  ] as const)
    it(`is ${what}`, () => {
      const { functions } = costOf({
        apis: [anApi('http', { deployment: { routes: { plans } } })],
        functions: [{ name: 'auth', memorySizeMb: 128 }],
      });

      assert.equal(functions[0]?.keptSeconds, expected);
    });
});
