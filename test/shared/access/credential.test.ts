import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CompiledSource } from '#shared/access/compiled-document.ts';
import { readCredential, readTokenHeader } from '#shared/access/credential.ts';
import type { Credential } from '#shared/access/credential.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import { DomainError } from '#shared/errors.ts';

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:a1b2c3/dev/GET/users';
const HEADER: CompiledSource = { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main'] };
const KEY: CompiledSource = { in: 'header', name: 'x-api-key', issuers: ['keys'] };
const SUBPROTOCOL: CompiledSource = { in: 'subprotocol', marker: 'bearer', issuers: ['main'] };
const QUERY: CompiledSource = { in: 'query', name: 'token', issuers: ['main'] };

const CERTIFICATE = {
  subjectDN: 'CN=shop',
  issuerDN: 'CN=Partner CA',
  serialNumber: '0a:1b',
  validity: { notBefore: 'May 28 12:30:02 2019 GMT', notAfter: 'Aug  5 09:36:04 2121 GMT' },
};

describe('readTokenHeader', () => {
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
        outcomeOf(() => readTokenHeader(given, [HEADER])),
        expected,
        source,
      );
    });

  it('takes the whole value if the document names no scheme', () => {
    assert.deepEqual(readTokenHeader('a.b.c', [KEY]), { kind: 'token', token: 'a.b.c', issuers: ['keys'] });
  });

  // A Cognito authorizer takes both, so callers of an API that had one send both.
  for (const order of ['with the scheme first', 'without it first'])
    it(`reads one header with and without the scheme, ${order}`, () => {
      const bare: CompiledSource = { in: 'header', name: 'authorization', issuers: ['pool'] };
      const sources = order === 'without it first' ? [bare, HEADER] : [HEADER, bare];

      const read = (value: string) => readTokenHeader(value, sources);

      assert.deepEqual(read('a.b.c'), { kind: 'token', token: 'a.b.c', issuers: ['pool'] });
      assert.deepEqual(read('Bearer a.b.c'), { kind: 'token', token: 'a.b.c', issuers: ['main'] });
      assert.equal(
        outcomeOf(() => read('Bearer ')),
        'TOKEN_MALFORMED',
      );
    });

  it('finds nothing if the document reads no header', () => {
    assert.equal(
      outcomeOf(() => readTokenHeader('Bearer a', [QUERY])),
      'TOKEN_MISSING',
    );
  });

  it('throws nothing but DomainError', () => {
    fc.assert(fc.property(fc.string(), (text) => void outcomeOf(() => readTokenHeader(text, [HEADER]))));
  });
});

describe('readCredential', () => {
  const connect = { requestContext: { eventType: 'CONNECT' } };
  const everywhere = [HEADER, SUBPROTOCOL, QUERY];
  const rows = [
    {
      name: 'reads the header of any API',
      sources: [HEADER],
      event: { headers: { authorization: 'Bearer a' } },
      expected: 'a',
    },
    ...['a', 'Bearer a'].map((authorization) => ({
      name: `reads "${authorization}" where both forms of the header are named`,
      sources: [HEADER, { in: 'header' as const, name: 'authorization', issuers: ['main'] }],
      event: { headers: { authorization } },
      expected: 'a',
    })),
    {
      name: 'refuses two different tokens in both forms of one header',
      sources: [HEADER, { in: 'header' as const, name: 'authorization', issuers: ['main'] }],
      event: { multiValueHeaders: { authorization: ['Bearer a', 'b'] } },
      expected: 'TOKEN_MALFORMED',
    },
    {
      name: 'takes a blank value for none, and reads the next place',
      sources: everywhere,
      event: { ...connect, headers: { authorization: '  ' }, queryStringParameters: { token: 'a' } },
      expected: 'a',
    },
    { name: 'misses everything', sources: everywhere, event: {}, expected: 'TOKEN_MISSING' },
    {
      name: 'reads nothing that the document does not name',
      sources: [HEADER],
      event: { ...connect, queryStringParameters: { token: 'a' } },
      expected: 'TOKEN_MISSING',
    },
    {
      name: 'reads the query',
      sources: everywhere,
      event: { ...connect, queryStringParameters: { token: 'a' } },
      expected: 'a',
    },
    {
      name: 'reads the subprotocol after its marker',
      sources: everywhere,
      event: { ...connect, headers: { 'sec-websocket-protocol': 'chat, Bearer ,a' } },
      expected: 'a',
    },
    {
      name: 'ignores subprotocols without marker',
      sources: everywhere,
      event: { ...connect, headers: { 'Sec-WebSocket-Protocol': 'chat, a' } },
      expected: 'TOKEN_MISSING',
    },
    {
      name: 'ignores a marker without token',
      sources: everywhere,
      event: { ...connect, headers: { 'Sec-WebSocket-Protocol': 'chat, bearer' } },
      expected: 'TOKEN_MISSING',
    },
    {
      name: 'takes the same token twice',
      sources: everywhere,
      event: { headers: { authorization: 'Bearer a' }, queryStringParameters: { token: 'a' } },
      expected: 'a',
    },
    {
      name: 'refuses two different tokens',
      sources: everywhere,
      event: { headers: { authorization: 'Bearer a' }, queryStringParameters: { token: 'b' } },
      expected: 'TOKEN_MALFORMED',
    },
    {
      name: 'refuses two different headers',
      sources: everywhere,
      event: { multiValueHeaders: { Authorization: ['Bearer a', 'Bearer b'] } },
      expected: 'TOKEN_MALFORMED',
    },
    {
      name: 'does not fall through from a bad header',
      sources: everywhere,
      event: { headers: { authorization: 'Basic a' }, queryStringParameters: { token: 'b' } },
      expected: 'TOKEN_MALFORMED',
    },
    {
      name: 'reads the certificate of a REST API',
      sources: [{ in: 'clientCert', issuers: ['partners'] } as const],
      event: { requestContext: { identity: { clientCert: CERTIFICATE } } },
      expected: '0a:1b',
    },
    {
      name: 'reads the certificate of an HTTP API',
      sources: [{ in: 'clientCert', issuers: ['partners'] } as const],
      event: {
        version: '2.0',
        routeArn: ARN,
        requestContext: { authentication: { clientCert: CERTIFICATE } },
      },
      expected: '0a:1b',
    },
    {
      name: 'reads no certificate that the document does not name',
      sources: [HEADER],
      event: { requestContext: { identity: { clientCert: CERTIFICATE } } },
      expected: 'TOKEN_MISSING',
    },
    {
      name: 'takes the first of two credentials of different issuers',
      sources: [KEY, HEADER],
      event: { headers: { authorization: 'Bearer a', 'X-Api-Key': 'k' } },
      expected: 'k',
    },
  ];
  for (const { name, sources, event, expected } of rows)
    it(name, () => {
      const request = parseRequestEvent({ type: 'REQUEST', methodArn: ARN, ...event });
      assert.equal(
        outcomeOf(() => readCredential(request, sources)),
        expected,
      );
    });
});

