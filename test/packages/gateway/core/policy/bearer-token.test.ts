import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseBearerToken } from '../../../../../packages/gateway/core/policy/bearer-token.ts';
import { base64Url } from '../../../../support/signed-tokens.ts';

const HEADER = { alg: 'RS256', kid: 'key-1' };

function aToken(header: unknown = HEADER, claims: unknown = { user: 'alice' }, signature = 'c2ln'): string {
  return `${base64Url(JSON.stringify(header))}.${base64Url(JSON.stringify(claims))}.${signature}`;
}

describe('parseBearerToken', () => {
  for (const prefix of ['', 'Bearer ', 'bearer ', 'BEARER  '])
    it(`reads a token behind "${prefix}" (docs/aws §4.5: with or without Bearer)`, () => {
      const token = parseBearerToken(`${prefix}${aToken()}`);

      assert.ok(token.kind === 'token');
      assert.deepEqual([token.algorithm, token.keyId, token.claims], ['RS256', 'key-1', { user: 'alice' }]);
      assert.equal(token.signedText, aToken().slice(0, aToken().lastIndexOf('.')));
      assert.deepEqual(token.signature, Buffer.from('sig'));
    });

  for (const alg of ['RS256', 'RS384', 'RS512'])
    it(`reads a token that is signed by ${alg}`, () => {
      const token = parseBearerToken(aToken({ ...HEADER, alg }));
      assert.equal(token.kind === 'token' && token.algorithm, alg);
    });

  const refused: { name: string; text: string; description: string; source: string }[] = [
    {
      name: 'text that is not a token',
      text: 'secret',
      description: 'the token is malformed: token contains an invalid number of segments',
      source: 'docs/aws §4.5',
    },
    {
      name: 'four segments',
      text: `${aToken()}.x`,
      description: 'the token is malformed: token contains an invalid number of segments',
      source: 'docs/aws §4.5',
    },
    {
      name: 'alg none',
      text: aToken({ ...HEADER, alg: 'none' }),
      description: 'signing method none is invalid',
      source: 'docs/aws §4.5',
    },
    {
      name: 'a symmetric algorithm, which would make the public key a secret',
      text: aToken({ ...HEADER, alg: 'HS256' }),
      description: 'signing method HS256 is invalid',
      source: 'docs/aws §4.5: RSA only',
    },
    {
      name: 'RSA with PSS',
      text: aToken({ ...HEADER, alg: 'PS256' }),
      description: 'signing method PS256 is invalid',
      source: 'docs/aws §4.9, not settled',
    },
    {
      name: 'an elliptic curve',
      text: aToken({ ...HEADER, alg: 'ES256' }),
      description: 'signing method ES256 is invalid',
      source: 'docs/aws §4.5: RSA only',
    },
    {
      name: 'an algorithm whose name would write a header of its own',
      text: aToken({ ...HEADER, alg: 'x"\r\nSet-Cookie: a' }),
      description: 'the token is malformed',
      source: 'header injection',
    },
    {
      name: 'no key id',
      text: aToken({ alg: 'RS256' }),
      description: 'kid not found',
      source: 'docs/aws §4.5',
    },
    {
      name: 'a header that is a list',
      text: aToken([]),
      description: 'the token is malformed',
      source: 'docs/aws §4.5',
    },
    {
      name: 'claims that are text',
      text: aToken(HEADER, 'x'),
      description: 'the token is malformed',
      source: 'docs/aws §4.5',
    },
    {
      name: 'an empty signature',
      text: aToken(HEADER, {}, ''),
      description: 'the token is malformed',
      source: 'RFC 7515 §5.2',
    },
    {
      name: 'a second spelling of the same signature',
      text: aToken(HEADER, {}, 'c2l'),
      description: 'the token is malformed',
      source: 'RFC 4648 §3.5',
    },
    {
      name: 'a critical extension',
      text: aToken({ ...HEADER, crit: ['exp'] }),
      description: 'the token is malformed',
      source: 'RFC 7515 §4.1.11',
    },
    {
      name: 'padding',
      text: aToken(HEADER, {}, 'c2ln='),
      description: 'the token is malformed',
      source: 'RFC 7515 §2',
    },
  ];
  for (const { name, text, description, source } of refused)
    it(`refuses ${name}`, () => {
      const token = parseBearerToken(text);

      assert.ok(token.kind === 'defect', source);
      assert.equal(token.description, description, source);
    });

  it('never throws and never repeats what the client sent beyond a short name', () => {
    const part = fc.oneof(fc.string(), fc.json().map(base64Url), fc.base64String());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const token = parseBearerToken(parts.join('.'));
        if (token.kind === 'defect') assert.match(token.description, /^[\w .:-]{1,90}$/);
      }),
      { numRuns: 500 },
    );
  });
});
