import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from '#shared/access/decide.ts';
import { toPrincipal } from '#shared/access/principal.ts';
import { anIssuer } from '../../support/signed-tokens.ts';

describe('decide', () => {
  for (const { roles, expected } of [
    { roles: ['support'], expected: 'allow' },
    { roles: ['guest', 'admin'], expected: 'allow' },
    { roles: ['guest'], expected: 'deny' },
    { roles: ['Admin'], expected: 'deny' },
    { roles: [], expected: 'deny' },
  ])
    it(`answers ${expected} to roles [${roles.join()}]`, () => {
      const principal = toPrincipal({ sub: 'a', exp: 1, roles }, anIssuer());
      assert.equal(decide(principal, ['admin', 'support']), expected);
    });
});
