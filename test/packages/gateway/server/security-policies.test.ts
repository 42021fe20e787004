import assert from 'node:assert/strict';
import { createSecureContext } from 'node:tls';
import { describe, it } from 'node:test';
import { notePolicy } from '../../../../packages/gateway/control/domains/security-policy.ts';
import { Faults } from '../../../../packages/gateway/core/errors.ts';
import { tlsRulesOf } from '../../../../packages/gateway/server/security-policies.ts';

/** What the start reports about a domain with this policy. */
function messages(policy: string): readonly unknown[] {
  const faults = new Faults(false);
  const item = { id: 'd', logicalId: 'D', properties: {}, place: () => ({ file: 'template.yaml' }) };
  notePolicy(item, policy, faults);
  return faults.all;
}

const SOURCE = 'developer guide, "Supported security policies"; API model of 2026-08-07';

describe('tlsRulesOf', () => {
  const rows: { policy: string; minVersion: string; has: string[]; hasNot: string[]; source: string }[] = [
    { policy: 'TLS_1_0', minVersion: 'TLSv1', has: ['ECDHE-ECDSA-AES128-SHA'], hasNot: [], source: SOURCE },
    {
      policy: 'TLS_1_2',
      minVersion: 'TLSv1.2',
      has: ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA256'],
      hasNot: ['ECDHE-ECDSA-AES128-SHA', '@SECLEVEL=0'],
      source: SOURCE,
    },
    {
      policy: 'SecurityPolicy_TLS13_1_2_PQ_2025_09',
      minVersion: 'TLSv1.2',
      has: ['TLS_CHACHA20_POLY1305_SHA256'],
      hasNot: ['ECDHE-ECDSA-AES128-SHA256'],
      source: SOURCE,
    },
    {
      policy: 'SecurityPolicy_TLS13_1_3_2025_09',
      minVersion: 'TLSv1.3',
      has: ['TLS_AES_128_GCM_SHA256'],
      hasNot: ['ECDHE-ECDSA-AES128-GCM-SHA256'],
      source: SOURCE,
    },
    {
      policy: 'SecurityPolicy_TLS13_1_3_FIPS_2025_09',
      minVersion: 'TLSv1.3',
      has: ['TLS_AES_256_GCM_SHA384'],
      hasNot: ['TLS_CHACHA20_POLY1305_SHA256'],
      source: SOURCE,
    },
    {
      policy: 'SecurityPolicy_TLS12_PFS_2025_EDGE',
      minVersion: 'TLSv1.2',
      has: [],
      hasNot: [],
      source: SOURCE,
    },
  ];
  for (const { policy, minVersion, has, hasNot } of rows)
    it(`requires ${minVersion} for ${policy}, with suites that OpenSSL has`, () => {
      const rules = tlsRulesOf(policy);
      const suites = rules.ciphers.split(':');

      assert.equal(rules.minVersion, minVersion);
      assert.deepEqual(
        [has.filter((name) => !suites.includes(name)), hasNot.filter((name) => suites.includes(name))],
        [[], []],
      );
      assert.deepEqual(messages(policy), []);
      assert.ok(createSecureContext(rules));
    });

  it('requires TLS 1.2 for an unknown policy', () => {
    assert.equal(tlsRulesOf('SecurityPolicy_Of_Tomorrow').minVersion, 'TLSv1.2');
    assert.equal(messages('SecurityPolicy_Of_Tomorrow').length, 1);
  });
});
