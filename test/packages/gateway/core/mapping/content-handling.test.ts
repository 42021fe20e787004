import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type ContentHandling,
  convertRequestBody,
  convertResponseBody,
  NotBase64Error,
} from '../../../../../packages/gateway/core/mapping/content-handling.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]);
const LOSSY = { kind: 'text', text: PNG.toString('utf8') } as const;
const BASE64 = { kind: 'text', text: PNG.toString('base64') } as const;
const RAW = { kind: 'bytes', bytes: PNG } as const;
const ENCODED = Buffer.from(PNG.toString('base64'));

type Row = {
  readonly isBinary: boolean;
  readonly wantsBinary?: boolean;
  readonly handling: ContentHandling | undefined;
  readonly body: Buffer;
  readonly expected: object;
};

const TEXT = 'CONVERT_TO_TEXT';
const BINARY = 'CONVERT_TO_BINARY';

describe('convertRequestBody (docs/aws §2.4, first table)', () => {
  const rows: readonly Row[] = [
    { isBinary: false, handling: undefined, body: PNG, expected: LOSSY },
    { isBinary: false, handling: TEXT, body: PNG, expected: LOSSY },
    { isBinary: false, handling: BINARY, body: ENCODED, expected: RAW },
    { isBinary: true, handling: undefined, body: PNG, expected: RAW },
    { isBinary: true, handling: BINARY, body: PNG, expected: RAW },
    { isBinary: true, handling: TEXT, body: PNG, expected: BASE64 },
  ];
  for (const { isBinary, handling, body, expected } of rows)
    it(`makes ${JSON.stringify(expected).slice(8, 14)} of a ${isBinary ? 'binary' : 'text'} type with ${handling ?? 'no handling'}`, () => {
      assert.deepEqual(convertRequestBody(body, isBinary, handling), expected);
    });

  it('keeps a missing body of a binary type bytes, so that a template over it fails as on AWS', () => {
    assert.equal(convertRequestBody(undefined, true, undefined).kind, 'bytes');
  });

  for (const text of ['not base64!', 'abcde', 'ab=c', 'ab cd'])
    it(`refuses to decode "${text}"`, () => {
      assert.throws(() => convertRequestBody(Buffer.from(text), false, BINARY), NotBase64Error);
    });

  it('decodes every encoding, with or without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const body = Buffer.from(bytes);
        for (const text of [body.toString('base64'), body.toString('base64').replace(/=+$/, '')])
          assert.deepEqual(convertRequestBody(Buffer.from(text), false, BINARY), {
            kind: 'bytes',
            bytes: body,
          });
      }),
    );
  });
});

describe('convertResponseBody (docs/aws §2.4, second table)', () => {
  const rows: readonly Row[] = [
    { isBinary: false, wantsBinary: false, handling: undefined, body: PNG, expected: LOSSY },
    { isBinary: false, wantsBinary: false, handling: BINARY, body: ENCODED, expected: RAW },
    { isBinary: false, wantsBinary: false, handling: TEXT, body: PNG, expected: LOSSY },
    { isBinary: false, wantsBinary: true, handling: undefined, body: ENCODED, expected: RAW },
    { isBinary: false, wantsBinary: true, handling: BINARY, body: ENCODED, expected: RAW },
    { isBinary: false, wantsBinary: true, handling: TEXT, body: PNG, expected: LOSSY },
    { isBinary: true, wantsBinary: false, handling: undefined, body: PNG, expected: BASE64 },
    { isBinary: true, wantsBinary: false, handling: BINARY, body: PNG, expected: RAW },
    { isBinary: true, wantsBinary: false, handling: TEXT, body: PNG, expected: BASE64 },
    { isBinary: true, wantsBinary: true, handling: undefined, body: PNG, expected: RAW },
    { isBinary: true, wantsBinary: true, handling: BINARY, body: PNG, expected: RAW },
    { isBinary: true, wantsBinary: true, handling: TEXT, body: PNG, expected: BASE64 },
  ];
  for (const { isBinary, wantsBinary = false, handling, body, expected } of rows)
    it(`answers a ${wantsBinary ? 'binary' : 'text'} Accept from a ${isBinary ? 'binary' : 'text'} payload with ${handling ?? 'no handling'}`, () => {
      assert.deepEqual(convertResponseBody(body, { isBinary, wantsBinary }, handling), expected);
    });

  it('refuses text that is not base64 if bytes are required', () => {
    const text = Buffer.from('this is a UTF8 text typed object');
    assert.throws(
      () => convertResponseBody(text, { isBinary: false, wantsBinary: true }, undefined),
      NotBase64Error,
      'parity content-handling-response-none-text-payload-binary-accept-500',
    );
  });
});
