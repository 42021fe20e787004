import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import { closeAllOver } from '#shared/quota/admin/close-all.ts';
import { listRecords } from '#shared/quota/admin/list-usage.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import type { Item } from '#shared/table/item-write.ts';
import { AdministeredTable, codeOf, memoryAdminPorts } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const DAY_MS = 86_400_000;
const KEYS = 220;
const OVER_MS = NOON_MS + 2 * DAY_MS;

/** A table on which keys have used up something two days ago. */
async function aUsedTable() {
  let nowMs = NOON_MS;
  const items = new Map<string, Item>();
  const ports = memoryAdminPorts(items, { nowEpochMs: () => nowMs });
  const moveTo = (epochMs: number): void => void (nowMs = epochMs);
  const at = new AdministeredTable({ ports, moveTo, close: () => Promise.resolve() });
  const { tenant, plan } = await at.aTenant();
  const quotas = at.aHolder(() => NOON_MS);
  for (let key = 0; key < KEYS; key += 1)
    await quotas.consume({ plan, tenant, key: `k-${key}`, atEpochMs: NOON_MS });
  const recordsOf = async (): Promise<readonly string[]> => {
    const all = { tenant, fromEpochMs: undefined, toEpochMs: undefined, limit: 1000 };
    const ids: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listRecords(ports, { ...all, cursor });
      ids.push(...page.rows.map(({ recordId }) => recordId));
      if (page.next === undefined) return ids;
      cursor = page.next;
    }
  };
  return { ports, recordsOf };
}

const close = (ports: AdminPorts, atEpochMs = OVER_MS, withinMs = 60_000) =>
  closeAllOver(ports, 'usage-closer', atEpochMs, withinMs);

/** The same ports with a store that does something else now and then. */
const withStore = (ports: AdminPorts, change: (store: ItemStore) => Partial<ItemStore>): AdminPorts => ({
  ...ports,
  store: { ...ports.store, ...change(ports.store) },
});

describe('closing all periods that have ended', () => {
  it('continues where the previous invocation ran out of time, and records each period once', async () => {
    const { ports, recordsOf } = await aUsedTable();
    const parts: Awaited<ReturnType<typeof close>>[] = [];
    do parts.push(await close(ports, OVER_MS, -1));
    while (parts.at(-1)?.isWhole === false);

    assert.ok(parts.length > 3, `${parts.length} invocations of one page each`);
    assert.ok(parts.every(({ closed }) => closed < KEYS));
    const ids = await recordsOf();
    assert.equal(
      parts.reduce((sum, { closed }) => sum + closed, 0),
      ids.length,
    );
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length >= KEYS);
  });

  it('loses nothing and records nothing twice, whichever write it is ended at', async () => {
    const { ports, recordsOf } = await aUsedTable();
    let writes = 0;
    let lasts = 7;
    const mortal = withStore(ports, (store) => {
      const orEnd = <Outcome>(write: () => Promise<Outcome>): Promise<Outcome> =>
        (writes += 1) % lasts === 0 ? Promise.reject(new Error('ended')) : write();
      return {
        update: (write) => orEnd(() => store.update(write)),
        transact: (members) => orEnd(() => store.transact(members)),
      };
    });
    let isWhole = false;
    for (let invocation = 0; !isWhole && invocation < 500; invocation += 1) {
      lasts += 13;
      isWhole = await close(mortal).then(
        (part) => part.isWhole,
        () => false,
      );
    }

    assert.equal(isWhole, true);
    const ids = await recordsOf();
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length >= KEYS);
  });

  it('is one round a day, however often it is requested', async () => {
    const { ports } = await aUsedTable();
    const HOUR_MS = DAY_MS / 24;
    assert.ok((await close(ports)).closed > 0);

    assert.deepEqual(await close(ports, OVER_MS + 22 * HOUR_MS), {
      closed: 0,
      recorded: 0,
      running: 0,
      isWhole: true,
    });
    const readsAt = async (epochMs: number): Promise<number> => {
      const reads: unknown[] = [];
      const counted = withStore(ports, (store) => ({
        read: (...of) => (reads.push(of), store.read(...of)),
      }));
      await close(counted, epochMs);
      return reads.length;
    };
    assert.equal(await readsAt(OVER_MS + 22 * HOUR_MS), 1);
    assert.ok((await readsAt(OVER_MS + 23 * HOUR_MS)) > KEYS);
  });

  it('skips the rest if another invocation is at it', async () => {
    const { ports } = await aUsedTable();
    await close(ports, OVER_MS, -1);
    let other: ReturnType<typeof close> | undefined;
    const crossed = withStore(ports, (store) => ({
      // The other one is through before this one has written down its first page.
      update: async (write) => {
        if (write.key.sk === 'ROUND') await (other ??= close(ports));
        return await store.update(write);
      },
    }));

    const part = await close(crossed);

    assert.equal(part.isWhole, false);
    assert.equal((await other)?.isWhole, true);
    assert.equal((await close(ports)).isWhole, true);
  });

  it('fails, so that the alarm rings, if a round takes more than two weeks', async () => {
    const { ports } = await aUsedTable();
    await close(ports, OVER_MS, -1);

    assert.equal((await close(ports, OVER_MS + 14 * DAY_MS, -1)).isWhole, false);
    assert.equal(await codeOf(close(ports, OVER_MS + 15 * DAY_MS, -1)), 'STORE_UNAVAILABLE');
  });

  it('fails if it is unknown whether the table has stored its position', async () => {
    const { ports } = await aUsedTable();
    const silent = withStore(ports, (store) => ({
      update: (write) =>
        write.key.sk === 'ROUND' ? Promise.resolve({ kind: 'unknown', reason: 'lost' }) : store.update(write),
    }));

    assert.equal(await codeOf(close(silent)), 'STORE_UNAVAILABLE');
  });
});
