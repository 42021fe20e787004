import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, it } from 'node:test';
import { backendContext } from '#shared/access/backend-context.ts';
import { OWN_MEMBERS } from '#shared/access/context-members.ts';
import { claimsOf } from '#shared/middleware/claims-of.ts';
import { aDocument, aPrincipal } from '../../support/an-access-document.ts';
import { printCognitoClaims, printHttpClaims } from '../../../packages/gateway/core/events/claim-text.ts';

const CLAIMS = {
  sub: 'ada',
  email: 'ada@shop.example',
  'cognito:groups': ['admin', 'staff'],
  exp: 1_601_553_600,
  address: { city: 'x' },
  verified: true,
};
const NAMES = ['sub', 'email', 'cognito:groups', 'exp', 'address', 'verified'];
const names = [...NAMES, 'phone'];

const behind = (authorizer: object) => ({ requestContext: { authorizer } });
/**
 * Returns an event with the answer of the toolkit's authorizers, as a REST API (all texts) or an HTTP API passes it on.
 */
function withOurAuthorizer(result: object, kind: 'rest' | 'http', claims: Record<string, unknown> = CLAIMS) {
  const context = backendContext(aDocument({ result }), aPrincipal({ subject: 'ada', claims }));
  const texts = Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));
  return behind(kind === 'rest' ? { principalId: 'main|ada', ...texts } : { lambda: context });
}

describe('claimsOf', () => {
  const rows = [
    { as: 'cognito', before: behind({ claims: printCognitoClaims(CLAIMS) }) },
    { as: 'jwt', before: behind({ jwt: { claims: printHttpClaims(CLAIMS), scopes: null } }) },
  ] as const;
  for (const { as, before } of rows)
    for (const kind of ['rest', 'http'] as const)
      it(`is the same behind ${as} and behind ours on a ${kind} API`, () => {
        const was = claimsOf(before) ?? assert.fail();
        const is = claimsOf(withOurAuthorizer({ claims: { as, names } }, kind)) ?? assert.fail();

        assert.deepEqual({ ...is }, { ...was });
        for (const name of NAMES) assert.equal(is[name], was[name], name);
        assert.equal(is['phone'], undefined);
      });

  it('returns lists as they were', () => {
    const groups = (as: string) =>
      claimsOf(withOurAuthorizer({ claims: { as, names } }, 'rest'))?.['cognito:groups'];

    assert.deepEqual([groups('cognito'), groups('jwt')], ['admin,staff', '[admin staff]']);
  });

  // `C#${claims.sub}` with undefined is one customer for all of them.
  it('throws for a claim that the authorizer does not pass on, and not if objects are printed or compared', () => {
    const claims =
      claimsOf(withOurAuthorizer({ claims: { as: 'cognito', names: ['sub'] } }, 'rest')) ?? assert.fail();

    assert.equal(claims['sub'], 'ada');
    assert.throws(() => claims['email'], /does not pass on the claim email: add it to result\.claims\.names/);
    assert.throws(() => 'email' in claims, /does not pass on the claim/);
    assert.match(`${JSON.stringify(claims)} ${inspect(claims)}`, /ada/);
    assert.deepEqual(Object.keys(claims), ['sub']);
  });

  it('returns what every context has if the document forwards none', () => {
    const claims = claimsOf(withOurAuthorizer({}, 'rest'));

    assert.deepEqual([claims?.['sub'], claims?.['iss']], ['ada', 'https://issuer.example/']);
    assert.equal(claims?.['scope'], undefined);
    assert.throws(() => claims?.['email'], /does not pass on the claim/);
  });

  it('never returns a member that the authorizer or API Gateway adds, in either language', () => {
    const added = Object.fromEntries(OWN_MEMBERS.map((name) => [name, 'x']));
    const { carriedClaims: _none, contextCut: _cut, ...members } = added;
    const claims = claimsOf(behind({ lambda: { sub: 'ada', email: 'ada@shop.example', ...members } }));
    const python = readFileSync('python/src/gatewright/access.py', 'utf8');
    const [, listed = ''] = /^_NOT_CLAIMS = \{([^}]+)\}/m.exec(python) ?? [];

    assert.deepEqual(Object.keys(claims ?? {}).toSorted(), ['email', 'sub']);
    assert.deepEqual(
      [...listed.matchAll(/"(\w+)"/g)].map(([, name]) => name).toSorted(),
      OWN_MEMBERS.toSorted(),
    );
  });

  it('fails if the claims are too long to be carried', () => {
    const event = withOurAuthorizer({ claims: { as: 'jwt', names } }, 'http', {
      ...CLAIMS,
      email: 'x'.repeat(3_000),
    });

    assert.throws(() => claimsOf(event), /too long for the authorizer's context/);
  });

  it('has no caller if no authorizer has answered', () => {
    for (const event of [undefined, {}, behind({}), behind({ lambda: null }), { requestContext: {} }])
      assert.equal(claimsOf(event), undefined);
  });
});
