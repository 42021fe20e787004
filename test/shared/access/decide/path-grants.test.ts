import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyRules } from '#shared/access/decide/apply-rules.ts';
import { toPathGrants } from '#shared/access/decide/path-grants.ts';
import { aDocument, aPrincipal } from '../../../support/an-access-document.ts';

const WHOLE = { id: 'all', effect: 'allow', methods: ['GET'], paths: ['/users'] };
const OWN = {
  id: 'own',
  effect: 'allow',
  methods: ['GET'],
  paths: ['/users/{id}'],
  bind: { id: { claim: 'sub' } },
};

describe('the rights of a caller, as paths', () => {
  for (const { name, rules, isPersonal, allow } of [
    { name: 'the same for all of the same rules', rules: [WHOLE], isPersonal: false, allow: ['GET/users'] },
    {
      name: 'personal if it names values of theirs',
      rules: [WHOLE, OWN],
      isPersonal: true,
      allow: ['GET/users', 'GET/users/u-1'],
    },
    {
      name: 'nothing, and no secret, without rules that apply',
      rules: [{ ...WHOLE, when: { mfa: true } }],
      isPersonal: false,
      allow: [],
    },
  ])
    it(`is ${name}`, () => {
      const document = aDocument({ rules });
      const { routes } = applyRules(document, aPrincipal(), {
        nowEpochSeconds: 1_900_000_000,
        isInNetwork: () => undefined,
      });
      const grants = toPathGrants(document, routes);

      assert.equal(grants.isPersonal, isPersonal);
      assert.deepEqual(grants.result.kind === 'grants' && grants.result.grants.allow, allow);
    });
});
