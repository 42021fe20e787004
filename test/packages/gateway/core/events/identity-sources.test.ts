import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  duplicatesOf,
  readIdentity,
  readKeyedIdentity,
} from '../../../../../packages/gateway/core/events/identity-sources.ts';
import { anHttpRequest, aRequest } from './a-request.ts';

const header = { kind: 'header', name: 'authorization' } as const;
const query = { kind: 'querystring', name: 'token' } as const;
const twice = ['Authorization', 'guest', 'authorization', 'admin'];

// docs/aws §2.6: single maps of REST events keep the last value; §3.3: payload 2.0 joins all by commas.
describe('readIdentity', () => {
  for (const { payload, expected } of [
    { payload: 'rest-token', expected: 'admin' },
    { payload: 'rest-request', expected: 'admin' },
    { payload: 'websocket', expected: 'admin' },
    { payload: 'http-1.0', expected: 'guest,admin' },
    { payload: 'http-2.0', expected: 'guest,admin' },
  ])
    it(`reads a header that comes twice as events of ${payload} do`, () => {
      const facts = aRequest({ rawHeaders: twice, rawQuery: 'token=guest&token=admin' });

      assert.deepEqual(readIdentity([header, query], facts, duplicatesOf(payload)), [expected, expected]);
    });

  it('is undefined if one source is missing or empty', () => {
    assert.equal(readIdentity([header], anHttpRequest(), 'joined'), undefined);
    assert.equal(
      readIdentity([header], anHttpRequest({ rawHeaders: ['Authorization', ''] }), 'joined'),
      undefined,
    );
  });
});

// The event of a handshake on AWS (localstack/localstack#7191); neverendingqs/serverless-websocket-example takes
// X-Forwarded-Proto as the identity source of $connect, because browsers cannot send headers of their own.
describe('the headers that the gateway adds', () => {
  for (const { name, rawHeaders = [], expected } of [
    { name: 'x-forwarded-proto', rawHeaders: ['X-Forwarded-Proto', 'http'], expected: ['https'] },
    { name: 'x-forwarded-port', expected: ['443'] },
    { name: 'x-forwarded-for', expected: ['192.0.2.1'] },
    {
      name: 'x-forwarded-for',
      rawHeaders: ['X-Forwarded-For', '203.0.113.9'],
      expected: ['203.0.113.9, 192.0.2.1'],
    },
    { name: 'x-amzn-trace-id', expected: [aRequest().traceHeader] },
    { name: 'x-forwarded-host', expected: undefined },
  ])
    it(`are identity sources with the values of the event: ${name}, sent as ${rawHeaders[1] ?? 'nothing'}`, () => {
      assert.deepEqual(
        readKeyedIdentity([{ kind: 'header', name }], aRequest({ rawHeaders }), 'last')?.values,
        expected,
      );
    });
});

describe('readKeyedIdentity', () => {
  const keyOf = (...values: readonly string[]) =>
    readKeyedIdentity(
      [header],
      aRequest({ rawHeaders: values.flatMap((value) => ['Authorization', value]) }),
      'last',
    )?.key;

  it('differs for every list of values, and is the value itself if there is only one', () => {
    const keys = [
      keyOf('a'),
      keyOf('b'),
      keyOf('a', 'b'),
      keyOf('b', 'a'),
      keyOf('a,b'),
      keyOf('a', 'b', 'b'),
    ];

    assert.equal(keys[0], 'a');
    assert.equal(new Set(keys).size, keys.length);
  });

  it('keeps the values of several sources apart', () => {
    const keys = [
      { rawHeaders: ['Authorization', 'a'], rawQuery: 'token=b&token=c' },
      { rawHeaders: ['Authorization', 'a', 'Authorization', 'b'], rawQuery: 'token=c' },
    ].map((request) => readKeyedIdentity([header, query], aRequest(request), 'last')?.key);

    assert.notEqual(keys[0], keys[1]);
  });

  it('differs between several values and one value that is written like their list', () => {
    for (const values of [
      ['a', 'b'],
      ['a', ''],
      ['"', 'x'],
    ])
      assert.notEqual(keyOf(...values), keyOf(JSON.stringify([values])));
    assert.notEqual(keyOf('[["a"]]'), keyOf(JSON.stringify([['[["a"]]']])));
  });

  it('keeps bytes apart that are not UTF-8, which all decode to U+FFFD', () => {
    const keys = ['%ff', '%fe', '%c3', '%EF%BF%BD'].map(
      (value) => readKeyedIdentity([query], aRequest({ rawQuery: `token=${value}` }), 'last')?.key,
    );

    assert.equal(new Set(keys).size, keys.length);
  });

  it('is undefined if a source is missing or empty', () => {
    assert.equal(
      readKeyedIdentity([header, query], aRequest({ rawHeaders: ['Authorization', 'a'] }), 'last'),
      undefined,
    );
    assert.equal(
      readKeyedIdentity([header], aRequest({ rawHeaders: ['Authorization', ''] }), 'last'),
      undefined,
    );
  });

  it('is returned with the value of each source', () => {
    const request = aRequest({
      rawHeaders: ['Authorization', 'a', 'Authorization', 'b'],
      rawQuery: 'token=c',
    });
    assert.deepEqual(readKeyedIdentity([header, query], request, 'last')?.values, ['b', 'c']);
    assert.deepEqual(readKeyedIdentity([header, query], request, 'joined')?.values, ['a,b', 'c']);
  });
});
