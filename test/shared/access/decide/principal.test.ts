import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toPrincipal } from '#shared/access/decide/principal.ts';
import { anIssuer } from '../../../support/signed-tokens.ts';

const CLAIMS = { sub: 'alice', exp: 100, roles: ['admin'] };
const DECLARED = {
  admin: { roles: ['admin', 'support'], scopes: ['orders:read', 'orders:write'] },
  support: { roles: ['support'], scopes: ['orders:read'] },
};

describe('toPrincipal', () => {
  it('keeps equal subjects of two issuers apart', () => {
    const a = toPrincipal(CLAIMS, anIssuer({}, 'a'), {});
    const b = toPrincipal(CLAIMS, anIssuer({}, 'b'), {});

    assert.equal(a.principalId, 'a|alice');
    assert.notEqual(a.principalId, b.principalId);
  });

  it('gives a role all that it inherits, and ignores undeclared roles', () => {
    const principal = toPrincipal({ ...CLAIMS, roles: ['admin', 'root', '__proto__'] }, anIssuer(), DECLARED);

    assert.deepEqual([...principal.roles], ['admin', 'support']);
    assert.deepEqual([...principal.scopes], ['orders:read', 'orders:write']);
  });

  const scopes = [
    { name: 'one text', claims: { scope: 'a  b' }, path: [['scope']], expected: ['a', 'b'] },
    { name: 'a list', claims: { scp: ['a', 'b'] }, path: [['scope'], ['scp']], expected: ['a', 'b'] },
    { name: 'nothing', claims: {}, path: [['scope']], expected: [] },
    { name: 'a nested claim', claims: { x: { y: 'a' } }, path: [['x', 'y']], expected: ['a'] },
    {
      name: 'a name with dots',
      claims: { 'https://x.y/s': 'a' },
      path: [['https://x.y/s']],
      expected: ['a'],
    },
    { name: 'an inherited property as no claim', claims: {}, path: [['constructor', 'name']], expected: [] },
  ];
  for (const { name, claims, path, expected } of scopes)
    it(`reads scopes from ${name}`, () => {
      const principal = toPrincipal({ sub: 'alice', exp: 100, ...claims }, anIssuer({ scopes: path }), {});
      assert.deepEqual([...principal.scopes], expected);
    });

  it('identifies the client by client_id, or by azp if there is none', () => {
    const clientOf = (over: object) => toPrincipal({ ...CLAIMS, ...over }, anIssuer(), {}).clientId;

    assert.equal(clientOf({ client_id: 'a', azp: 'b' }), 'a');
    assert.equal(clientOf({ azp: 'b' }), 'b');
    assert.equal(clientOf({}), undefined);
  });

  // RFC 7519 section 2: NumericDate may have a fraction; a REST API hands the context on as text, and access() reads
  // digits.
  it('ends with the whole second of its token', () => {
    assert.equal(
      toPrincipal({ ...CLAIMS, exp: 1_800_000_000.9 }, anIssuer(), {}).expiresAtEpochSeconds,
      1_800_000_000,
    );
  });

  const refused = [
    { name: 'no subject', over: { sub: undefined } },
    { name: 'an empty subject', over: { sub: '' } },
    { name: 'a subject that is not text', over: { sub: 1 } },
    { name: 'a huge subject', over: { sub: 'a'.repeat(256) } },
    // No context can carry it, and without a subject a backend takes the route for one without authorizer.
    { name: 'a subject that is not Unicode', over: { sub: '\ud800' } },
    { name: 'no expiry', over: { exp: undefined } },
    { name: 'a scope that is not text', over: { scope: { a: true } } },
    { name: 'a client that is not text', over: { client_id: 7 } },
    { name: 'roles that are not texts', over: { roles: [1] } },
    { name: 'roles that are an object', over: { roles: { admin: true } } },
    { name: 'too many roles', over: { roles: Array(201).fill('a') } },
  ];
  for (const { name, over } of refused)
    it(`refuses ${name}`, () => {
      assert.throws(() => toPrincipal({ ...CLAIMS, ...over }, anIssuer(), {}), {
        code: 'TOKEN_CLAIM_INVALID',
      });
    });

  it('says which claim is missing', () => {
    assert.throws(() => toPrincipal({ ...CLAIMS, exp: undefined }, anIssuer(), {}), /exp/);
  });
});
