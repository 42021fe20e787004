import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeySets } from '#shared/access/key-sets.ts';
import { createTokenVerifier } from '#shared/access/verify-token.ts';
import { DomainError } from '#shared/errors.ts';
import {
  aFetcher,
  aKeySet,
  anEcKey,
  anIssuer,
  aRsaKey,
  base64Url,
  signToken,
  someClaims,
} from '../../support/signed-tokens.ts';

const rsa = aRsaKey('rsa');
const ec = anEcKey('ec');
const stranger = aRsaKey('rsa');
const otherIssuer = anIssuer({ issuer: 'https://other.example/', jwksUri: 'https://other.example/keys' });
const issuers = [anIssuer({ algorithms: ['RS256', 'ES256'] }), otherIssuer];
const clock = { nowEpochMs: () => Date.now() };
const nowSeconds = Math.floor(Date.now() / 1000);

function aVerifier(
  sets = new Map([
    [anIssuer().jwksUri, aKeySet(rsa, ec)],
    [otherIssuer.jwksUri, aKeySet(stranger)],
  ]),
) {
  return createTokenVerifier(issuers, new KeySets(aFetcher(sets), clock), clock);
}

const verify = aVerifier();

describe('createTokenVerifier', () => {
  for (const key of [rsa, ec])
    it(`accepts a good ${key.algorithm} token`, async () => {
      const principal = await verify(signToken(key, someClaims({ scope: 'a b' })));

      assert.equal(principal.principalId, 'https://issuer.example/|alice');
      assert.deepEqual(principal.roles, ['admin']);
      assert.equal(principal.scope, 'a b');
    });

  const accepted = [
    { name: 'one of several audiences', claims: { aud: ['x', 'api'] } },
    { name: 'client_id where there is no aud', claims: { aud: undefined, client_id: 'api' } },
    { name: 'an expiry within the forgiven skew', claims: { exp: nowSeconds - 20 } },
    { name: 'no iat', claims: { iat: undefined } },
  ];
  for (const { name, claims } of accepted)
    it(`accepts ${name}`, async () => {
      await verify(signToken(rsa, someClaims(claims)));
    });

  const [header = '', , signature = ''] = signToken(rsa).split('.');
  const refused = [
    {
      name: 'an expired token',
      token: signToken(rsa, someClaims({ exp: nowSeconds - 60 })),
      code: 'TOKEN_EXPIRED',
    },
    {
      name: 'a token without expiry',
      token: signToken(rsa, someClaims({ exp: undefined })),
      code: 'TOKEN_CLAIM_INVALID',
    },
    {
      name: 'a token of the future',
      token: signToken(rsa, someClaims({ nbf: nowSeconds + 60 })),
      code: 'TOKEN_NOT_YET_VALID',
    },
    {
      name: 'a token issued in the future',
      token: signToken(rsa, someClaims({ iat: nowSeconds + 60 })),
      code: 'TOKEN_NOT_YET_VALID',
    },
    {
      name: 'another audience',
      token: signToken(rsa, someClaims({ aud: 'other' })),
      code: 'TOKEN_AUDIENCE_MISMATCH',
    },
    {
      name: 'no audience',
      token: signToken(rsa, someClaims({ aud: undefined })),
      code: 'TOKEN_AUDIENCE_MISMATCH',
    },
    {
      name: 'client_id beside a wrong audience',
      token: signToken(rsa, someClaims({ aud: 'x', client_id: 'api' })),
      code: 'TOKEN_AUDIENCE_MISMATCH',
    },
    {
      name: 'an audience list with a number',
      token: signToken(rsa, someClaims({ aud: [1, 'api'] })),
      code: 'TOKEN_MALFORMED',
    },
    {
      name: 'an unknown issuer',
      token: signToken(rsa, someClaims({ iss: 'https://evil.example/' })),
      code: 'TOKEN_ISSUER_UNKNOWN',
    },
    {
      name: 'an issuer that lacks its slash',
      token: signToken(rsa, someClaims({ iss: 'https://issuer.example' })),
      code: 'TOKEN_ISSUER_UNKNOWN',
    },
    {
      name: "another issuer's key of the same id",
      token: signToken(stranger),
      code: 'TOKEN_SIGNATURE_INVALID',
    },
    {
      name: 'a key of the wrong issuer',
      token: signToken(rsa, someClaims({ iss: otherIssuer.issuer })),
      code: 'TOKEN_SIGNATURE_INVALID',
    },
    { name: 'an unknown key', token: signToken(aRsaKey('new')), code: 'TOKEN_KEY_UNKNOWN' },
    {
      name: 'changed claims',
      token: [header, base64Url(JSON.stringify(someClaims({ sub: 'eve' }))), signature].join('.'),
      code: 'TOKEN_SIGNATURE_INVALID',
    },
    { name: 'alg none', token: signToken(rsa, someClaims(), { alg: 'none' }), code: 'TOKEN_HEADER_REFUSED' },
    {
      name: 'alg HS256',
      token: signToken(rsa, someClaims(), { alg: 'HS256' }),
      code: 'TOKEN_HEADER_REFUSED',
    },
    {
      name: 'an algorithm the issuer does not use',
      token: signToken(rsa, someClaims(), { alg: 'RS512' }),
      code: 'TOKEN_HEADER_REFUSED',
    },
    {
      name: 'an EC key for RS256',
      token: signToken(rsa, someClaims(), { kid: 'ec' }),
      code: 'TOKEN_SIGNATURE_INVALID',
    },
    { name: 'a cut ES256 signature', token: signToken(ec).slice(0, -2), code: 'TOKEN_SIGNATURE_INVALID' },
    {
      name: "the attacker's own key in the header",
      token: signToken(stranger, someClaims(), { jwk: stranger.jwk }),
      code: 'TOKEN_SIGNATURE_INVALID',
    },
  ];
  for (const { name, token, code } of refused)
    it(`refuses ${name}`, async () => {
      await assert.rejects(verify(token), { code });
    });

  it('calls an outage of the issuer an outage', async () => {
    await assert.rejects(aVerifier(new Map())(signToken(rsa)), { code: 'KEY_SET_UNAVAILABLE' });
  });

  it('asks no issuer for a token that is refused anyway', async () => {
    const fetcher = aFetcher(new Map());
    const offline = createTokenVerifier(issuers, new KeySets(fetcher, clock), clock);

    await assert.rejects(offline(signToken(rsa, someClaims({ iss: 'https://evil.example/' }))));
    await assert.rejects(offline(signToken(rsa, someClaims(), { alg: 'none' })));

    assert.deepEqual(fetcher.asked, []);
  });

  it('never quotes the token', async () => {
    for (const { token } of refused) {
      const error: unknown = await verify(token).catch((reason: unknown) => reason);
      assert.ok(error instanceof DomainError);
      assert.doesNotMatch(`${error.stack ?? ''}${JSON.stringify(error)}`, /alice|eyJ/);
    }
  });

  it('throws nothing but TOKEN_ errors for a good token with anything changed', async () => {
    const token = signToken(ec);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.string({ maxLength: 3 }), async (at, text) => {
        const changed = token.slice(0, at) + text + token.slice(at + 1);
        try {
          await verify(changed);
          assert.equal(changed, token);
        } catch (error) {
          assert.ok(error instanceof DomainError && error.code.startsWith('TOKEN_'), String(error));
        }
      }),
    );
  });
});
