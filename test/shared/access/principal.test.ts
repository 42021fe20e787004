import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toPrincipal } from '#shared/access/principal.ts';
import { anIssuer } from '../../support/signed-tokens.ts';

const CLAIMS = { sub: 'alice', exp: 100, roles: ['admin'] };

describe('toPrincipal', () => {
  it('keeps equal subjects of two issuers apart', () => {
    const a = toPrincipal(CLAIMS, anIssuer({ issuer: 'https://a.example' }));
    const b = toPrincipal(CLAIMS, anIssuer({ issuer: 'https://b.example' }));

    assert.equal(a.principalId, 'https://a.example|alice');
    assert.notEqual(a.principalId, b.principalId);
  });

  const roles = [
    { name: 'a list', claims: { roles: ['a', 'b'] }, path: ['roles'], expected: ['a', 'b'] },
    { name: 'one text', claims: { roles: 'a' }, path: ['roles'], expected: ['a'] },
    { name: 'nothing', claims: {}, path: ['roles'], expected: [] },
    {
      name: 'a nested claim',
      claims: { realm_access: { roles: ['a'] } },
      path: ['realm_access', 'roles'],
      expected: ['a'],
    },
    {
      name: 'a name with a colon',
      claims: { 'cognito:groups': ['a'] },
      path: ['cognito:groups'],
      expected: ['a'],
    },
    { name: 'an inherited property as no claim', claims: {}, path: ['constructor', 'name'], expected: [] },
  ];
  for (const { name, claims, path, expected } of roles)
    it(`reads roles from ${name}`, () => {
      const principal = toPrincipal({ sub: 'alice', exp: 100, ...claims }, anIssuer({ rolesClaim: path }));
      assert.deepEqual(principal.roles, expected);
    });

  const refused = [
    { name: 'no subject', over: { sub: undefined } },
    { name: 'an empty subject', over: { sub: '' } },
    { name: 'a subject that is no text', over: { sub: 1 } },
    { name: 'a huge subject', over: { sub: 'a'.repeat(256) } },
    { name: 'no expiry', over: { exp: undefined } },
    { name: 'an infinite expiry', over: { exp: Infinity } },
    { name: 'a scope that is no text', over: { scope: ['a'] } },
    { name: 'a token bound to a key', over: { cnf: { jkt: 'x' } } },
    { name: 'roles that are no texts', over: { roles: [1] } },
    { name: 'a role with a space', over: { roles: ['a admin'] } },
    { name: 'roles that are an object', over: { roles: { admin: true } } },
    { name: 'too many roles', over: { roles: Array(101).fill('a') } },
  ];
  for (const { name, over } of refused)
    it(`refuses ${name}`, () => {
      assert.throws(() => toPrincipal({ ...CLAIMS, ...over }, anIssuer()), { code: 'TOKEN_CLAIM_INVALID' });
    });
});
