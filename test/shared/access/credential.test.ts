import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readBearer, readCredential } from '#shared/access/credential.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import { DomainError } from '#shared/errors.ts';

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:a1b2c3/dev/GET/users';

describe('readBearer', () => {
  const rows = [
    {
      name: 'takes the scheme in any case',
      given: 'bEARER a.b.c',
      expected: 'a.b.c',
      source: 'RFC 9110 section 11.1',
    },
    {
      name: 'takes several spaces',
      given: 'Bearer   a.b.c',
      expected: 'a.b.c',
      source: 'RFC 6750 section 2.1',
    },
    { name: 'misses an empty header', given: '', expected: 'TOKEN_MISSING', source: 'authorizer event' },
    { name: 'misses a blank header', given: '  ', expected: 'TOKEN_MISSING', source: 'authorizer event' },
    { name: 'refuses a bare token', given: 'a.b.c', expected: 'TOKEN_MALFORMED', source: 'RFC 6750' },
    { name: 'refuses another scheme', given: 'Basic YTpi', expected: 'TOKEN_MALFORMED', source: 'RFC 6750' },
    {
      name: 'refuses a scheme without token',
      given: 'Bearer ',
      expected: 'TOKEN_MALFORMED',
      source: 'RFC 6750',
    },
    {
      name: 'refuses what follows the token',
      given: 'Bearer a b',
      expected: 'TOKEN_MALFORMED',
      source: 'RFC 6750',
    },
    {
      name: 'refuses joined headers',
      given: 'Bearer a,Bearer b',
      expected: 'TOKEN_MALFORMED',
      source: 'HTTP APIs join duplicates',
    },
    {
      name: 'refuses a line break',
      given: 'Bearer a\n',
      expected: 'TOKEN_MALFORMED',
      source: 'RFC 9110 section 5.5',
    },
    {
      name: 'refuses a huge header',
      given: `Bearer ${'a'.repeat(11_000)}`,
      expected: 'TOKEN_MALFORMED',
      source: 'API Gateway quotas',
    },
  ];
  for (const { name, given, expected, source } of rows)
    it(name, () => {
      assert.equal(
        outcomeOf(() => readBearer(given)),
        expected,
        source,
      );
    });

  it('throws nothing but DomainError', () => {
    fc.assert(fc.property(fc.string(), (text) => void outcomeOf(() => readBearer(text))));
  });
});

describe('readCredential', () => {
  const websocket = { requestContext: { eventType: 'CONNECT' } };
  const rows = [
    { name: 'reads the header of any API', event: { headers: { authorization: 'Bearer a' } }, expected: 'a' },
    { name: 'misses everything', event: {}, expected: 'TOKEN_MISSING' },
    {
      name: 'reads no query outside WebSockets',
      event: { queryStringParameters: { token: 'a' } },
      expected: 'TOKEN_MISSING',
    },
    {
      name: 'reads no subprotocol outside WebSockets',
      event: { headers: { 'Sec-WebSocket-Protocol': 'bearer, a' } },
      expected: 'TOKEN_MISSING',
    },
    {
      name: 'reads the query of a WebSocket',
      event: { ...websocket, queryStringParameters: { token: 'a' } },
      expected: 'a',
    },
    {
      name: 'reads the subprotocol after its marker',
      event: { ...websocket, headers: { 'sec-websocket-protocol': 'chat, Bearer ,a' } },
      expected: 'a',
    },
    {
      name: 'ignores subprotocols without marker',
      event: { ...websocket, headers: { 'Sec-WebSocket-Protocol': 'chat, a' } },
      expected: 'TOKEN_MISSING',
    },
    {
      name: 'ignores a marker without token',
      event: { ...websocket, headers: { 'Sec-WebSocket-Protocol': 'chat, bearer' } },
      expected: 'TOKEN_MISSING',
    },
    {
      name: 'takes the same token twice',
      event: { ...websocket, headers: { authorization: 'Bearer a' }, queryStringParameters: { token: 'a' } },
      expected: 'a',
    },
    {
      name: 'refuses two different tokens',
      event: { ...websocket, headers: { authorization: 'Bearer a' }, queryStringParameters: { token: 'b' } },
      expected: 'TOKEN_MALFORMED',
    },
    {
      name: 'refuses two different headers',
      event: { multiValueHeaders: { Authorization: ['Bearer a', 'Bearer b'] } },
      expected: 'TOKEN_MALFORMED',
    },
    {
      name: 'does not fall through from a bad header',
      event: { ...websocket, headers: { authorization: 'Basic a' }, queryStringParameters: { token: 'b' } },
      expected: 'TOKEN_MALFORMED',
    },
  ];
  for (const { name, event, expected } of rows)
    it(name, () => {
      const request = parseRequestEvent({ type: 'REQUEST', methodArn: ARN, ...event });
      assert.equal(
        outcomeOf(() => readCredential(request)),
        expected,
      );
    });
});

function outcomeOf(read: () => string): string {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof DomainError);
    return error.code;
  }
}
