import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRawRequest } from '#shared/aws/raw-request.ts';
import { EVENT_KINDS, SIGNED_AT_SECONDS } from '../../support/webhook-events.ts';

describe('parseRawRequest', () => {
  for (const [kind, eventOf] of Object.entries(EVENT_KINDS)) {
    it(`reads method, path, headers, body and time of a ${kind}`, () => {
      const request = parseRawRequest(
        eventOf({ body: 'ä', headers: [['X-Signature', 'a']], source: 'github' }),
      );

      assert.deepEqual(
        { ...request, body: Buffer.from(request.body).toString('hex') },
        {
          method: 'POST',
          path: '/webhooks/partner',
          query: '',
          body: 'c3a4',
          pathParameters: { source: 'github' },
          headers: new Map([['x-signature', ['a']]]),
          receivedAtEpochMs: SIGNED_AT_SECONDS * 1000,
        },
      );
    });

    it(`decodes base64 of a ${kind} to the bytes that were sent`, () => {
      const bytes = Uint8Array.of(0xff, 0x00, 0xc3, 0x28);

      const { body } = parseRawRequest(eventOf({ body: bytes, headers: [] }));

      assert.deepEqual(Buffer.from(body), Buffer.from(bytes));
    });
  }

  it('finds both of two headers if only the map of lists has both', () => {
    const headers = [
      ['X-Signature', 'a'],
      ['X-Signature', 'b'],
    ] as const;

    const rest = parseRawRequest(EVENT_KINDS['REST API']!({ body: '', headers }));

    assert.deepEqual(rest.headers.get('x-signature'), ['a', 'b']);
  });

  it('has the text of a query only in payload 2.0', () => {
    const queryOf = (kind: string) =>
      parseRawRequest(EVENT_KINDS[kind]!({ body: '', headers: [], query: 'a=%20' })).query;

    assert.equal(queryOf('HTTP API, payload 2.0'), 'a=%20');
    assert.equal(queryOf('REST API'), undefined);
  });

  const GOOD = EVENT_KINDS['HTTP API, payload 2.0']!({ body: '', headers: [] });
  const BAD: readonly (readonly [string, unknown])[] = [
    ['no object', 'x'],
    ['no context', { ...GOOD, requestContext: undefined }],
    ['no method', { ...GOOD, requestContext: { timeEpoch: 1, path: '/' } }],
    ['no time', { ...GOOD, requestContext: { http: { method: 'POST', path: '/' } } }],
    ['a body that is not text', { ...GOOD, body: { a: 1 } }],
    ['base64 that is none', { ...GOOD, body: 'a$$b', isBase64Encoded: true }],
    ['base64 with something behind its end', { ...GOOD, body: 'QQ==QQ==', isBase64Encoded: true }],
  ];
  for (const [name, event] of BAD)
    it(`refuses an event with ${name}`, () => {
      assert.throws(() => parseRawRequest(event), { code: 'EVENT_MALFORMED' });
    });
});