// docs/design/authorizers §7.17: order, case, spaces. A browser writes the list of `new WebSocket(url, ['bearer',
// token])`.
describe('the subprotocol of a WebSocket', () => {
  const rows = [
    { header: 'bearer,a.b.c', expected: 'a.b.c' },
    { header: '  bearer  ,   a.b.c  ', expected: 'a.b.c' },
    { header: 'BEARER, a.b.c', expected: 'a.b.c' },
    { header: '\tbearer\t,\ta.b.c\t', expected: 'a.b.c' },
    // RFC 9110 §5.6.1: only spaces and tabs surround the members of a list.
    { header: 'bearer, \u3000a.b.c', expected: '\u3000a.b.c' },
    { header: 'bearer, a.b.c\u00a0', expected: 'a.b.c\u00a0' },
    { header: 'bearer\ufeff, a.b.c', expected: 'TOKEN_MISSING' },
    { header: 'chat, bearer, a.b.c', expected: 'a.b.c' },
    { header: 'bearer, a.b.c, chat', expected: 'a.b.c' },
    { header: 'a.b.c, bearer', expected: 'TOKEN_MISSING' },
    { header: 'bearer, , a.b.c', expected: 'TOKEN_MISSING' },
    { header: 'bearer', expected: 'TOKEN_MISSING' },
    { header: 'bearerx, a.b.c', expected: 'TOKEN_MISSING' },
    { header: 'bearer a.b.c', expected: 'TOKEN_MISSING' },
    // docs/design/authorizers §B11: two different values are refused, never "first wins".
    { header: 'bearer, a.b.c, bearer, d.e.f', expected: 'TOKEN_MALFORMED' },
    { header: 'bearer, a.b.c, bearer, a.b.c', expected: 'a.b.c' },
  ];
  for (const { header, expected } of rows)
    for (const name of ['Sec-WebSocket-Protocol', 'sec-websocket-protocol'])
      it(`${name}: "${header}" holds ${expected}`, () => {
        const event = {
          type: 'REQUEST',
          methodArn: ARN,
          headers: { [name]: header },
          requestContext: { eventType: 'CONNECT' },
        };
        assert.equal(
          outcomeOf(() => readCredential(parseRequestEvent(event), [SUBPROTOCOL])),
          expected,
        );
      });

  it('refuses two lists with different tokens', () => {
    const event = {
      type: 'REQUEST',
      methodArn: ARN,
      requestContext: { eventType: 'CONNECT' },
      multiValueHeaders: { 'Sec-WebSocket-Protocol': ['bearer, a', 'bearer, b'] },
    };
    assert.equal(
      outcomeOf(() => readCredential(parseRequestEvent(event), [SUBPROTOCOL])),
      'TOKEN_MALFORMED',
    );
  });
});

function outcomeOf(read: () => Credential): string {
  try {
    const credential = read();
    return credential.kind === 'token' ? credential.token : credential.certificate.serialNumber;
  } catch (error) {
    assert.ok(error instanceof DomainError);
    return error.code;
  }
}
