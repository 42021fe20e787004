import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeySets } from '#shared/access/tokens/key-sets.ts';
import { createTokenVerifier } from '#shared/access/tokens/verify-token.ts';
import { DomainError } from '#shared/errors.ts';
import { UNOBSERVED } from '#shared/unobserved.ts';
import {
  aFetcher,
  aKeySet,
  anEcKey,
  anEdKey,
  anIssuer,
  aRsaKey,
  base64Url,
  signParts,
  signToken,
  someClaims,
} from '../../../support/signed-tokens.ts';

const rsa = aRsaKey('rsa');
const ec = anEcKey('ec');
const ed = anEdKey('ed');
const stranger = aRsaKey('rsa');
const main = anIssuer({ algorithms: ['RS256', 'ES256', 'EdDSA'] });
const other = anIssuer({ issuer: 'https://other.example/', jwksUri: 'https://other.example/keys' }, 'other');
const issuers = [main, other];
const clock = { nowEpochMs: () => Date.now() };

function aVerifier(
  trusted = issuers,
  sets = new Map([
    [main.trust.jwksUri, aKeySet(rsa, ec, ed)],
    [other.trust.jwksUri, aKeySet(stranger)],
  ]),
) {
  const verifyToken = createTokenVerifier(new KeySets(aFetcher(sets), clock), clock);
  return (token: string) => verifyToken(token, trusted);
}

const verify = aVerifier();

