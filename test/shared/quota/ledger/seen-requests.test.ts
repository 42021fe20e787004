import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import type { TrackedRequest } from '#shared/quota/usage/access-log-line.ts';
import { FullParts, readSeen, seenWrite, spanOf } from '#shared/quota/ledger/seen-requests.ts';
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
  it('writes what a batch adds, and continues in the next item', async () => {
    const table = await aTable([LIMIT]);
    const tracker = trackerOf(table);

    await tracker.track(requestsOf(19_999));
    const tracked = await tracker.track(requestsOf(20_005));

    assert.deepEqual(tracked, { charged: 6, seen: 19_999, unchargeable: 0, waiting: [] });
    const parts = [...table.items].filter(([name]) => name.includes('SEEN#')).map(([, item]) => item['n']);
    assert.deepEqual(parts, [4000, 4000, 4000, 4000, 3999, 6]);
    assert.equal(table.ledger()['used'], 20_005);
  });

  // What cannot be read may have been charged: charging it again would be worse than waiting.
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

  it('are read up to the last part, which is never too full, and no further', async () => {
    const read: number[] = [];
    const full = { marks: 'a'.repeat(12 * 70), n: 70 };
    const store: ItemStore = {
      ...new QuotaTable().store,
      read: async ({ sk }) => {
        read.push(Number(sk.split('#').at(-1)));
        return { kind: 'done', item: full, storeEpochMs: undefined };
      },
    };

    const seen = await readSeen('pk', 1, store);

    assert.ok(seen.kind === 'read');
    assert.equal(seen.last.key.sk, 'SEEN#1#999');
    assert.deepEqual(
      read,
      Array.from({ length: 1000 }, (_, part) => part),
    );
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

describe('the ids of a span', () => {
  it('are the ids of ten seconds', () => {
    assert.deepEqual([0, 9999, 10_000, 25_000].map(spanOf), [0, 0, 1, 2]);
  });

  it('are written if the part has not changed since it was read, and are kept for 15 days', async () => {
    const table = new QuotaTable();
    const first = await readSeen('L', 7, table.store);
    assert.ok(first.kind === 'read');
    assert.deepEqual(
      [first.last, first.room],
      [{ key: { pk: 'L', sk: 'SEEN#7#0' }, marks: '', count: 0 }, 4000],
    );
    const write = seenWrite(first.last, ['a', 'b'], NOON_MS);
    assert.equal((await table.store.update(write)).kind, 'done');
    assert.equal((await table.store.update(write)).kind, 'refused');
    const [[, item] = []] = [...table.items];
    assert.deepEqual([item?.['n'], item?.['expiresAt']], [2, NOON_MS / 1000 + 15 * 86_400]);

    const second = await readSeen('L', 7, table.store);
    assert.ok(second.kind === 'read');
    assert.deepEqual([second.last.count, second.room], [2, 68]);
    assert.deepEqual(['a', 'b', 'c'].map(second.isSeen), [true, true, false]);
  });

  it('are cached for full parts, up to four million characters', () => {
    const full = new FullParts();
    const key = (sk: string) => ({ pk: 'L', sk });
    full.keep(key('1'), 'x'.repeat(3_999_999));
    full.keep(key('2'), 'y');
    assert.deepEqual([full.find(key('1'))?.length, full.find(key('2'))], [3_999_999, 'y']);
    full.keep(key('3'), 'z');
    assert.deepEqual(
      ['1', '2', '3'].map((sk) => full.find(key(sk))),
      [undefined, undefined, 'z'],
    );
  });
});
