import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertUsable } from '#shared/access/documents/assert-usable.ts';
import { aCompiledDocument } from '../../../support/a-published-table.ts';

const CONFIG = { stage: 'prod', localIssuerUrl: undefined };
const APIS = [{ for: 'prod', apiId: 'a1', stage: 'prod' }];
const LOCAL = { id: 'local', trust: { isLocal: true } };

const CASES = [
  ['nothing of them protects an API here', [{ ...APIS[0], for: 'dev' }], {}, /protects an API in stage prod/],
  ['they trust the local issuer here', APIS, { issuers: [LOCAL] }, /trusts the local issuer/],
  ['they need a secret that is not here', APIS, { apiKeys: [{ nativeUsagePlan: true }] }, /USAGE_KEY_SECRET/],
] as const;

describe('assertUsable', () => {
  for (const [what, apis, more, message] of CASES)
    it(`refuses documents if ${what}`, () => {
      const documents = [aCompiledDocument('orders', { apis, ...more })];
      assert.throws(() => assertUsable({ documents }, CONFIG), { code: 'CONFIG_INVALID', message });
    });

  it('accepts documents that trust the local issuer in other stages', () => {
    const documents = [aCompiledDocument('orders', { apis: APIS, issuers: [{ ...LOCAL, only: ['dev'] }] })];
    assert.doesNotThrow(() => assertUsable({ documents }, CONFIG));
  });
});
