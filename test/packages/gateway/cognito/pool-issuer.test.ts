import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSystemClock } from '../../../../packages/gateway/server/adapters/system-clock.ts';
import { createSystemRandom } from '../../../../packages/gateway/server/adapters/random.ts';
import { Issuer } from '../../../../packages/gateway/cognito/issuer.ts';
import { cognitoClaims, OWN_DATA_SCOPE } from '../../../../packages/gateway/cognito/pool-issuer.ts';
import { CognitoJwtVerifier } from 'aws-jwt-verify';

const POOL = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc';

// Source: Cognito developer guide, "Understanding user pool JSON web tokens (JWTs)".
describe('cognitoClaims', () => {
  it('makes an ID token of a request without scope, and groups of roles', () => {
    assert.deepEqual(cognitoClaims({ sub: 'ada', aud: 'app', roles: ['admin'] }, 7), {
      'cognito:groups': ['admin'],
      token_use: 'id',
      auth_time: 7,
      aud: 'app',
      'cognito:username': 'ada',
    });
  });

  it('makes an access token of one with a scope, or that asks for it', () => {
    const access = { token_use: 'access', auth_time: 7, client_id: 'app', username: 'ada' };

    assert.deepEqual(cognitoClaims({ sub: 'ada', aud: ['app'], scope: 'a/b' }, 7), {
      ...access,
      scope: 'a/b',
    });
    assert.deepEqual(cognitoClaims({ sub: 'ada', aud: 'app', claims: { token_use: 'access' } }, 7), {
      ...access,
      scope: OWN_DATA_SCOPE,
    });
  });
});

describe('the name in a token of a user pool', () => {
  for (const { claims, name } of [
    { claims: { 'cognito:username': 'ada', username: 'other' }, name: 'ada' },
    { claims: { username: 'ada' }, name: 'ada' },
    { claims: {}, name: 'b7c1' },
  ])
    it(`is ${name} for ${JSON.stringify(claims)}`, () => {
      assert.equal(cognitoClaims({ sub: 'b7c1', claims }, 7)['cognito:username'], name);
    });
});

describe('a token in the name of a pool', () => {
  it('passes CognitoJwtVerifier, both kinds', async () => {
    const at = { clock: createSystemClock(), random: createSystemRandom() };
    const issuer = await Issuer.create({ ...at, standsInFor: (name) => name === POOL });
    const verifier = CognitoJwtVerifier.create({
      userPoolId: 'eu-west-1_Abc',
      clientId: 'app',
      tokenUse: null,
      groups: 'admin',
    });
    verifier.cacheJwks({ keys: issuer.keySet().keys.map((key) => ({ ...key })) });

    for (const scope of [undefined, 'shop/read']) {
      const options = { sub: 'ada', aud: 'app', issuer: POOL, roles: ['admin'], ...(scope && { scope }) };
      const { token } = issuer.mint(options);
      const claims = await verifier.verify(token);

      assert.equal(claims.sub, 'ada');
      assert.equal(issuer.hasSigned(token), true);
      assert.equal(issuer.hasSigned(`${token.slice(0, -6)}AAAAAA`), false);
    }
  });
});
