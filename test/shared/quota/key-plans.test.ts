import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assignmentsOf,
  assignWrite,
  endAssignment,
  KeyPlans,
  unassignWrite,
} from '#shared/quota/key-plans.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';

const itemOf = ({ change }: ItemWrite): Item => (change.kind === 'put' ? change.item : {});

describe('the plans of keys, as a process knows them', () => {
  it('forget the one that was asked for longest ago, and no other', async () => {
    let reads = 0;
    const read = () => {
      reads += 1;
      return Promise.resolve({ kind: 'done', item: { plan: 'gold' }, storeEpochMs: undefined } as const);
    };
    const never = (): never => assert.fail('it only reads');
    const plans = new KeyPlans(
      { read, update: never, transact: never },
      { nowEpochMs: () => 0, monotonicMs: () => 0 },
    );
    for (let key = 0; key < 10_001; key += 1) await plans.read('acme', `k-${key}`);

    for (let key = 1; key < 10_001; key += 1) await plans.read('acme', `k-${key}`);
    assert.equal(reads, 10_001, 'all others are known still');
    await plans.read('acme', 'k-0');
    assert.equal(reads, 10_002);
  });
});

describe('what the item of a key remembers', () => {
  it('is each plan that it was on, and when, newest first', () => {
    const key = { tenant: 'acme', key: 'k-1' };
    const first = itemOf(assignWrite({ ...key, plan: 'gold', version: 1 }, 10, endAssignment(undefined, 10)));
    const off = itemOf(unassignWrite({ ...key, version: 2 }, endAssignment(first, 20)));
    const again = itemOf(assignWrite({ ...key, plan: 'silver', version: 3 }, 30, endAssignment(off, 30)));

    assert.deepEqual(assignmentsOf(again), [
      { plan: 'silver', sinceEpochMs: 30, untilEpochMs: undefined },
      { plan: 'gold', sinceEpochMs: 10, untilEpochMs: 20 },
    ]);
    assert.equal(off['plan'], undefined);
  });

  it('has no beginning where it was written before that was kept', () => {
    assert.deepEqual(assignmentsOf({ plan: 'gold' }), [
      { plan: 'gold', sinceEpochMs: undefined, untilEpochMs: undefined },
    ]);
  });
});
