import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import type { TrackedRequest } from '#shared/quota/usage/access-log-line.ts';
import { createUsageTracker } from '#shared/quota/usage/track-usage.ts';
import type { UsageTracker } from '#shared/quota/usage/track-usage.ts';
import { NOON_MS, QuotaTable } from '../../../support/quota-table.ts';

const LIMIT = { id: 'daily', level: 'key', quota: 100_000, period: 'DAY' };
const subject = { plan: 'gold', tenant: 'acme', key: 'k', route: 'GET /a' };
const requestsOf = (count: number): readonly TrackedRequest[] =>
  Array.from({ length: count }, (_, index) => ({ requestId: `r${index}`, atEpochMs: NOON_MS, subject }));

async function aTable(limits: readonly object[]): Promise<QuotaTable> {
  const table = new QuotaTable();
  await table.holder(limits).peek({ plan: 'gold', tenant: 'publisher', key: 'k', route: 'x' });
  return table;
}

function trackerOf(table: QuotaTable, store: ItemStore = table.store): UsageTracker {
  const timer = { pause: () => Promise.resolve() };
  return createUsageTracker({ store, clock: table.clock, timer, observe: () => undefined });
}

describe('ids of requests that were charged', () => {
  it('writes what a batch adds, and goes on in a next item', async () => {
    const table = await aTable([LIMIT]);
    const tracker = trackerOf(table);

    await tracker.track(requestsOf(19_999));
    const tracked = await tracker.track(requestsOf(20_005));

    assert.deepEqual(tracked, { charged: 6, seen: 19_999, unchargeable: 0, waiting: [] });
    const parts = [...table.items].filter(([name]) => name.includes('SEEN#')).map(([, item]) => item['n']);
    assert.deepEqual(parts, [4000, 4000, 4000, 4000, 3999, 6]);
    assert.equal(table.ledger()['used'], 20_005);
  });

  // What cannot be read may have been charged: charging it again would be worse than to wait.
  it('charges nothing while they cannot be read', async () => {
    const table = await aTable([LIMIT]);
    const unread: ItemStore = {
      ...table.store,
      read: (key, options) =>
        key.sk.startsWith('SEEN#')
          ? Promise.resolve({ kind: 'unavailable', reason: 'down' })
          : table.store.read(key, options),
    };
    await trackerOf(table).track(requestsOf(3));

    await assert.rejects(trackerOf(table, unread).track(requestsOf(5)), { code: 'STORE_UNAVAILABLE' });

    assert.equal(table.ledger()['used'], 3);
  });

  it('costs about what it adds: ids of many batches are not written again with each', async () => {
    const table = await aTable([LIMIT]);
    let units = 0;
    const counting: ItemStore = {
      ...table.store,
      transact(writes) {
        // As DynamoDB bills a transaction: two units for each begun kilobyte of each member.
        for (const { change } of writes)
          units +=
            2 * Math.ceil((change.kind === 'put' ? JSON.stringify(change.item).length + 60 : 200) / 1024);
        return table.store.transact(writes);
      },
    };
    const tracker = trackerOf(table, counting);
    const all = requestsOf(1000);

    for (let at = 0; at < 1000; at += 10) await tracker.track(all.slice(at, at + 10));

    assert.equal(table.ledger()['used'], 1000);
    assert.ok(units <= 100 * 5, `${units} write units for 100 batches`);
  });
});
