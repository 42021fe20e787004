import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  readConnectResult,
  readHttp1Result,
  readHttp2Result,
  readMessageResult,
  readRestResult,
} from '../../../../../packages/gateway/core/events/proxy-result.ts';
import type { BinaryRules } from '../../../../../packages/gateway/core/events/proxy-result.ts';
import { JSON_LINE, PAYLOAD_1, TEXT_LINE } from './payload-1-rows.ts';
import type { Expected } from './payload-1-rows.ts';

/** Attacks on the reply: header injection and response splitting. */
const ATTACKS: [name: string, headers: Record<string, unknown>][] = [
  ['a line break in a value', { location: '/x\r\nSet-Cookie: admin=1' }],
  ['a lone line feed in a value', { location: '/x\nSet-Cookie: admin=1' }],
  ['a NUL in a value', { a: 'x\0y' }],
  ['a character beyond Latin-1 in a value', { a: 'snow\u{2603}' }],
  ['a line break in a name', { 'a\r\nb': 'x' }],
  ['a colon in a name', { 'a:b': 'x' }],
  ['a space in a name', { 'a b': 'x' }],
  ['an empty name', { '': 'x' }],
];

const NO_BINARY: BinaryRules = { binaryMediaTypes: [], accept: undefined };

function check(result: ReturnType<typeof readRestResult>, expected: Expected, source: string): void {
  if (expected === 'malformed') {
    assert.equal(result.kind, 'malformed', source);
    return;
  }
  assert.ok(result.kind === 'reply', `${source}: ${JSON.stringify(result)}`);
  if (expected.status !== undefined) assert.equal(result.status, expected.status, source);
  if (expected.headers !== undefined) assert.deepEqual(result.headers, expected.headers, source);
  if (expected.body !== undefined) assert.equal(result.body.toString(), expected.body, source);
}

describe('readRestResult', () => {
  for (const { name, returns, rest, source } of PAYLOAD_1)
    it(`reads ${name}`, () => {
      check(readRestResult(JSON.stringify(returns), NO_BINARY), rest, source);
    });

  it('refuses text that is not JSON', () => {
    check(readRestResult('oops', NO_BINARY), 'malformed', 'inferred');
  });

  const binary: [name: string, types: string[], accept: string | undefined, isDecoded: boolean][] = [
    ['an exact type', ['image/png', '*/test'], 'image/png', true],
    ['another type', ['image/png'], 'image/jpg', false],
    ['a wildcard of the client', ['image/png'], 'image/*', false],
    ['a wildcard of the client for the same wildcard of the API', ['image/*'], 'image/*', true],
    ['the same left wildcard on both sides', ['*/test'], '*/test', false],
    ['*/* of the client alone', ['image/png'], '*/*', false],
    ['*/* of both', ['*/*'], '*/*', true],
    ['the first type of a list', ['image/png'], 'image/png,image/*,*/*;q=0.8', true],
    ['a later type of a list', ['image/webp'], 'text/html,image/webp', false],
    ['type/* of the API', ['application/*'], 'application/whatever', true],
    ['no Accept', ['image/png'], undefined, false],
    ['no Accept, but */* of the API', ['*/*'], undefined, true],
  ];
  for (const [name, binaryMediaTypes, accept, isDecoded] of binary)
    it(`${isDecoded ? 'decodes' : 'does not decode'} base64 for ${name} (parity binary-*)`, () => {
      const payload = JSON.stringify({ statusCode: 200, body: '3q2+7w==', isBase64Encoded: true });

      const result = readRestResult(payload, { binaryMediaTypes, accept });

      assert.ok(result.kind === 'reply');
      assert.deepEqual(result.body, isDecoded ? Buffer.from([0xde, 0xad, 0xbe, 0xef]) : '3q2+7w==');
    });

  it('distinguishes a body that is not base64 from a malformed answer', () => {
    const payload = JSON.stringify({ statusCode: 200, body: 'not base64!', isBase64Encoded: true });
    const rules = { binaryMediaTypes: ['*/*'], accept: '*/*' };

    for (const result of [readRestResult(payload, rules), readHttp1Result(payload), readHttp2Result(payload)])
      assert.equal(result.kind, 'undecodable', 'docs/aws §2.4');
  });
});

