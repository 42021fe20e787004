import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assignmentsOf, assignWrite, endAssignment, unassignWrite } from '#shared/quota/plan/key-plans.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';

const itemOf = ({ change }: ItemWrite): Item => (change.kind === 'put' ? change.item : {});

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

  it('has no beginning if it was written before that was kept', () => {
    assert.deepEqual(assignmentsOf({ plan: 'gold' }), [
      { plan: 'gold', sinceEpochMs: undefined, untilEpochMs: undefined },
    ]);
  });
});
