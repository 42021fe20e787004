/** What hostile or careless issuers and callers put into tokens, and when tokens begin and end. */
import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { KeySets } from '#shared/access/tokens/key-sets.ts';
import { createTokenVerifier } from '#shared/access/tokens/verify-token.ts';
import { DomainError } from '#shared/errors.ts';
import {
  aFetcher,
  aKeySet,
  anEcKey,
  anEdKey,
  anIssuer,
  aRsaKey,
  signParts,
  signToken,
  someClaims,
} from '../../support/signed-tokens.ts';
import type { SigningKey } from '../../support/signed-tokens.ts';

const rsa = aRsaKey('rsa');
const ec = anEcKey('ec');
const ed = anEdKey('ed');
const stranger = aRsaKey('rsa');
const main = anIssuer({ algorithms: ['RS256', 'ES256', 'EdDSA'] });
const clock = { nowEpochMs: () => Date.now() };
const nowSeconds = Math.floor(Date.now() / 1000);

function aVerifier(trusted = [main]) {
  const sets = new Map([[main.trust.jwksUri, aKeySet(rsa, ec, ed)]]);
  const verifyToken = createTokenVerifier(new KeySets(aFetcher(sets), clock), clock);
  return (token: string) => verifyToken(token, trusted);
}

const verify = aVerifier();

// docs/design/authorizers §7.6: probes that a JWT library of the day accepts, each with what we answer.
describe('probes of the token layer', () => {
  const cut = (token: string, at: number, change: (part: string) => string) =>
    token
      .split('.')
      .map((part, index) => (index === at ? change(part) : part))
      .join('.');
  /** The last character of a part, when its length leaves spare bits, moved to one that decodes alike. */
  const withSpareBits = (part: string) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return `${part.slice(0, -1)}${alphabet[alphabet.indexOf(part.at(-1) ?? '') + 1] ?? ''}`;
  };
  const probes: readonly { name: string; make: (key: SigningKey) => string; code: string }[] = [
    { name: 'one = at the end', make: (key) => `${signToken(key)}=`, code: 'TOKEN_MALFORMED' },
    { name: 'two = at the end', make: (key) => `${signToken(key)}==`, code: 'TOKEN_MALFORMED' },
    {
      name: 'spare bits in the last character',
      make: (key) => cut(signToken(key), 2, withSpareBits),
      code: 'TOKEN_MALFORMED',
    },
    {
      name: 'a space in the signature',
      make: (key) => cut(signToken(key), 2, (part) => `${part.slice(0, 9)} ${part.slice(9)}`),
      code: 'TOKEN_MALFORMED',
    },
    { name: 'a line break after the token', make: (key) => `${signToken(key)}\n`, code: 'TOKEN_MALFORMED' },
    {
      name: 'no exp',
      make: (key) => signToken(key, someClaims({ exp: undefined })),
      code: 'TOKEN_CLAIM_INVALID',
    },
    {
      name: 'exp 1e400',
      make: (key) => signToken(key, JSON.stringify(someClaims()).replace(/"exp":\d+/, '"exp":1e400')),
      code: 'TOKEN_MALFORMED',
    },
    {
      name: 'exp as a text',
      make: (key) => signToken(key, someClaims({ exp: String(nowSeconds + 300) })),
      code: 'TOKEN_MALFORMED',
    },
    {
      name: 'iat in an hour',
      make: (key) => signToken(key, someClaims({ iat: nowSeconds + 3600 })),
      code: 'TOKEN_NOT_YET_VALID',
    },
    {
      name: 'aud with a number in it',
      make: (key) => signToken(key, someClaims({ aud: [1, 'api'] })),
      code: 'TOKEN_MALFORMED',
    },
    {
      name: 'an unknown critical extension',
      make: (key) => signToken(key, someClaims(), { crit: ['x'], x: 1 }),
      code: 'TOKEN_HEADER_REFUSED',
    },
    {
      name: 'b64 false',
      make: (key) => signToken(key, someClaims(), { crit: ['b64'], b64: false }),
      code: 'TOKEN_HEADER_REFUSED',
    },
    {
      name: 'an empty crit',
      make: (key) => signToken(key, someClaims(), { crit: [] }),
      code: 'TOKEN_HEADER_REFUSED',
    },
    {
      name: 'a DPoP proof',
      make: (key) => signToken(key, someClaims(), { typ: 'dpop+jwt' }),
      code: 'TOKEN_HEADER_REFUSED',
    },
    {
      name: 'a security event',
      make: (key) => signToken(key, someClaims(), { typ: 'secevent+jwt' }),
      code: 'TOKEN_HEADER_REFUSED',
    },
    {
      name: 'a logout token',
      make: (key) => signToken(key, someClaims(), { typ: 'logout+jwt' }),
      code: 'TOKEN_HEADER_REFUSED',
    },
    {
      name: 'a payload that is not a UTF-8',
      make: (key) =>
        signParts(key, headerOf(key), Buffer.from(JSON.stringify(someClaims({ sub: 'é' })), 'latin1')),
      code: 'TOKEN_MALFORMED',
    },
    {
      name: 'a byte order mark before the payload',
      make: (key) => signToken(key, `\uFEFF${JSON.stringify(someClaims())}`),
      code: 'TOKEN_MALFORMED',
    },
    {
      name: 'no kid',
      make: (key) => signToken(key, someClaims(), { kid: undefined }),
      code: 'TOKEN_MALFORMED',
    },
    {
      name: "the attacker's own key in the header",
      make: () => signToken(stranger, someClaims(), { jwk: stranger.jwk }),
      code: 'TOKEN_SIGNATURE_INVALID',
    },
    {
      name: 'a key address in the header',
      make: () => signToken(stranger, someClaims(), { jku: 'https://evil.example/' }),
      code: 'TOKEN_SIGNATURE_INVALID',
    },
    {
      name: 'an address of certificates in the header',
      make: () => signToken(stranger, someClaims(), { x5u: 'https://evil.example/' }),
      code: 'TOKEN_SIGNATURE_INVALID',
    },
    {
      name: 'a certificate in the header',
      make: () => signToken(stranger, someClaims(), { x5c: [stranger.jwk['n']] }),
      code: 'TOKEN_SIGNATURE_INVALID',
    },
    {
      name: 'EdDSA by its newer name',
      make: () => signToken(ed, someClaims(), { alg: 'Ed25519' }),
      code: 'TOKEN_HEADER_REFUSED',
    },
    {
      name: 'alg twice in the header',
      make: (key) =>
        signParts(key, headerOf(key).replace('{', '{"alg":"none",'), JSON.stringify(someClaims())),
      code: 'TOKEN_MALFORMED',
    },
  ];
  for (const { name, make, code } of probes)
    for (const key of [rsa, ec, ed])
      it(`refuses ${name} (${key.algorithm})`, async () => {
        await assert.rejects(verify(make(key)), { code });
      });

  it('accepts the twin (r, n−s) of an ECDSA signature, which is a valid one: a token is not known by its bytes', async () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const twin = cut(signToken(ec), 2, (part) => {
      const raw = Buffer.from(part, 'base64url');
      const s = order - BigInt(`0x${raw.subarray(32).toString('hex')}`);
      return Buffer.concat([
        raw.subarray(0, 32),
        Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
      ]).toString('base64url');
    });

    assert.equal((await verify(twin)).claims['sub'], 'alice');
  });

  // docs/design/authorizers §7.4: a signature of any length is a bad token, never a failure of ours.
  it('refuses a signature of every length from 0 to 130 bytes', async () => {
    for (const key of [rsa, ec, ed])
      for (let length = 0; length <= 130; length += 1) {
        const token = cut(signToken(key), 2, () => Buffer.alloc(length, 7).toString('base64url'));
        await assert.rejects(
          verify(token),
          (error) => error instanceof DomainError && error.code.startsWith('TOKEN_'),
        );
      }
  });
});

