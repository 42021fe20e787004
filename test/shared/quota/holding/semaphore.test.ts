import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  acquireWrite,
  expiredClaims,
  PERMITS_PER_ITEM,
  releaseWrite,
  semaphoreKey,
} from '#shared/quota/holding/semaphore.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const ID = { tenant: 'acme', limit: 'calls', subject: 'key-1' };

describe('semaphoreKey', () => {
  it('keeps names apart that contain the separator', () => {
    const one = semaphoreKey({ ...ID, tenant: 'a#b', limit: 'c' }, 0);
    const other = semaphoreKey({ ...ID, tenant: 'a', limit: 'b#c' }, 0);

    assert.notEqual(one.pk, other.pk);
    assert.notEqual(semaphoreKey(ID, 0).pk, semaphoreKey(ID, 1).pk);
  });
});

describe('a semaphore item', () => {
  it('fits into one write unit with every permit taken', () => {
    const { pk, sk } = semaphoreKey({ tenant: 't'.repeat(36), limit: 'calls', subject: 'k'.repeat(36) }, 39);
    const item: Record<string, string | number> = { pk, sk, c: PERMITS_PER_ITEM, expiresAt: 1_900_000_000 };
    for (let index = 0; index < PERMITS_PER_ITEM; index += 1)
      item[`f${String(index).padStart(22, '0')}`] = NOON_MS;

    // DynamoDB: names and texts by their bytes, a number by about half of its digits and one.
    const bytes = Object.entries(item).reduce(
      (sum, [name, value]) =>
        sum +
        name.length +
        (typeof value === 'string' ? value.length : Math.ceil(String(value).length / 2) + 1),
      0,
    );
    assert.ok(bytes <= 1024, `${bytes} bytes`);
  });

  it('is kept for a week after the last of its requests should have ended', () => {
    const claim = { id: 'a', deadlineEpochMs: NOON_MS };
    const { change } = acquireWrite(semaphoreKey(ID, 0), claim, 5, []);

    assert.ok(change.kind === 'update');
    assert.equal(change.set?.['expiresAt'], NOON_MS / 1000 + 7 * 86_400);
  });
});

describe('expiredClaims', () => {
  it('finds those whose deadline is past, and treats nothing else as a claim', () => {
    const item = { c: 2, expiresAt: 1, fa1: 999, fb2: 1000, f: 1, flag: 1 };

    assert.deepEqual(expiredClaims(item, 1000), [{ id: 'a1', deadlineEpochMs: 999 }]);
  });
});

describe('acquireWrite', () => {
  it('names every holder whose place it takes, and counts as many off', () => {
    const dead = [
      { id: 'a1', deadlineEpochMs: 1 },
      { id: 'b2', deadlineEpochMs: 2 },
    ];
    const { when, change } = acquireWrite(semaphoreKey(ID, 0), { id: 'c3', deadlineEpochMs: 9000 }, 5, dead);

    assert.deepEqual(when, [
      { attribute: 'fc3', is: 'absent' },
      { attribute: 'c', is: 'at-most', value: 6 },
      { attribute: 'fa1', is: 'equal', value: 1 },
      { attribute: 'fb2', is: 'equal', value: 2 },
    ]);
    assert.ok(change.kind === 'update');
    assert.deepEqual([change.add, change.remove], [{ c: -1 }, ['fa1', 'fb2']]);
  });
});

describe('releaseWrite', () => {
  it('is fenced by the id that it takes away', () => {
    const { when, change } = releaseWrite(semaphoreKey(ID, 0), 'c3');

    assert.deepEqual(when, [{ attribute: 'fc3', is: 'present' }]);
    assert.deepEqual(change, { kind: 'update', add: { c: -1 }, remove: ['fc3'] });
  });
});
