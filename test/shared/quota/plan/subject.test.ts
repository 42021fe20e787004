import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { headKey } from '#shared/quota/ledger/ledger.ts';
import {
  checkLedgerId,
  checkSubject,
  ledgerIdOf,
  MAX_KEY_BYTES,
  namesOfSubject,
} from '#shared/quota/plan/subject.ts';

const isTaken = (id: Parameters<typeof headKey>[0]): boolean => {
  try {
    checkLedgerId(id);
    return true;
  } catch {
    return false;
  }
};
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

describe('the names of a ledger', () => {
  // Source: "Quotas in Amazon DynamoDB": a sort key, also that of an index, has 1 to 1,024 bytes. The head is in
  // `list`.
  it('are accepted up to the length that the index accepts as its sort key, and no further', () => {
    assert.equal(MAX_KEY_BYTES, 1024);
    const around = bytesOf(headKey({ tenant: '', limit: 'daily', subject: 'k' }).pk);
    assert.equal(isTaken({ tenant: 'x'.repeat(1024 - around), limit: 'daily', subject: 'k' }), true);
    assert.equal(isTaken({ tenant: 'x'.repeat(1025 - around), limit: 'daily', subject: 'k' }), false);
  });

  it('are measured as they are stored: in bytes, with escapes, and routes twice', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', '#', '%', 'é', '漢', '😀'),
      minLength: 1,
      maxLength: 256,
    });
    fc.assert(
      fc.property(name, name, name, (tenant, key, route) => {
        const id = ledgerIdOf({ id: 'each', level: 'route' }, { plan: 'p', tenant, key, route });
        assert.equal(isTaken(id), bytesOf(headKey(id).pk) <= 1024);
      }),
    );
  });
});

describe('the names of a customer, a key or a route', () => {
  // DynamoDB stores UTF-8, in which each half of a surrogate pair is the same character: three customers, one ledger.
  for (const name of ['a\ud83d', 'a\ud83e', '\ude00', '', 'x'.repeat(257)])
    it(`are refused if no table key can tell them apart: ${JSON.stringify(name).slice(0, 20)}`, () => {
      for (const field of ['plan', 'tenant', 'key', 'route'])
        assert.throws(() => checkSubject({ plan: 'p', tenant: 't', key: 'k', [field]: name }), {
          code: 'SUBJECT_INVALID',
        });
      if (!name.isWellFormed())
        assert.throws(() => headKey({ tenant: name, limit: 'l', subject: '' }), { code: 'SUBJECT_INVALID' });
    });

  it('do not let a key with # share the ledger of a key and a route', () => {
    const joined = ledgerIdOf({ id: 'l', level: 'key' }, { plan: 'p', tenant: 't', key: 'k#GET /x' });
    const route = ledgerIdOf(
      { id: 'l', level: 'route' },
      { plan: 'p', tenant: 't', key: 'k', route: 'GET /x' },
    );

    assert.notEqual(headKey(joined).pk, headKey(route).pk);
    assert.deepEqual(namesOfSubject('key', joined.subject), { key: 'k#GET /x' });
    assert.deepEqual(namesOfSubject('route', route.subject), { key: 'k', route: 'GET /x' });
  });

  it('are read from ledgers of earlier versions, in which no key was marked', () => {
    assert.deepEqual(namesOfSubject('key', 'key-1'), { key: 'key-1' });
    assert.deepEqual(namesOfSubject('key', 'k#GET /x'), { key: 'k#GET /x' });
  });
});
