/** A function that returns a malformed result is changed as it is advised, and then its reply arrives. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adviseProxyResult } from '../../../../../packages/gateway/console/explain/proxy-advice.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { aFunctionUrl } from '../../../../support/a-function-url.ts';
import { anApi } from '../../../../support/an-api.ts';
import { httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { LAMBDA } from '../../../../support/streaming-methods.ts';
import type { FakeFunction, TestPorts } from '../../../../support/virtual-ports.ts';
import type { TestApi } from '../../../../support/an-api.ts';

type Served = Pick<TestApi, 'send'> & { readonly ports: TestPorts };

const APIS: Readonly<Record<string, (result: FakeFunction) => Served>> = {
  rest: (echo) => anApi(restRoutes({ 'GET /pets': {} }), { echo }),
  'http 1.0': (echo) =>
    anApi(httpRoutes(['GET /dev/pets'], { integration: { PayloadFormatVersion: '1.0' } }), { echo }),
  'http 2.0': (echo) => anApi(httpRoutes(['GET /dev/pets']), { echo }),
  'function URL': (echo) => aFunctionUrl({ AuthType: 'NONE' }, echo),
};

type Row = {
  readonly on: readonly string[];
  readonly name: string;
  readonly bad: unknown;
  readonly fixed: unknown;
  readonly change: RegExp;
};

const OK = { statusCode: 200 };
const ONE = ['rest', 'http 1.0'];
const TWO = ['http 2.0', 'function URL'];
const ALL = [...ONE, ...TWO];

const ROWS: readonly Row[] = [
  {
    on: ONE,
    name: 'nothing',
    bad: null,
    fixed: OK,
    change: /^Return \{ statusCode, headers, body \} from the function \w+/,
  },
  { on: ONE, name: 'a list', bad: [OK], fixed: OK, change: /^Return \{ statusCode, headers, body \}/ },
  { on: ONE, name: 'status', bad: { status: 200 }, fixed: OK, change: /^Rename "status" to statusCode/ },
  {
    on: ONE,
    name: 'cookies',
    bad: { ...OK, cookies: ['a=1'] },
    fixed: { ...OK, multiValueHeaders: { 'Set-Cookie': ['a=1'] } },
    change: /^Return the cookies from the function \w+ as multiValueHeaders: \{ "Set-Cookie": /,
  },
  {
    on: ONE,
    name: 'another member',
    bad: { ...OK, ok: true },
    fixed: OK,
    change: /^Remove "ok" from the result/,
  },
  // Knowledge center, api-gateway-status-codes-http-api: with payload 1.0 API Gateway makes no assumptions.
  {
    on: ONE,
    name: 'the data itself',
    bad: { items: [] },
    fixed: { ...OK, body: '{"items":[]}' },
    change:
      /^Return \{ statusCode: 200, body \} from the function \w+, where body is this object as a string/,
  },
  {
    on: ONE,
    name: 'data with a member status',
    bad: { status: 'up', queue: 3 },
    fixed: { ...OK, body: '{"status":"up","queue":3}' },
    change:
      /^Return \{ statusCode: 200, body \} from the function \w+, where body is this object as a string/,
  },
  {
    on: ONE,
    name: 'several members',
    bad: { ConnectionId: 'a', status: 200, Data: 'b', header: {} },
    fixed: { statusCode: 200, headers: {} },
    change:
      /^Rename "status" to statusCode and "header" to headers in the result of the function \w+\. Remove "ConnectionId" and "Data" from the result/,
  },
  {
    on: ONE,
    name: 'a list in headers',
    bad: { ...OK, headers: { Vary: ['a', 'b'] } },
    fixed: { ...OK, multiValueHeaders: { Vary: ['a', 'b'] } },
    change: /^Return "Vary" from the function \w+ in multiValueHeaders instead of headers/,
  },
  {
    on: ONE,
    name: 'a text in multiValueHeaders',
    bad: { ...OK, multiValueHeaders: { Vary: 'a' } },
    fixed: { ...OK, multiValueHeaders: { Vary: ['a'] } },
    change: /^Return "Vary" in multiValueHeaders of the function \w+ as a list: \[value\]\.$/,
  },
  {
    on: ONE,
    name: 'multiValueHeaders that are a list',
    bad: { ...OK, multiValueHeaders: [] },
    fixed: { ...OK, multiValueHeaders: {} },
    change: /^Return multiValueHeaders from the function \w+ as an object/,
  },
  {
    on: TWO,
    name: 'a list in headers',
    bad: { ...OK, headers: { Vary: ['a', 'b'] } },
    fixed: { ...OK, headers: { Vary: 'a, b' } },
    change: /^Join the values of "Vary" in the function \w+ into one string with commas/,
  },
  {
    on: TWO,
    name: 'a list of cookies in headers',
    bad: { ...OK, headers: { 'Set-Cookie': ['a=1', 'b=2'] } },
    fixed: { ...OK, cookies: ['a=1', 'b=2'] },
    change: /^Return the cookies from the function \w+ in the member cookies, as a list/,
  },
  {
    on: TWO,
    name: 'cookies as a text',
    bad: { ...OK, cookies: 'a=1' },
    fixed: { ...OK, cookies: ['a=1'] },
    change: /^Return cookies from the function \w+ as a list/,
  },
  {
    on: TWO,
    name: 'a cookie that is a number',
    bad: { ...OK, cookies: [1] },
    fixed: { ...OK, cookies: ['a=1'] },
    change: /^Return cookies from the function \w+ as a list/,
  },
  {
    on: TWO,
    name: 'a cookie with a line break',
    bad: { ...OK, cookies: ['a=1\r\nb: 2'] },
    fixed: { ...OK, cookies: ['a=1'] },
    change: /^Remove line breaks, and characters above U\+00FF, from the cookies/,
  },
  {
    on: ALL,
    name: 'a status that is a word',
    bad: { statusCode: 'fine' },
    fixed: OK,
    change: /^Return statusCode from the function \w+ as a number of three digits/,
  },
  {
    on: ALL,
    name: 'headers that are a list',
    bad: { ...OK, headers: ['a'] },
    fixed: OK,
    change: /^Return headers from the function \w+ as an object/,
  },
  {
    on: ALL,
    name: 'a header without a value',
    bad: { ...OK, headers: { 'X-A': null } },
    fixed: OK,
    change: /^Return "X-A" from the function \w+ as a string, or leave the header out\.$/,
  },
  {
    on: ALL,
    name: 'two headers without a value',
    bad: { ...OK, headers: { 'X-A': null, 'X-B': {}, 'X-C': 'c' } },
    fixed: { ...OK, headers: { 'X-C': 'c' } },
    change: /^Return "X-A" and "X-B" from the function \w+ as strings, or leave the headers out\.$/,
  },
  {
    on: ALL,
    name: 'a line break in a header',
    bad: { ...OK, headers: { 'X-A': 'a\nb' } },
    fixed: { ...OK, headers: { 'X-A': encodeURIComponent('a\nb') } },
    change: /^Remove line breaks, .*"X-A"/,
  },
  {
    on: ALL,
    name: 'a body that is an object',
    bad: { ...OK, body: { pets: [] } },
    fixed: { ...OK, body: '{"pets":[]}' },
    change:
      /^Return body from the function \w+ as a string: JSON if it is an object \(JSON\.stringify\(body\) in JavaScript, json\.dumps/,
  },
  {
    on: ALL,
    name: 'isBase64Encoded as a text',
    bad: { ...OK, body: 'a', isBase64Encoded: 'false' },
    fixed: { ...OK, body: 'a', isBase64Encoded: false },
    change: /^Return isBase64Encoded from the function \w+ as true or false/,
  },
  {
    on: ['http 1.0', ...TWO],
    name: 'a body that is not base64',
    bad: { ...OK, body: 'ä', isBase64Encoded: true },
    fixed: { ...OK, body: 'ä', isBase64Encoded: false },
    change: /^Return body from the function \w+ as base64, or set isBase64Encoded to false\.$/,
  },
];

async function storiesOf(api: Served, ask: () => Promise<{ readonly status: number }>) {
  const records = new RequestRecords(10, createSystemClock(), 'key');
  api.ports.records = records;
  const { status } = await ask();
  const { story } = records.detail('last') ?? assert.fail('nothing was recorded');
  return { status, ...story };
}

describe('the advice about a proxy result', () => {
  for (const { on, name, bad, fixed, change } of ROWS)
    for (const kind of on)
      it(`makes the reply arrive once it is followed: ${name}, ${kind}`, async () => {
        let result = bad;
        const api = APIS[kind]?.(() => result) ?? assert.fail(kind);
        const ask = () => api.send({ target: '/dev/pets' });

        const { status, changes, sentences } = await storiesOf(api, ask);

        assert.ok(status >= 500, String(status));
        assert.equal(changes.length, 1, sentences.join('\n'));
        assert.match(changes[0] ?? '', change);
        result = fixed;
        assert.equal((await ask()).status, 200);
      });

  it('names what a stream must begin with', async () => {
    const chat = () => ['no metadata'];
    const api = anApi(restRoutes({ 'GET /pets': { Integration: LAMBDA } }), { chat });

    const { changes } = await storiesOf(api, () => api.send({ target: '/dev/pets' }));

    assert.match(
      changes.join('\n'),
      /^Write the metadata of the response in the function chat with awslambda\.HttpResponseStream\.from/,
    );
  });

  it('lists the existing members if one member of the metadata is unknown', async () => {
    const chat = () => [`${JSON.stringify({ statusCode: 200, body: '' })}${'\0'.repeat(8)}`];
    const api = anApi(restRoutes({ 'GET /pets': { Integration: LAMBDA } }), { chat });

    const { changes } = await storiesOf(api, () => api.send({ target: '/dev/pets' }));

    assert.match(
      changes.join('\n'),
      /^Remove "body" .* only statusCode, headers, multiValueHeaders and cookies\.$/,
    );
  });

  it('is general if a log line of a deployed API does not show the part', async () => {
    const advice = adviseProxyResult({}, { kind: 'lambda-proxy', target: 'list' } as never);

    assert.equal(
      advice,
      'Return { statusCode, headers, body } from the function list, where body is a string.',
    );
  });
});