describe('readHttp1Result', () => {
  for (const { name, returns, http1, source } of PAYLOAD_1)
    it(`reads ${name}`, () => {
      check(readHttp1Result(JSON.stringify(returns)), http1, source);
    });
});

describe('readHttp2Result', () => {
  const rows: { name: string; payload: string; expected: Expected; source: string }[] = [
    {
      name: 'an object with statusCode as a full response',
      payload: '{"statusCode":201,"headers":{"my-custom-header":"v"},"body":"x"}',
      expected: { status: 201, headers: ['My-Custom-Header', 'v', ...TEXT_LINE], body: 'x' },
      source: 'docs/aws §3.6 [obs]',
    },
    {
      name: 'WWW-Authenticate as any other header',
      payload: '{"statusCode":401,"headers":{"WWW-Authenticate":"Bearer"}}',
      expected: { status: 401, headers: ['Www-Authenticate', 'Bearer', ...TEXT_LINE], body: '' },
      source: 'docs/aws §2.7 [obs of others]',
    },
    {
      name: 'a status in digits',
      payload: '{"statusCode":"404"}',
      expected: { status: 404, body: '' },
      source: 'docs/aws §3.6 [obs]',
    },
    {
      name: 'a broken status as malformed',
      payload: '{"statusCode":200.5}',
      expected: 'malformed',
      source: 'docs/aws §3.6 [obs]',
    },
    {
      name: 'status 0 as malformed',
      payload: '{"statusCode":0}',
      expected: 'malformed',
      source: 'docs/aws §3.6 [obs]',
    },
    {
      name: 'a body that is an object as malformed',
      payload: '{"statusCode":200,"body":{"a":1}}',
      expected: 'malformed',
      source: 'docs/aws §3.6 [obs]',
    },
    {
      name: 'an object without statusCode as the body, with any members',
      payload: '{"body":"x","headers":{"a":"b"}}',
      expected: { status: 200, headers: JSON_LINE, body: '{"body":"x","headers":{"a":"b"}}' },
      source: 'docs/aws §3.6 [obs]',
    },
    {
      name: 'an array as the body',
      payload: '[1,2]',
      expected: { status: 200, headers: JSON_LINE, body: '[1,2]' },
      source: 'docs/aws §3.6 [obs]',
    },
    {
      name: 'a number as the body',
      payload: '3.1',
      expected: { headers: JSON_LINE, body: '3.1' },
      source: 'parity http-api-v2-float-result',
    },
    {
      name: 'a boolean as the body',
      payload: 'true',
      expected: { headers: JSON_LINE, body: 'true' },
      source: 'parity http-api-v2-boolean-result',
    },
    {
      name: 'a string without its quotes',
      payload: '"hi \\"you\\""',
      expected: { headers: JSON_LINE, body: 'hi "you"' },
      source: 'docs/aws §3.6 [obs]',
    },
    {
      name: 'text that is not JSON as it is',
      payload: '{oops',
      expected: { status: 200, headers: JSON_LINE, body: '{oops' },
      source: 'docs/aws §3.6 [obs]',
    },
    {
      name: 'null as the body',
      payload: 'null',
      expected: { status: 200, body: 'null' },
      source: 'docs/aws §3.6 (verify)',
    },
    {
      name: 'cookies as one Set-Cookie each',
      payload: '{"statusCode":200,"cookies":["a=1","b=2"]}',
      expected: { headers: ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', ...TEXT_LINE] },
      source: 'docs/aws §3.6',
    },
    {
      name: 'no multiValueHeaders',
      payload: '{"statusCode":200,"multiValueHeaders":{"a":["b"]}}',
      expected: { headers: TEXT_LINE },
      source: 'docs/aws §3.6 (reports differ)',
    },
    {
      name: 'base64 as bytes, with any Accept',
      payload: '{"statusCode":200,"body":"dGVzdA==","isBase64Encoded":true}',
      expected: { body: 'test' },
      source: 'docs/aws §2.4',
    },
    {
      name: 'a cookie with a line break as malformed',
      payload: '{"statusCode":200,"cookies":["a=1\\r\\nX: y"]}',
      expected: 'malformed',
      source: 'response splitting',
    },
    {
      name: 'cookies that are not a list as malformed',
      payload: '{"statusCode":200,"cookies":"a=1"}',
      expected: 'malformed',
      source: 'inferred',
    },
  ];

  for (const { name, payload, expected, source } of rows)
    it(`reads ${name}`, () => {
      check(readHttp2Result(payload), expected, source);
    });
});

describe('a proxy result', () => {
  for (const [name, headers] of ATTACKS)
    it(`is malformed with ${name}`, () => {
      const single = JSON.stringify({ statusCode: 200, headers });
      const multi = JSON.stringify({
        statusCode: 200,
        multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [value]])),
      });

      for (const payload of [single, multi]) {
        check(readRestResult(payload, NO_BINARY), 'malformed', name);
        check(readHttp1Result(payload), 'malformed', name);
        check(readConnectResult(payload), 'malformed', name);
      }
      check(readHttp2Result(single), 'malformed', name);
    });

  it('is read without a throw for any answer of the function, and never yields an unsafe header', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          {
            statusCode: fc.oneof(fc.integer(), fc.string(), fc.constant(200)),
            headers: fc.oneof(fc.dictionary(fc.string(), fc.anything()), fc.anything()),
            multiValueHeaders: fc.dictionary(fc.string(), fc.array(fc.string())),
            cookies: fc.array(fc.string()),
            body: fc.oneof(fc.string(), fc.anything()),
            isBase64Encoded: fc.boolean(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? 1 : item))),
    );
    fc.assert(
      fc.property(anything, (payload) => {
        for (const result of [
          readRestResult(payload, { binaryMediaTypes: ['*/*'], accept: '*/*' }),
          readHttp1Result(payload),
          readHttp2Result(payload),
          readConnectResult(payload),
        ])
          if (result.kind === 'reply') assert.doesNotMatch(result.headers.join(' '), /[\r\n\0]/);
        readMessageResult(payload);
      }),
      { numRuns: 500 },
    );
  });
});

