import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  findQuotaRefusal,
  parseAccessDecision,
  printAccessDecision,
  printQuotaRefusal,
} from '../../../../packages/base/aws/access-decision.ts';

const DECISION = {
  document: 'orders',
  version: '0123456789ab',
  outcome: 'no-rule' as const,
  rules: ['a', 'b'],
  issuer: 'main',
  roles: ['courier'],
  key: undefined,
  defect: undefined,
  since: undefined,
  customer: 'Müller & Söhne "x"',
  plan: 'pro',
  limit: 'daily',
  ownQuota: '20',
  level: 'key',
  chargedKey: undefined,
  chargedRoute: undefined,
  cost: '10',
};

describe('the record of an authorizer’s decision', () => {
  it('is read back as it was written, whatever the names', () => {
    // A longer record loses its rules. An emoji may have 25 bytes, of which each takes three characters.
    const name = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .filter((text) => encodeURIComponent(text).length <= 80);
    // Ids of rules and roles have no spaces.
    const id = fc.stringMatching(/^[a-z0-9:_-]{1,12}$/);
    fc.assert(
      fc.property(name, name, fc.array(id, { maxLength: 3 }), (customer, key, rules) => {
        const why = { defect: 'secret-replaced', since: '2026-11-29T12:00:00.000Z' };
        const decision = { ...DECISION, customer, key, rules, ...why };

        assert.deepEqual(parseAccessDecision(printAccessDecision(decision)), decision);
      }),
    );
  });

  it('can be a part of a JSON line and of a header', () => {
    assert.match(printAccessDecision(DECISION) ?? '', /^[\w&=%+.*-]+$/);
  });

  it('loses its roles, then its rules, and then its customer when it is too long', () => {
    const many = Array.from({ length: 60 }, (_, index) => `role-of-somebody-${index}`);

    assert.deepEqual(parseAccessDecision(printAccessDecision({ ...DECISION, roles: many })), {
      ...DECISION,
      roles: [],
    });
    assert.deepEqual(parseAccessDecision(printAccessDecision({ ...DECISION, rules: many, roles: many })), {
      ...DECISION,
      rules: [],
      roles: [],
    });
    assert.deepEqual(parseAccessDecision(printAccessDecision({ ...DECISION, customer: 'ü'.repeat(200) })), {
      ...DECISION,
      rules: [],
      roles: [],
      customer: undefined,
    });
    assert.equal(printAccessDecision({ ...DECISION, document: 'x'.repeat(600) }), undefined);
  });

  it('loses the charged key and route first', () => {
    const roles = Array.from({ length: 16 }, (_, index) => `role-of-somebody-${index}`);
    const charged = { chargedKey: 'k-1', chargedRoute: 'GET /users/{id}' };

    assert.deepEqual(parseAccessDecision(printAccessDecision({ ...DECISION, ...charged })), {
      ...DECISION,
      ...charged,
    });
    assert.deepEqual(
      parseAccessDecision(printAccessDecision({ ...DECISION, roles, chargedKey: 'k'.repeat(200) })),
      { ...DECISION, roles },
    );
  });

  it('is nothing else that a context may contain', () => {
    for (const value of [undefined, 7, true, '', 'orders', 'document=orders', 'outcome=allow'])
      assert.equal(parseAccessDecision(value), undefined);
  });
});

describe('the text of a refused charge', () => {
  for (const refusal of ['over quota', 'suspended', 'charged'] as const)
    it(`is found at the end of a log line: ${refusal}`, () => {
      const text = printQuotaRefusal(refusal, 'monthly of plan a: b,\ntenant c');

      assert.equal(findQuotaRefusal(`Forbidden: ${text}`), text);
    });

  it('is not found in other lines', () => {
    for (const line of ['Forbidden', 'Forbidden: no claim email', 'over quota', 'Forbidden: chargedness'])
      assert.equal(findQuotaRefusal(line), undefined, line);
  });
});
