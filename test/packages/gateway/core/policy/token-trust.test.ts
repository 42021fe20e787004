import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RSA_ALGORITHMS } from '../../../../../packages/gateway/core/policy/bearer-token.ts';
import {
  chooseIssuer,
  findTokenDefect,
  tokenScopes,
} from '../../../../../packages/gateway/core/policy/token-trust.ts';
import type { Claims, UncheckedToken } from '../../../../../packages/gateway/core/policy/bearer-token.ts';
import type { TokenTrust } from '../../../../../packages/gateway/core/policy/token-trust.ts';

const NOW_SECONDS = 1_790_000_000;
const ISSUER = { issuer: 'https://issuer.example/', audience: ['api'] };
const TRUST: TokenTrust = {
  issuers: [ISSUER],
  algorithms: RSA_ALGORITHMS,
  audienceForm: undefined,
  tokenUse: undefined,
  requiredClaims: [],
};
const GENUINE = { verifies: () => true };
const CLAIMS = { iss: ISSUER.issuer, aud: 'api', exp: NOW_SECONDS + 60, iat: NOW_SECONDS };

function aToken(claims: Claims): UncheckedToken {
  return {
    kind: 'token',
    algorithm: 'RS256',
    keyId: 'k',
    claims,
    signedText: 'a.b',
    signature: Buffer.from('s'),
  };
}

type Row = {
  name: string;
  claims: Claims;
  trust?: Partial<TokenTrust>;
  code: string | undefined;
  source: string;
};

const ROWS: Row[] = [
  { name: 'good claims', claims: CLAIMS, code: undefined, source: 'docs/aws §4.5' },
  {
    name: 'another issuer',
    claims: { ...CLAIMS, iss: 'https://issuer.example' },
    code: 'issuer',
    source: 'docs/aws §4.5: iss exact equal',
  },
  { name: 'no issuer', claims: { ...CLAIMS, iss: undefined }, code: 'issuer', source: 'docs/aws §4.5' },
  {
    name: 'one of several audiences',
    claims: { ...CLAIMS, aud: ['x', 'api'] },
    code: undefined,
    source: 'docs/aws §4.5',
  },
  { name: 'another audience', claims: { ...CLAIMS, aud: 'x' }, code: 'audience', source: 'docs/aws §4.5' },
  {
    name: 'an audience that is a number',
    claims: { ...CLAIMS, aud: ['api', 1] },
    code: 'audience',
    source: 'RFC 7519 §4.1.3',
  },
  {
    name: 'client_id if there is no aud',
    claims: { ...CLAIMS, aud: undefined, client_id: 'api' },
    code: undefined,
    source: 'docs/aws §4.5',
  },
  {
    name: 'client_id together with a wrong aud',
    claims: { ...CLAIMS, aud: 'x', client_id: 'api' },
    code: 'audience',
    source: 'docs/aws §4.5',
  },
  {
    name: 'no aud and no client_id',
    claims: { ...CLAIMS, aud: undefined },
    code: 'audience',
    source: 'docs/aws §4.5',
  },
  {
    name: 'exp that is now',
    claims: { ...CLAIMS, exp: NOW_SECONDS },
    code: 'expired',
    source: 'docs/aws §4.5: exp > now',
  },
  { name: 'no exp', claims: { ...CLAIMS, exp: undefined }, code: 'expired', source: 'fail closed' },
  {
    name: 'exp as text',
    claims: { ...CLAIMS, exp: '9999999999' },
    code: 'expired',
    source: 'RFC 7519 §2 NumericDate',
  },
  {
    name: 'nbf that is now',
    claims: { ...CLAIMS, nbf: NOW_SECONDS },
    code: undefined,
    source: 'docs/aws §4.5: nbf ≤ now',
  },
  {
    name: 'nbf to come',
    claims: { ...CLAIMS, nbf: NOW_SECONDS + 1 },
    code: 'not-yet-valid',
    source: 'docs/aws §4.5',
  },
  { name: 'nbf as null', claims: { ...CLAIMS, nbf: null }, code: 'not-yet-valid', source: 'fail closed' },
  {
    name: 'iat to come',
    claims: { ...CLAIMS, iat: NOW_SECONDS + 1 },
    code: 'not-yet-valid',
    source: 'docs/aws §4.5: iat ≤ now',
  },
  {
    name: 'an access token if an ID token is wanted',
    claims: { ...CLAIMS, token_use: 'access' },
    trust: { tokenUse: 'id' },
    code: 'token-use',
    source: 'docs/aws §4.6',
  },
  {
    name: 'an ID token if one is wanted',
    claims: { ...CLAIMS, token_use: 'id' },
    trust: { tokenUse: 'id' },
    code: undefined,
    source: 'docs/aws §4.6',
  },
  {
    name: 'an aud that does not match the whole expression',
    claims: { ...CLAIMS, aud: 'api' },
    trust: { audienceForm: (text: string) => text === 'ap' },
    code: 'audience-form',
    source: 'docs/aws §4.1: tested against aud',
  },
  {
    // https://repost.aws/it/questions/QUGzY5WYQBRx-ymHvMCzVD7Q/unable-to-authorize-requests-to-api-gateway-using-cognito-access-token
    name: 'an access token without aud, whose client_id matches the expression',
    claims: { ...CLAIMS, aud: undefined, client_id: 'api' },
    trust: { audienceForm: (text: string) => text === 'api' },
    code: 'audience-form',
    source: 'docs/aws §4.1: tested against aud',
  },
  {
    name: 'a required claim that is missing',
    claims: CLAIMS,
    trust: { requiredClaims: [{ name: 'tenant', values: [] }] },
    code: 'claim',
    source: 'docs/aws §4.5 REST',
  },
  {
    name: 'a required claim that only every object has',
    claims: CLAIMS,
    trust: { requiredClaims: [{ name: 'constructor', values: [] }] },
    code: 'claim',
    source: 'docs/aws §4.5 REST',
  },
  {
    name: 'a required claim with a wanted value in a list',
    claims: { ...CLAIMS, groups: ['a', 'b'] },
    trust: { requiredClaims: [{ name: 'groups', values: ['b', 'c'] }] },
    code: undefined,
    source: 'docs/aws §4.5 REST',
  },
  {
    name: 'a required claim with another value',
    claims: { ...CLAIMS, groups: 'a' },
    trust: { requiredClaims: [{ name: 'groups', values: ['b'] }] },
    code: 'claim',
    source: 'docs/aws §4.5 REST',
  },
  {
    name: 'an algorithm that the authorizer does not allow',
    claims: CLAIMS,
    trust: { algorithms: ['RS512'] },
    code: 'algorithm',
    source: 'docs/aws §4.5 REST',
  },
];

