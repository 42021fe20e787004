import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPlanCatalogue } from '#shared/quota/admin/plan-catalogue.ts';
import { savePlanWrite } from '#shared/quota/plan/plan-book.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import type { Item } from '#shared/table/item-write.ts';
import { createMemoryListing } from '../../../support/memory-listing.ts';
import { createMemoryTable } from '../../../support/memory-table.ts';
import { STORE_DOWN } from '../../../support/access-stores.ts';

async function aCatalogue(...ids: readonly string[]) {
  const items = new Map<string, Item>();
  const store = createMemoryTable({ clock: { nowEpochMs: () => 0 }, items });
  const limits = [{ id: 'daily', level: 'key', quota: 1, period: 'DAY' }];
  for (const id of ids) await store.update(savePlanWrite(parsePlan({ id, version: 1, limits }), undefined));
  return createPlanCatalogue({ store, listing: createMemoryListing(items) });
}

describe('the catalogue of customer plans', () => {
  it('finds the plans of the table, by id', async () => {
    const catalogue = await aCatalogue('gold', 'a.b_c');

    assert.deepEqual(await Promise.all(['gold', 'a.b_c', 'nope'].map((id) => catalogue.has(id))), [
      true,
      true,
      false,
    ]);
    assert.deepEqual(await catalogue.list(), ['a.b_c', 'gold']);
  });

  it('does not take an outage for a plan that is unknown', async () => {
    const unavailable = () => Promise.resolve({ kind: 'unavailable', reason: 'down' } as const);
    const catalogue = createPlanCatalogue({ store: STORE_DOWN, listing: { list: unavailable } });

    await assert.rejects(catalogue.has('gold'), { code: 'STORE_UNAVAILABLE' });
    await assert.rejects(catalogue.list(), { code: 'STORE_UNAVAILABLE' });
  });
});