// docs/design/authorizers §7.8: the clock is given; every boundary to the second.
describe('times of a token', () => {
  const NOW = 1_800_000_000;
  const at = async (claims: object, trust: object = {}): Promise<string> => {
    mock.timers.enable({ apis: ['Date'], now: NOW * 1000 });
    try {
      await aVerifier([anIssuer(trust)])(signToken(rsa, someClaims({ iat: NOW, exp: NOW + 300, ...claims })));
      return 'accepted';
    } catch (error) {
      return error instanceof DomainError ? error.code : String(error);
    } finally {
      mock.timers.reset();
    }
  };
  const rows = [
    { name: 'exp now', claims: { exp: NOW }, expected: 'accepted' },
    { name: 'exp at the end of the skew', claims: { exp: NOW - 30 }, expected: 'accepted' },
    { name: 'exp past the skew', claims: { exp: NOW - 31 }, expected: 'TOKEN_EXPIRED' },
    { name: 'nbf at the end of the skew', claims: { nbf: NOW + 30 }, expected: 'accepted' },
    { name: 'nbf past the skew', claims: { nbf: NOW + 31 }, expected: 'TOKEN_NOT_YET_VALID' },
    { name: 'iat at the end of the skew', claims: { iat: NOW + 30 }, expected: 'accepted' },
    { name: 'iat past the skew', claims: { iat: NOW + 31 }, expected: 'TOKEN_NOT_YET_VALID' },
    { name: 'no skew, exp now', claims: { exp: NOW }, trust: { clockSkewSeconds: 0 }, expected: 'accepted' },
    {
      name: 'no skew, exp a second ago',
      claims: { exp: NOW - 1 },
      trust: { clockSkewSeconds: 0 },
      expected: 'TOKEN_EXPIRED',
    },
    {
      name: 'the greatest age',
      claims: { iat: NOW - 90 },
      trust: { maxTokenAgeSeconds: 60 },
      expected: 'accepted',
    },
    {
      name: 'a greater age',
      claims: { iat: NOW - 91 },
      trust: { maxTokenAgeSeconds: 60 },
      expected: 'TOKEN_EXPIRED',
    },
    {
      name: 'an unknown age',
      claims: { iat: undefined },
      trust: { maxTokenAgeSeconds: 60 },
      expected: 'TOKEN_CLAIM_INVALID',
    },
    { name: 'the longest life', claims: { exp: NOW + 366 * 86_400 }, expected: 'accepted' },
    { name: 'a longer life', claims: { exp: NOW + 366 * 86_400 + 1 }, expected: 'TOKEN_CLAIM_INVALID' },
  ];
  for (const { name, claims, trust, expected } of rows)
    it(`answers ${expected} to ${name}`, async () => {
      assert.equal(await at(claims, trust), expected);
    });
});

function headerOf(key: SigningKey): string {
  return JSON.stringify({ alg: key.algorithm, kid: key.keyId, typ: 'JWT' });
}
