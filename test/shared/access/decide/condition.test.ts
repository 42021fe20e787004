import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CompiledCondition } from '#shared/access/compiled-document.ts';
import { evaluateCondition } from '#shared/access/decide/condition.ts';
import type { Truth } from '#shared/access/decide/condition.ts';
import { aPrincipal } from '../../../support/an-access-document.ts';

const NOW = 1_800_000_000;
const PRINCIPAL = aPrincipal({
  issuerId: 'main',
  clientId: 'web',
  roles: new Set(['admin']),
  scopes: new Set(['orders:read']),
  claims: {
    plan: 'gold',
    level: 3,
    vip: true,
    teams: ['a', 7],
    nothing: null,
    amr: ['pwd', 'mfa'],
    address: { city: 'x' },
    auth_time: NOW - 60,
  },
});

function truthOf(condition: CompiledCondition, claims: object = {}): Truth {
  const principal = { ...PRINCIPAL, claims: { ...PRINCIPAL.claims, ...claims } };
  return evaluateCondition(condition, principal, {
    nowEpochSeconds: NOW,
    isInNetwork: (index) => [true, false, undefined][index],
  });
}

const claim = (
  name: string,
  op: 'equals' | 'in' | 'contains' | 'exists' | 'gte' | 'lte',
  ...values: readonly (string | number | boolean)[]
): CompiledCondition => ({ is: 'claim', claim: name.split('.'), op, values });
const TRUE: CompiledCondition = { is: 'network', index: 0 };
const FALSE: CompiledCondition = { is: 'network', index: 1 };
const UNDECIDED: CompiledCondition = { is: 'network', index: 2 };

