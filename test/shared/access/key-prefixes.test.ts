import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { broughtPlansOf, keyPrefixesOf } from '#shared/access/key-prefixes.ts';
import { aDocument, anAccess } from '../../support/an-access-document.ts';

const PLAN = { id: 'gold', version: 1, limits: [{ id: 'daily', level: 'key', quota: 1, period: 'DAY' }] };

/** Takes keys of `shop`, and charges by what `plan` says. */
function aCharged(name: string, stage: string, plan: unknown, plans: readonly object[] = []) {
  const over = {
    issuers: [{ id: 'keys', type: 'apiKey', prefix: 'shop' }],
    sources: [{ in: 'header', name: 'x-api-key', issuers: ['keys'] }],
    quota: { plan, tenant: { claim: 'tenant' }, ...(plans.length > 0 && { plans }) },
  };
  return { ...aDocument(over), name, apis: [{ for: stage, apiId: 'abcdefghij', stage: 'v1' }] };
}

describe('keyPrefixesOf', () => {
  it('says which claims of a key name the plan that its callers are charged to, in this stage', () => {
    const access = anAccess(
      aCharged('orders', 'prod', { claim: 'plan' }),
      aCharged('menu', 'prod', { claim: 'tier' }),
      aCharged('fixed', 'prod', 'gold'),
      // Nobody knows a key's id before it is made.
      aCharged('each', 'prod', { claim: 'sub' }),
      aCharged('elsewhere', 'dev', { claim: 'owner' }),
    );

    assert.deepEqual(keyPrefixesOf(access, 'prod').get('shop')?.planClaims, [['plan'], ['tier']]);
  });
});

describe('broughtPlansOf', () => {
  it('are those of all documents, as the authorizer publishes them', () => {
    const access = anAccess(
      aCharged('orders', 'prod', { claim: 'plan' }, [PLAN]),
      aCharged('menu', 'dev', 'gold', [{ ...PLAN, id: 'silver' }]),
    );

    assert.deepEqual(broughtPlansOf(access), ['gold', 'silver']);
  });
});
