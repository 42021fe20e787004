/** Claims only: no library has checked them before, and the only clock is the given one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertClaims } from '#shared/access/tokens/token-claims.ts';
import { anIssuer } from '../../../support/signed-tokens.ts';

const NOW = 2_500_000_000;
const { trust } = anIssuer({ maxTokenAgeSeconds: 3600 });
const CLAIMS = { aud: 'api', iat: NOW - 60, exp: NOW + 300 };

const codeOf = (claims: object): string => {
  try {
    assertClaims({ ...CLAIMS, ...claims }, trust, NOW);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('assertClaims', () => {
  // RFC 7519 §4.1.4 to §4.1.6; 30 seconds of skew are forgiven either way.
  const rows: readonly (readonly [claims: object, expected: string])[] = [
    [{}, 'accepted'],
    [{ exp: NOW - 30 }, 'accepted'],
    [{ exp: NOW - 31 }, 'TOKEN_EXPIRED'],
    [{ exp: undefined }, 'TOKEN_CLAIM_INVALID'],
    [{ exp: String(NOW + 300) }, 'TOKEN_CLAIM_INVALID'],
    [{ exp: NOW * 1000 }, 'TOKEN_CLAIM_INVALID'],
    [{ nbf: NOW + 30 }, 'accepted'],
    [{ nbf: NOW + 31 }, 'TOKEN_NOT_YET_VALID'],
    [{ nbf: String(NOW - 60) }, 'TOKEN_CLAIM_INVALID'],
    [{ nbf: null }, 'TOKEN_CLAIM_INVALID'],
    [{ iat: NOW + 30 }, 'accepted'],
    [{ iat: NOW + 31 }, 'TOKEN_NOT_YET_VALID'],
    [{ iat: String(NOW - 60) }, 'TOKEN_CLAIM_INVALID'],
    [{ iat: undefined }, 'TOKEN_CLAIM_INVALID'],
    [{ iat: NOW - 3630 }, 'accepted'],
    [{ iat: NOW - 3631 }, 'TOKEN_EXPIRED'],
    [{ aud: 'other' }, 'TOKEN_AUDIENCE_MISMATCH'],
  ];
  for (const [claims, expected] of rows)
    it(`says ${expected} to ${JSON.stringify(claims, (_, value: unknown) => value ?? String(value))}`, () => {
      assert.equal(codeOf(claims), expected);
    });
});
