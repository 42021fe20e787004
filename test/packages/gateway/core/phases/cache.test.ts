import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anApi, headerOf } from '../../../../support/an-api.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import {
  bodies,
  CACHED,
  cachedApi,
  counter,
  invalidator,
  ON,
  PETS,
  settings,
} from '../../../../support/cached-apis.ts';
import { accessLogSetting, stagedApi } from '../../../../support/logged-apis.ts';
import { withAuthorizer, bearer, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestApi, TestRequest } from '../../../../support/an-api.ts';

describe('the stage cache', () => {
  type Row = {
    readonly name: string;
    readonly api: () => TestApi;
    readonly requests: readonly (string | TestRequest)[];
    readonly expected: readonly string[];
    readonly source: string;
  };
  const withKey = (expression: string, method: JsonObject = {}): JsonObject => ({
    RequestParameters: { [expression]: false },
    Integration: { ...proxyTo('list'), CacheKeyParameters: [expression] },
    ...method,
  });
  const post = (HttpMethod: string): Record<string, TestResource> => ({
    PetsPost: {
      type: 'AWS::ApiGateway::Method',
      properties: { RestApiId: 'abcdefghij', ResourceId: 'Pets', HttpMethod, Integration: proxyTo('list') },
    },
  });
  const POST = { method: 'POST', target: PETS };
  const rows: readonly Row[] = [
    {
      name: 'answers the second request itself',
      api: () => cachedApi(),
      requests: [PETS, PETS],
      expected: ['1', '1'],
      source: 'docs/aws §9',
    },
    {
      name: 'is off without a cluster, with any settings of methods',
      api: () => cachedApi({ ...ON, CacheClusterEnabled: false }),
      requests: [PETS, PETS],
      expected: ['1', '2'],
      source: 'docs/aws §9, "enable"',
    },
    {
      name: 'is off if no method has caching',
      api: () => cachedApi(CACHED),
      requests: [PETS, PETS],
      expected: ['1', '2'],
      source: 'docs/aws §9, "enable"',
    },
    {
      name: 'is off at a TTL of 0',
      api: () => cachedApi(settings({ CachingEnabled: true, CacheTtlInSeconds: 0 })),
      requests: [PETS, PETS],
      expected: ['1', '2'],
      source: 'docs/aws §9, "TTL"',
    },
    {
      name: 'is off for a method whose own setting says so',
      api: () =>
        cachedApi(
          settings({ CachingEnabled: true }, [
            { ResourcePath: '/pets', HttpMethod: 'GET', CachingEnabled: false },
          ]),
        ),
      requests: [PETS, PETS, '/dev/', '/dev/'],
      expected: ['1', '2', '3', '3'],
      source: 'docs/aws §9, "method overrides stage"',
    },
    {
      name: 'caches no other verb than GET by the setting for all methods',
      api: () => cachedApi(ON, {}, counter(), post('POST')),
      requests: [POST, POST],
      expected: ['1', '2'],
      source: 'docs/aws §9',
    },
    {
      name: 'caches another verb if a setting names the method',
      api: () =>
        cachedApi(
          {
            ...CACHED,
            MethodSettings: [{ ResourcePath: '/pets', HttpMethod: 'POST', CachingEnabled: true }],
          },
          {},
          counter(),
          post('POST'),
        ),
      requests: [POST, POST, { ...POST, body: 'the body is not in the key' }],
      expected: ['1', '1', '1'],
      source: 'docs/aws §9, "methods", "body"',
    },
    {
      name: 'caches GET of an ANY method, but not its other verbs',
      api: () =>
        stagedApi(
          ON,
          { list: counter() },
          {
            ...restApi(),
            PetsGet: {
              type: 'AWS::ApiGateway::Method',
              properties: { ...post('ANY')['PetsPost']?.properties },
            },
          },
        ),
      requests: [PETS, PETS, POST, POST],
      expected: ['1', '1', '2', '3'],
      source: 'docs/aws §9, "methods" (inferred for ANY)',
    },
    {
      name: 'ignores a query string that is not a key parameter',
      api: () => cachedApi(),
      requests: [`${PETS}?page=1`, `${PETS}?page=2`],
      expected: ['1', '1'],
      source: 'docs/aws §9',
    },
    {
      name: 'distinguishes query strings that are a key parameter, with all their values',
      api: () => cachedApi(ON, withKey('method.request.querystring.page')),
      requests: [`${PETS}?page=1`, `${PETS}?page=2`, `${PETS}?page=2&x=1`, `${PETS}?page=1&page=2`, PETS],
      expected: ['1', '2', '2', '3', '4'],
      source: 'docs/aws §9, "key"',
    },
    {
      name: 'distinguishes headers that are a key parameter, in any spelling',
      api: () => cachedApi(ON, withKey('method.request.header.Authorization')),
      requests: [
        { target: PETS, headers: ['Authorization', 'alice'] },
        { target: PETS, headers: ['authorization', 'alice'] },
        { target: PETS, headers: ['authorization', 'bob'] },
        PETS,
      ],
      expected: ['1', '1', '2', '3'],
      source: 'docs/aws §9, "key"; a lower-case header must not fall into the entry of those without one',
    },
    {
      name: 'takes a mapped parameter as key',
      api: () =>
        cachedApi(ON, {
          RequestParameters: { 'method.request.header.X-Tenant': false },
          Integration: {
            ...proxyTo('list'),
            RequestParameters: { 'integration.request.header.X-Tenant': 'method.request.header.X-Tenant' },
            CacheKeyParameters: ['integration.request.header.X-Tenant'],
          },
        }),
      requests: [
        { target: PETS, headers: ['X-Tenant', 'a'] },
        { target: PETS, headers: ['X-Tenant', 'b'] },
        { target: PETS, headers: ['X-Tenant', 'a'] },
      ],
      expected: ['1', '2', '1'],
      source: 'docs/aws §9, "key"',
    },
    {
      name: 'keeps resources apart',
      api: () => cachedApi(),
      requests: [PETS, '/dev/', PETS],
      expected: ['1', '2', '1'],
      source: 'docs/aws §9, "key"',
    },
    {
      name: 'shares entries between resources of one namespace',
      api: () => cachedApi(ON, { Integration: { ...proxyTo('list'), CacheNamespace: 'shared' } }),
      requests: [PETS, '/dev/'],
      expected: ['1', '1'],
      source: 'API reference, Integration cacheNamespace',
    },
    {
      name: 'keeps what the backend answered with an error status',
      api: () =>
        cachedApi(
          ON,
          {},
          counter((count) => ({ statusCode: 503, body: String(count) })),
        ),
      requests: [PETS, PETS],
      expected: ['1', '1'],
      source: 'docs/aws §9, "cached statuses"',
    },
    {
      name: 'keeps no failure of the gateway',
      api: () =>
        cachedApi(
          ON,
          {},
          counter((count) => (count === 1 ? { nonsense: true } : { statusCode: 200, body: 'ok' })),
        ),
      requests: [PETS, PETS],
      expected: ['{"message": "Internal server error"}', 'ok'],
      source: 'docs/aws §9, "cached statuses"',
    },
    {
      name: 'keeps an answer of 1,048,576 bytes',
      api: () =>
        cachedApi(
          ON,
          {},
          counter((count) => ({ statusCode: 200, body: String(count).repeat(1_048_576) })),
        ),
      requests: [PETS, PETS],
      expected: ['1'.repeat(1_048_576), '1'.repeat(1_048_576)],
      source: 'docs/aws §9, "max entry"',
    },
    {
      name: 'keeps no answer of a byte more',
      api: () =>
        cachedApi(
          ON,
          {},
          counter((count) => ({ statusCode: 200, body: String(count).repeat(1_048_577) })),
        ),
      requests: [PETS, PETS],
      expected: ['1'.repeat(1_048_577), '2'.repeat(1_048_577)],
      source: 'docs/aws §9, "max entry"',
    },
  ];
  for (const { name, api, requests, expected, source } of rows)
    it(name, async () => {
      assert.deepEqual(await bodies(api(), requests), expected, source);
    });

  it('lasts 300 seconds by default', async () => {
    const api = cachedApi();
    const short = cachedApi(settings({ CachingEnabled: true, CacheTtlInSeconds: 5 }));

    const seen: string[] = [];
    for (const ms of [0, 299_999, 1]) {
      api.ports.clock.advance(ms);
      seen.push(...(await bodies(api, [PETS])));
    }
    const shortly = await bodies(short, [PETS]);
    short.ports.clock.advance(5000);
    shortly.push(...(await bodies(short, [PETS])));

    assert.deepEqual(seen, ['1', '1', '2']);
    assert.deepEqual(shortly, ['1', '2']);
  });

  it('repeats status and headers, and gives each reply its own ids', async () => {
    const { send } = cachedApi(ON, {}, () => ({ statusCode: 201, headers: { 'X-Pet': 'cat' }, body: 'x' }));

    const first = await send({ target: PETS });
    const second = await send({ target: PETS });

    assert.equal(second.status, 201);
    assert.equal(headerOf(second, 'x-pet'), 'cat');
    assert.notEqual(headerOf(second, 'x-amzn-requestid'), headerOf(first, 'x-amzn-requestid'));
    assert.equal((headerOf(second, 'x-amzn-requestid') ?? '').split(',').length, 1);
  });

  it('is closed to callers that the authorizer refuses', async () => {
    const api = stagedApi(
      ON,
      {
        list: counter(),
        auth: (event) => invalidator((event as { authorizationToken: string }).authorizationToken),
      },
      withAuthorizer(TOKEN),
    );
    await api.send({ target: PETS, headers: bearer });
    assert.equal((await api.send({ target: PETS })).status, 401);
  });

  it('is empty after a flush', async () => {
    const api = cachedApi();
    await bodies(api, [PETS]);
    api.account.stageMemory('abcdefghij', 'dev').stageCache.flush();
    assert.deepEqual(await bodies(api, [PETS]), ['2']);
  });

  it('shows no integration in the access log of a hit', async () => {
    const format = '$context.requestId $context.status $context.integrationStatus';
    const api = cachedApi({ ...ON, AccessLogSetting: accessLogSetting(format) });
    await bodies(api, [PETS, PETS]);
    assert.deepEqual(
      api.ports.logGroups.lines.map((line) => line.replace(/^\S+ \S+ /, '')),
      ['200 200', '200 -'],
    );
    assert.match(api.ports.log.lines[1] ?? '', / cache$/);
  });

  it('costs a route without it nothing: its plan has no cache', () => {
    const { api } = anApi(restApi(), { list: counter() });
    assert.equal(api.served.stages.get('dev')?.cache, undefined);
  });
});
