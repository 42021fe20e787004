import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chargedCachesOf, keyPrefixesOf } from '#shared/access/keys/key-prefixes.ts';
import { aDocument, anAccess } from '../../../support/an-access-document.ts';

/** Takes keys of `shop`, and charges by what `plan` says. */
function aCharged(name: string, stage: string, plan: unknown) {
  const over = {
    issuers: [{ id: 'keys', type: 'apiKey', prefix: 'shop' }],
    sources: [{ in: 'header', name: 'x-api-key', issuers: ['keys'] }],
    quota: { plan, tenant: { claim: 'tenant' } },
  };
  return { ...aDocument(over), name, apis: [{ for: stage, apiId: 'abcdefghij', stage: 'v1' }] };
}

/** Takes keys of `shop`; what is said of its issuer of keys goes over it. */
function aTaker(name: string, stage: string, issuer: object = {}, kind: 'rest' | 'websocket' = 'rest') {
  const over = {
    api: { prod: { apiId: 'prod000000', stage: 'v1' }, dev: { apiId: 'dev0000000', stage: 'v1' } },
    issuers: [{ id: 'keys', type: 'apiKey', prefix: 'shop', ...issuer }],
    sources: [{ in: 'header', name: 'x-api-key', issuers: ['keys'] }],
    roles: { [name]: {} },
    rules: [
      {
        id: 'all',
        effect: 'allow',
        ...(kind === 'rest' ? { methods: ['*'], paths: ['/**'] } : { connect: true }),
      },
    ],
  };
  const document = aDocument(over, kind === 'rest' ? undefined : ['ANY $connect'], kind);
  return {
    ...document,
    name,
    apis: [stage, 'test'].map((each) => ({ for: each, apiId: `${name}-${each}`, stage: 'v1' })),
  };
}

describe('keyPrefixesOf', () => {
  it('combines what the documents of the stage that accept such keys say', () => {
    const found = keyPrefixesOf(
      anAccess(
        aTaker('orders', 'prod', { nativeUsagePlan: true }),
        aTaker('menu', 'prod'),
        aTaker('chat', 'prod', {}, 'websocket'),
        aTaker('elsewhere', 'dev'),
        aTaker('not-here', 'prod', { only: ['dev'] }),
      ),
      'prod',
    );

    assert.deepEqual([...found.keys()], ['shop']);
    assert.deepEqual(found.get('shop'), {
      roles: new Set(['orders', 'menu', 'chat']),
      hasNativePlans: true,
      cached: ['orders', 'menu'].map((name) => ({ kind: 'rest', apiId: `${name}-prod`, stage: 'v1' })),
      planClaims: [],
    });
    assert.equal(keyPrefixesOf(anAccess(aTaker('menu', 'prod')), 'prod').get('shop')?.hasNativePlans, false);
    assert.ok(keyPrefixesOf(anAccess(aTaker('menu', 'prod', { only: ['prod'] })), 'prod').has('shop'));
  });

  it('says which claims of a key name the plan to which its callers are charged, in this stage', () => {
    const access = anAccess(
      aCharged('orders', 'prod', { claim: 'plan' }),
      aCharged('menu', 'prod', { claim: 'tier' }),
      aCharged('fixed', 'prod', 'gold'),
      // A key's id is unknown before it is made.
      aCharged('each', 'prod', { claim: 'sub' }),
      aCharged('elsewhere', 'dev', { claim: 'owner' }),
    );

    assert.deepEqual(keyPrefixesOf(access, 'prod').get('shop')?.planClaims, [['plan'], ['tier']]);
  });
});

describe('chargedCachesOf', () => {
  for (const [isCharged, cacheTtlSeconds, isListed] of [
    [true, 300, true],
    [true, 1, true],
    [true, 0, false],
    [false, 300, false],
    [false, 0, false],
  ] as const)
    it(`${isListed ? 'lists' : 'does not list'} the API of a document ${isCharged ? 'with' : 'without'} a quota whose results are cached for ${cacheTtlSeconds} s`, () => {
      const { quota, ...document } = aCharged('orders', 'prod', 'gold');
      const one = {
        ...document,
        ...(isCharged && { quota }),
        result: { ...document.result, cacheTtlSeconds },
      };
      const api = { kind: 'rest', apiId: 'abcdefghij', stage: 'v1' };

      assert.deepEqual(chargedCachesOf(anAccess(one), 'prod'), isListed ? [api] : []);
      assert.deepEqual(chargedCachesOf(anAccess(one), 'dev'), []);
    });
});