// docs/design/authorizers §3.1 (leaves and operators) and §3.2, 5 and 6: missing and of another type are undecided.
describe('evaluateCondition', () => {
  const rows: readonly (readonly [name: string, condition: CompiledCondition, expected: Truth])[] = [
    ['the issuer', { is: 'issuer', name: 'main' }, true],
    ['another issuer', { is: 'issuer', name: 'other' }, false],
    ['the client', { is: 'client', name: 'web' }, true],
    ['another client', { is: 'client', name: 'cli' }, false],
    ['a scope', { is: 'scope', name: 'orders:read' }, true],
    ['a scope that only begins alike', { is: 'scope', name: 'orders' }, false],
    ['a role', { is: 'role', name: 'admin' }, true],
    ['another role', { is: 'role', name: 'Admin' }, false],
    ['an equal text', claim('plan', 'equals', 'gold'), true],
    ['a text of another case', claim('plan', 'equals', 'Gold'), false],
    ['a number that is not text', claim('level', 'equals', '3'), undefined],
    ['a boolean that is not a number', claim('vip', 'equals', 1), undefined],
    ['a text in a list of booleans and numbers', claim('plan', 'in', true, 1), undefined],
    ['a text in a list that has texts too', claim('plan', 'in', 1, 'silver'), false],
    ['not a text of a boolean', { is: 'not', of: claim('plan', 'equals', false) }, undefined],
    ['a list that is not a value', claim('teams', 'equals', 'a'), undefined],
    ['one of several', claim('plan', 'in', 'silver', 'gold'), true],
    ['none of several', claim('plan', 'in', 'silver'), false],
    ['a member', claim('teams', 'contains', 'a'), true],
    ['a member of another type', claim('teams', 'contains', '7'), undefined],
    ['no member of the same types', claim('amr', 'contains', 'sms'), false],
    ['a member together with others of another type', claim('teams', 'contains', 7), true],
    ['a part of a text, which is not a member', claim('plan', 'contains', 'old'), undefined],
    ['a value that is there', claim('address.city', 'exists'), true],
    ['a value that is not', claim('address.street', 'exists'), false],
    ['null, which is not a value', claim('nothing', 'exists'), false],
    ['a property that every object has', claim('address.constructor', 'exists'), false],
    ['enough', claim('level', 'gte', 3), true],
    ['not enough', claim('level', 'gte', 4), false],
    ['little enough', claim('level', 'lte', 3), true],
    ['too much', claim('level', 'lte', 2), false],
    ['a text that is not a number', claim('plan', 'gte', 1), undefined],
    ['two factors', { is: 'mfa' }, true],
    ['a sign-in that is young enough', { is: 'auth-age', maxSeconds: 60 }, true],
    ['a sign-in that is too old', { is: 'auth-age', maxSeconds: 59 }, false],
    ['all', { is: 'all', of: [TRUE, TRUE] }, true],
    ['all but one', { is: 'all', of: [UNDECIDED, FALSE] }, false],
    ['all with one that nobody knows', { is: 'all', of: [UNDECIDED, TRUE] }, undefined],
    ['any', { is: 'any', of: [UNDECIDED, TRUE] }, true],
    ['any with one that nobody knows', { is: 'any', of: [FALSE, UNDECIDED] }, undefined],
    ['none', { is: 'any', of: [FALSE, FALSE] }, false],
    ['not what nobody knows', { is: 'not', of: UNDECIDED }, undefined],
  ];
  for (const [name, condition, expected] of rows)
    it(`finds ${name} ${String(expected ?? 'undecided')}`, () => {
      assert.equal(truthOf(condition), expected);
    });

  // Suspended, unverified, low tier: an issuer that leaves the claim out must not open what the rule closes.
  const none = claim('none', 'equals', 'x');
  const odd: readonly (readonly [name: string, condition: CompiledCondition, expected: Truth])[] = [
    ...(['equals', 'in', 'contains', 'gte', 'lte'] as const).map(
      (op) => [`a missing claim, by ${op}`, claim('none', op, 1), undefined] as const,
    ),
    ['null', claim('nothing', 'equals', 'x'), undefined],
    ['not a missing claim', { is: 'not', of: none }, undefined],
    ['a missing claim that must exist', { is: 'all', of: [claim('none', 'exists'), none] }, false],
    [
      'null that must exist',
      { is: 'all', of: [claim('nothing', 'exists'), claim('nothing', 'equals', 1)] },
      false,
    ],
    ['a claim that is there', claim('plan', 'equals', 'gold'), true],
    ['another value', claim('plan', 'equals', 'free'), false],
    // redteam R4: `verified: "false"`, as Cognito writes its custom attributes.
    ['a text that should be a boolean', claim('plan', 'equals', false), undefined],
    ['a number that should be a boolean', claim('level', 'equals', false), undefined],
    ['a list that should be a boolean', claim('teams', 'equals', false), undefined],
    ['a text among booleans', claim('plan', 'in', false, true), undefined],
    ['a list with a member of another type', claim('teams', 'contains', 'b'), undefined],
    ['a text as a limit', claim('plan', 'lte', 3), undefined],
    ['a boolean as a limit', claim('vip', 'gte', 1), undefined],
  ];
  for (const [name, condition, expected] of odd)
    it(`finds ${name} ${String(expected ?? 'undecided')}`, () => {
      assert.equal(truthOf(condition), expected);
    });

  it('finds unknown factors and an unknown time of a sign-in undecided', () => {
    const silent = { amr: undefined, auth_time: undefined };

    assert.equal(truthOf({ is: 'mfa' }, silent), undefined);
    assert.equal(truthOf({ is: 'auth-age', maxSeconds: 60 }, silent), undefined);
  });

  for (const [amr, expected] of [
    [['pwd'], false],
    [undefined, undefined],
    ['mfa', undefined],
    [['MFA'], false],
  ] as const)
    it(`finds two factors of amr ${JSON.stringify(amr)} ${String(expected ?? 'undecided')}`, () => {
      assert.equal(truthOf({ is: 'mfa' }, { amr }), expected);
    });

  for (const [authTime, expected] of [
    [undefined, undefined],
    [null, undefined],
    [String(NOW), undefined],
    [NOW + 120, true],
    // A time that is probably in milliseconds, and would be recent forever.
    [NOW * 1000, undefined],
    [NOW + 121, undefined],
    [Infinity, undefined],
    [-Infinity, false],
    [0, false],
  ] as const)
    it(`finds a sign-in at ${String(authTime)} young ${String(expected ?? 'undecided')}`, () => {
      assert.equal(truthOf({ is: 'auth-age', maxSeconds: 300 }, { auth_time: authTime }), expected);
    });
});