describe('readConnectResult', () => {
  it('passes on status, headers and body', () => {
    const payload = '{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"bearer"},"extra":1}';

    check(
      readConnectResult(payload),
      { status: 200, headers: ['Sec-WebSocket-Protocol', 'bearer', ...JSON_LINE] },
      'docs/aws §11.1',
    );
  });

  it('needs a status', () => {
    check(readConnectResult('{}'), 'malformed', 'docs/aws §11.1');
    check(readConnectResult('null'), 'malformed', 'docs/aws §11.1');
  });
});

describe('readMessageResult', () => {
  it('sends the body with any status', () => {
    assert.deepEqual(readMessageResult('{"statusCode":500,"body":"oops"}'), { kind: 'frame', body: 'oops' });
  });

  it('sends nothing without a body', () => {
    for (const payload of ['{"statusCode":200}', '{"statusCode":200,"body":null}', '{"body":""}'])
      assert.deepEqual(readMessageResult(payload), { kind: 'silent' }, payload);
  });

  it('is malformed if there is no object, no text, or a member that AWS does not have', () => {
    for (const payload of ['null', '"x"', '{"body":{}}', 'oops', '{"body":"a","extra":1}'])
      assert.equal(readMessageResult(payload).kind, 'malformed', payload);
  });
});
