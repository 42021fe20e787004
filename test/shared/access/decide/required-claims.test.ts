import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import { decide } from '#shared/access/decide/decide.ts';
import { describeMissingClaims, findMissingClaims } from '#shared/access/decide/required-claims.ts';
import { aDocument, aPrincipal } from '../../../support/an-access-document.ts';

const ROUTES = ['GET /notes', 'DELETE /notes'];
const RULES = [
  { id: 'all', effect: 'allow', methods: ['*'], paths: ['/**'] },
  { id: 'no-delete', effect: 'deny', methods: ['DELETE'], paths: ['/notes'] },
];
const claims = { as: 'cognito', names: ['sub', 'email', 'cognito:groups'], optional: ['cognito:groups'] };
const document = aDocument({ rules: RULES, result: { claims } }, ROUTES);
const ARN = { partition: 'aws', region: 'us-east-1', accountId: '123456789012', apiId: 'a1', stage: 'dev' };

// A service stored its records by a claim; all callers without it shared one owner, "".
describe('findMissingClaims', () => {
  const rows: readonly { name: string; claims: Record<string, unknown>; lacked: readonly string[] }[] = [
    { name: 'all that is required', claims: { sub: 'u-1', email: 'a@b.example' }, lacked: [] },
    { name: 'none that is asked for', claims: { sub: 'u-1' }, lacked: ['email'] },
    { name: 'an empty text', claims: { sub: 'u-1', email: ' ' }, lacked: ['email'] },
    { name: 'null', claims: { sub: 'u-1', email: null }, lacked: ['email'] },
    { name: 'an empty list', claims: { sub: 'u-1', email: [] }, lacked: ['email'] },
    { name: 'false, which is an answer', claims: { sub: 'u-1', email: false }, lacked: [] },
    { name: 'a name of every object only', claims: { sub: 'u-1', email: 'x', toString: 1 }, lacked: [] },
  ];
  for (const { name, claims: held, lacked } of rows)
    it(`accepts a token that has ${name}`, () => {
      assert.deepEqual(findMissingClaims(document, { claims: held }), lacked);
    });

  it('requires nothing of a document that was compiled before there was anything to require', () => {
    const old = {
      ...document,
      result: { ...document.result, claims: { as: 'jwt', names: ['sub'] } as const },
    };

    assert.deepEqual(findMissingClaims(old, { claims: {} }), []);
  });

  it('takes no name of every object for a claim', () => {
    const odd = { as: 'jwt' as const, names: ['constructor'], required: ['constructor'] };

    assert.deepEqual(findMissingClaims({ result: { ...document.result, claims: odd } }, { claims: {} }), [
      'constructor',
    ]);
  });

  it('lists them', () => {
    assert.match(describeMissingClaims(['sub', 'email']), /no claim sub, email, .*result\.claims/);
  });
});

describe('a caller without a required claim', () => {
  const without = aPrincipal({ claims: { sub: 'u-1' } });
  const having = aPrincipal({ claims: { sub: 'u-1', email: 'a@b.example' } });
  const at = (target: string) => ({ target, sourceIp: undefined, nowEpochSeconds: 0 });

  it('is denied with its own reason, with any rules', () => {
    const decision = decide(document, without, at('GET/notes'));

    assert.equal(decision.kind === 'deny' && decision.reason, 'missing-claim');
    assert.equal(decide(document, having, at('GET/notes')).kind, 'allow');
  });

  it('differs from a route that does not exist', () => {
    const decision = decide(document, without, at('GET/nothing'));

    assert.equal(decision.kind === 'deny' && decision.reason, 'no-route');
  });

  it('gets a policy that allows nothing, so that a kept answer opens nothing either', () => {
    const allowed = (principal: typeof without) => {
      const outcome = compilePolicy(
        document,
        principal,
        { ...ARN, target: 'GET/notes' },
        { nowEpochSeconds: 0 },
      );
      return outcome.kind === 'policy'
        ? outcome.policy.Statement.filter(({ Effect }) => Effect === 'Allow').length
        : assert.fail(outcome.kind);
    };

    assert.equal(allowed(without), 0);
    assert.ok(allowed(having) > 0);
  });
});