describe('findTokenDefect', () => {
  for (const { name, claims, trust, code, source } of ROWS)
    it(`${code === undefined ? 'believes' : 'refuses'} ${name}`, () => {
      const defect = findTokenDefect(
        aToken(claims),
        GENUINE,
        ISSUER,
        { ...TRUST, ...trust },
        NOW_SECONDS * 1000,
      );

      assert.equal(defect?.code, code, source);
    });

  it('reads no claim of a token whose signature is wrong', () => {
    const defect = findTokenDefect(aToken({}), { verifies: () => false }, ISSUER, TRUST, 0);

    assert.equal(defect?.code, 'signature');
  });

  it('names the required claim that is missing or has another value', () => {
    const describeDefect = (required: { name: string; values: string[] }) =>
      findTokenDefect(
        aToken({ ...CLAIMS, groups: 'a' }),
        GENUINE,
        ISSUER,
        { ...TRUST, requiredClaims: [required] },
        NOW_SECONDS * 1000,
      )?.description;

    assert.equal(describeDefect({ name: 'tenant', values: ['b'] }), 'the token has no claim tenant');
    assert.equal(
      describeDefect({ name: 'groups', values: ['b', 'c'] }),
      'the claim groups of the token is not one of b, c',
    );
  });

  it('only requires that a Cognito token has an audience', () => {
    const pool = { issuer: ISSUER.issuer, audience: 'any' as const };

    const [some, none] = [CLAIMS, { ...CLAIMS, aud: undefined }].map((claims) =>
      findTokenDefect(aToken(claims), GENUINE, pool, TRUST, NOW_SECONDS * 1000),
    );

    assert.deepEqual([some?.code, none?.code], [undefined, 'audience']);
  });
});

describe('chooseIssuer', () => {
  const other = { issuer: 'https://other.example', audience: ['api'] };

  it('always chooses the only issuer, whatever the token says', () => {
    assert.equal(chooseIssuer(aToken({ iss: 'https://evil.example' }), TRUST), ISSUER);
  });

  it('chooses the issuer that the token names, and no other', () => {
    const trust = { ...TRUST, issuers: [ISSUER, other] };

    assert.equal(chooseIssuer(aToken({ iss: other.issuer }), trust), other);
    assert.deepEqual(chooseIssuer(aToken({ iss: 'https://evil.example' }), trust), {
      kind: 'defect',
      code: 'issuer',
      description: 'the token does not have a valid issuer',
    });
  });
});

describe('tokenScopes', () => {
  const rows: [name: string, claims: Claims, held: string[]][] = [
    ['scope as text', { scope: 'orders:read profile' }, ['orders:read', 'profile']],
    ['scp as text', { scp: 'orders:read' }, ['orders:read']],
    ['scp as a list', { scp: ['orders:write', 1, 'orders:read'] }, ['orders:write', 'orders:read']],
    ['spaces too many', { scope: ' a  b ' }, ['a', 'b']],
    ['a scope claim that is not text', { scope: { 'orders:read': true } }, []],
    ['no scopes', {}, []],
  ];
  for (const [name, claims, held] of rows)
    it(`reads ${name} (docs/aws §4.5, §4.9)`, () => {
      assert.deepEqual(tokenScopes(claims), held);
    });
});