describe('createTokenVerifier', () => {
  for (const key of [rsa, ec, ed])
    it(`accepts a good ${key.algorithm} token`, async () => {
      const { issuer, claims } = await verify(signToken(key, someClaims({ scope: 'a b' })));

      assert.equal(issuer.id, 'main');
      assert.equal(claims['sub'], 'alice');
      assert.equal(claims['scope'], 'a b');
    });

  // Untrusted text of a header is in no log.
  it('notes the algorithm of a token if it is a known one', async () => {
    const noted: unknown[] = [];
    const sets = new Map([[main.trust.jwksUri, aKeySet(rsa)]]);
    const verifyToken = createTokenVerifier(new KeySets(aFetcher(sets), clock), clock, {
      ...UNOBSERVED,
      note: ({ algorithm }: { readonly algorithm?: unknown }) => noted.push(algorithm),
    });
    await verifyToken(signToken(rsa, someClaims()), issuers);
    for (const alg of ['none', 'x\nfake line'])
      await assert.rejects(verifyToken(signToken(rsa, someClaims(), { alg }), issuers));

    assert.deepEqual(noted, ['RS256', 'other', 'other']);
  });

  // https://github.com/awslabs/aws-jwt-verify#verify-jwts-from-any-oidc-compatible-idp names these.
  for (const alg of ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])
    it(`knows ${alg}`, async () => {
      const noted: unknown[] = [];
      const verifyToken = createTokenVerifier(new KeySets(aFetcher(new Map()), clock), clock, {
        ...UNOBSERVED,
        note: ({ algorithm }: { readonly algorithm?: unknown }) => noted.push(algorithm),
      });
      await assert.rejects(verifyToken(signToken(rsa, someClaims(), { alg }), issuers));
      assert.deepEqual(noted, [alg]);
    });

  const accepted = [
    { name: 'one of several audiences', claims: { aud: ['x', 'api'] } },
    { name: 'client_id if there is no aud', claims: { aud: undefined, client_id: 'api' } },
    { name: 'no iat', claims: { iat: undefined } },
  ];
  for (const { name, claims } of accepted)
    it(`accepts ${name}`, async () => {
      await verify(signToken(rsa, someClaims(claims)));
    });

  const [header = '', , signature = ''] = signToken(rsa).split('.');
  const refused = [
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
      name: 'client_id together with a wrong audience',
      token: signToken(rsa, someClaims({ aud: 'x', client_id: 'api' })),
      code: 'TOKEN_AUDIENCE_MISMATCH',
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
    {
      name: 'a token bound to a key',
      token: signToken(rsa, someClaims({ cnf: { jkt: 'x' } })),
      code: 'TOKEN_CLAIM_INVALID',
    },
    {
      name: 'an expiry in milliseconds',
      token: signToken(rsa, someClaims({ exp: Date.now() + 60_000 })),
      code: 'TOKEN_CLAIM_INVALID',
    },
  ];
  for (const { name, token, code } of refused)
    it(`refuses ${name}`, async () => {
      await assert.rejects(verify(token), { code });
    });

  // docs/design/authorizers §J08: aws-jwt-verify hashes as the header says, and a key that says no alg takes any
  // header.
  it('refuses a header that names another kind of key than the one it is signed with', async () => {
    const set = JSON.stringify({ keys: [{ ...ec.jwk, alg: undefined }] });
    const verifyIt = aVerifier([main], new Map([[main.trust.jwksUri, set]]));
    const token = signParts(ec, '{"alg":"RS256","kid":"ec"}', JSON.stringify(someClaims()));

    await assert.rejects(verifyIt(token), { code: 'TOKEN_SIGNATURE_INVALID' });
    assert.equal((await verifyIt(signToken(ec))).issuer.id, 'main');
  });

  it('accepts only tokens of the clients that the document names', async () => {
    const pinned = aVerifier([anIssuer({ clients: ['web'] })]);

    await pinned(signToken(rsa, someClaims({ client_id: 'web' })));
    await pinned(signToken(rsa, someClaims({ azp: 'web' })));
    await pinned(signToken(rsa, someClaims({ aud: ['api', 'x'], client_id: 'web', azp: 'web' })));
    // docs/design/authorizers §J25: the client that requested a token for several audiences must be known too.
    const foreign = signToken(rsa, someClaims({ aud: ['api', 'x'], client_id: 'web', azp: 'stranger' }));
    await assert.rejects(pinned(foreign), { code: 'TOKEN_AUDIENCE_MISMATCH' });
    for (const claims of [{}, { client_id: 'cli' }, { client_id: 'cli', azp: 'web' }, { azp: ['web'] }])
      await assert.rejects(pinned(signToken(rsa, someClaims(claims))), { code: 'TOKEN_AUDIENCE_MISMATCH' });
  });

  it("distinguishes Cognito's access and ID tokens, which name their client in different claims", async () => {
    const trust = Object.fromEntries(
      Object.entries(main.trust).filter(([name]) => name !== 'audience'),
    ) as typeof main.trust;
    const pool = (tokenUse: 'access' | 'id') =>
      aVerifier([{ id: 'pool', trust: { ...trust, tokenUse, clients: ['c1'], types: ['jwt'] } }]);
    const access = signToken(rsa, someClaims({ aud: undefined, client_id: 'c1', token_use: 'access' }));
    const id = signToken(rsa, someClaims({ aud: 'c1', token_use: 'id' }));

    await pool('access')(access);
    await pool('id')(id);
    await assert.rejects(pool('access')(id), { code: 'TOKEN_CLAIM_INVALID' });
    await assert.rejects(pool('id')(access), { code: 'TOKEN_CLAIM_INVALID' });
    const foreign = signToken(rsa, someClaims({ aud: undefined, client_id: 'c2', token_use: 'access' }));
    await assert.rejects(pool('access')(foreign), { code: 'TOKEN_AUDIENCE_MISMATCH' });
  });

  it('calls an outage of the issuer an outage', async () => {
    await assert.rejects(aVerifier(issuers, new Map())(signToken(rsa)), { code: 'KEY_SET_UNAVAILABLE' });
  });

  it('asks no issuer for a token that is refused anyway', async () => {
    const fetcher = aFetcher(new Map());
    const offline = createTokenVerifier(new KeySets(fetcher, clock), clock);

    await assert.rejects(offline(signToken(rsa, someClaims({ iss: 'https://evil.example/' })), issuers));
    await assert.rejects(offline(signToken(rsa, someClaims(), { alg: 'none' }), issuers));

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

// docs/design/authorizers §7.9: two issuers with one key id, one subject.
describe('two issuers', () => {
  it("with the same key id never use each other's keys", async () => {
    const mine = signToken(rsa);
    const theirs = signToken(stranger, someClaims({ iss: other.trust.issuer }));

    assert.equal((await verify(mine)).issuer.id, 'main');
    assert.equal((await verify(theirs)).issuer.id, 'other');
    await assert.rejects(verify(signToken(stranger)), { code: 'TOKEN_SIGNATURE_INVALID' });
    const crossed = signToken(rsa, someClaims({ iss: other.trust.issuer }));
    await assert.rejects(verify(crossed), { code: 'TOKEN_SIGNATURE_INVALID' });
  });

  it('are trusted only if the source says so', async () => {
    const theirs = signToken(stranger, someClaims({ iss: other.trust.issuer }));

    await assert.rejects(aVerifier([main])(theirs), { code: 'TOKEN_ISSUER_UNKNOWN' });
  });
});
