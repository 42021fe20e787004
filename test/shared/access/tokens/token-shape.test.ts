import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assertHeader, parseToken } from '#shared/access/tokens/token-shape.ts';
import { DomainError } from '#shared/errors.ts';
import { anIssuer, base64Url } from '../../../support/signed-tokens.ts';

const HEADER = { alg: 'RS256', kid: 'k' };
const token = (header: object, payload: object | string = { iss: 'i' }, signature = 'AAAA') =>
  [header, payload]
    .map((part) => base64Url(typeof part === 'string' ? part : JSON.stringify(part)))
    .concat(signature)
    .join('.');

describe('parseToken', () => {
  it('reads algorithm, key id and issuer', () => {
    assert.deepEqual(parseToken(token(HEADER)), {
      algorithm: 'RS256',
      keyId: 'k',
      type: undefined,
      issuer: 'i',
    });
  });

  const rows = [
    { name: 'two parts', given: 'a.b', code: 'TOKEN_MALFORMED', source: 'RFC 7515 section 7.1' },
    {
      name: 'five parts (an encrypted token)',
      given: 'a.b.c.d.e',
      code: 'TOKEN_MALFORMED',
      source: 'RFC 7516',
    },
    {
      name: 'no signature',
      given: token(HEADER, { iss: 'i' }, ''),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 7515',
    },
    {
      name: 'padding',
      given: token(HEADER, { iss: 'i' }, 'AAA='),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 7515 section 2',
    },
    {
      name: 'spare bits',
      given: token(HEADER, { iss: 'i' }, 'AB'),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 4648 section 3.5',
    },
    {
      name: 'a space in a part',
      given: token(HEADER, { iss: 'i' }, 'AA AA'),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 7515',
    },
    {
      name: 'a payload that is not JSON',
      given: token(HEADER, 'x'),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 7519 section 7.2',
    },
    {
      name: 'a payload that is an array',
      given: token(HEADER, '[]'),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 7519 section 7.2',
    },
    {
      name: 'a byte order mark',
      given: token(HEADER, '\uFEFF{"iss":"i"}'),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 8259 section 8.1',
    },
    {
      name: 'no kid',
      given: token({ alg: 'RS256' }),
      code: 'TOKEN_MALFORMED',
      source: 'no key could be chosen',
    },
    {
      name: 'no iss',
      given: token(HEADER, {}),
      code: 'TOKEN_MALFORMED',
      source: 'no issuer could be chosen',
    },
    {
      name: 'critical extensions',
      given: token({ ...HEADER, crit: ['b64'], b64: false }),
      code: 'TOKEN_HEADER_REFUSED',
      source: 'RFC 7515 section 4.1.11',
    },
    {
      name: 'a typ that is not text',
      given: token({ ...HEADER, typ: 1 }),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 7515 section 4.1.9',
    },
    {
      name: 'a header that names a member twice',
      given: [base64Url('{"alg":"none","kid":"k","alg":"RS256"}'), base64Url('{"iss":"i"}'), 'AAAA'].join(
        '.',
      ),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 7515 section 4',
    },
    {
      name: 'a payload that names a member twice',
      given: token(HEADER, '{"iss":"i","sub":"a","sub":"b"}'),
      code: 'TOKEN_MALFORMED',
      source: 'RFC 7519 section 4',
    },
    {
      name: 'a huge token',
      given: token(HEADER, { iss: 'i', x: 'a'.repeat(9000) }),
      code: 'TOKEN_MALFORMED',
      source: 'our bound',
    },
  ];
  for (const { name, given, code, source } of rows)
    it(`refuses ${name}`, () => {
      assert.throws(() => parseToken(given), { code }, source);
    });

  it('refuses invalid UTF-8', () => {
    const payload = Buffer.concat([Buffer.from('{"iss":"i","x":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const given = [base64Url(JSON.stringify(HEADER)), payload.toString('base64url'), 'AAAA'].join('.');
    assert.throws(() => parseToken(given), { code: 'TOKEN_MALFORMED' });
  });

  it('throws nothing but DomainError', () => {
    const part = fc.oneof(fc.json().map(base64Url), fc.string());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        try {
          parseToken(parts.join('.'));
        } catch (error) {
          assert.ok(error instanceof DomainError);
        }
      }),
    );
  });
});

describe('assertHeader', () => {
  const RS256 = { algorithm: 'RS256', keyId: 'k', issuer: 'i', type: undefined };
  const { trust } = anIssuer();

  for (const algorithm of ['none', 'HS256', 'PS256', 'RS384', '__proto__', 'constructor'])
    it(`refuses ${algorithm} from an issuer that signs with RS256`, () => {
      assert.throws(() => assertHeader({ ...RS256, algorithm }, trust), { code: 'TOKEN_HEADER_REFUSED' });
    });

  for (const type of [undefined, 'jwt', 'at+jwt', 'application/at+jwt'])
    it(`takes typ ${type ?? 'left out'}`, () => {
      assertHeader({ ...RS256, type }, trust);
    });

  for (const type of ['dpop+jwt', 'secevent+jwt', 'logout+jwt', 'id+jwt', ''])
    it(`refuses typ "${type}"`, () => {
      assert.throws(() => assertHeader({ ...RS256, type }, trust), { code: 'TOKEN_HEADER_REFUSED' });
    });

  it('takes only the types that the document names', () => {
    const strict = anIssuer({ types: ['at+jwt'] }).trust;

    assertHeader({ ...RS256, type: 'at+jwt' }, strict);
    assert.throws(() => assertHeader({ ...RS256, type: 'jwt' }, strict), { code: 'TOKEN_HEADER_REFUSED' });
  });
});
