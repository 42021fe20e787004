import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findSecurityPolicy } from '../../../../../packages/gateway/control/domains/security-policy.ts';

const MUTUAL = { MutualTlsAuthentication: { TruststoreUri: 's3://trust/store.pem' } };

describe('findSecurityPolicy (docs/aws §10.7)', () => {
  for (const [properties, expected] of [
    [{}, 'TLS_1_2'],
    [{ SecurityPolicy: 'TLS_1_0' }, 'TLS_1_0'],
    [{ SecurityPolicy: 'TLS_1_0', ...MUTUAL }, 'TLS_1_2'],
    [{ SecurityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09', ...MUTUAL }, 'SecurityPolicy_TLS13_1_3_2025_09'],
    [{ SecurityPolicy: 'TLS_1_0', MutualTlsAuthentication: {} }, 'TLS_1_0'],
  ] as const)
    it(`is ${expected} for ${JSON.stringify(properties)}`, () => {
      assert.equal(findSecurityPolicy(properties), expected);
    });
});
