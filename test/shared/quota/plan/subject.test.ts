import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { headKey } from '#shared/quota/ledger/ledger.ts';
import { checkLedgerId, ledgerIdOf, MAX_KEY_BYTES } from '#shared/quota/plan/subject.ts';

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
  // Source: "Quotas in Amazon DynamoDB": a sort key, also that of an index, has 1 to 1,024 bytes. The head is in `list`.
  it('are taken up to what the index takes as its sort key, and no further', () => {
    assert.equal(MAX_KEY_BYTES, 1024);
    const around = bytesOf(headKey({ tenant: '', limit: 'daily', subject: 'k' }).pk);
    assert.equal(isTaken({ tenant: 'x'.repeat(1024 - around), limit: 'daily', subject: 'k' }), true);
    assert.equal(isTaken({ tenant: 'x'.repeat(1025 - around), limit: 'daily', subject: 'k' }), false);
  });

  it('are measured as they are kept: in bytes, with what is escaped, of routes twice', () => {
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
