/** What administrators list and export, over any store. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { listAudit } from '#shared/quota/admin/audit.ts';
import { setLimit, topUp } from '#shared/quota/admin/limits.ts';
import { listRecords, listCurrentUsage, listUsage } from '#shared/quota/admin/list-usage.ts';
import type { Page } from '#shared/quota/admin/list-usage.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { listPlans } from '#shared/quota/admin/plans.ts';
import { AdministeredTable, codeOf, DAILY, ofKey, requested } from '../../../support/quota-admin.ts';
import type { OpenAdmin } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const DAY_MS = 86_400_000;

export function describeQuotaLists(name: string, open: OpenAdmin): void {
  describe(`lists for administrators ${name}`, () => {
    let ports: AdminPorts;
    let at: AdministeredTable;
    let close: () => Promise<void>;
    before(async () => {
      const opened = await open();
      ({ ports, close } = opened);
      at = new AdministeredTable(opened);
    });
    beforeEach(() => at.moveTo(NOON_MS));
    after(() => close());

    it('lists every row once, page by page, and only the rows of the tenant', async () => {
      const { tenant, plan } = await at.aTenant([
        DAILY,
        { ...DAILY, id: 'hourly', period: { everySeconds: 3600 } },
      ]);
      const quotas = at.aHolder(() => NOON_MS);
      const keys = Array.from({ length: 20 }, (_, index) => `key/${index}#${index % 7}`);
      // Within the quarter of an hour for which an earlier stamp is believed.
      for (const key of keys.slice(0, 3))
        await quotas.consume({ plan, tenant, key, atEpochMs: NOON_MS - 1000 });
      for (const key of keys) await quotas.consume({ plan, tenant, key, atEpochMs: NOON_MS });
      await at.spend((await at.aTenant()).tenant, 1);

      const kept = { tenant, fromEpochMs: undefined, toEpochMs: undefined };
      const rows = await readAll(async (cursor) => {
        const page = await listUsage(ports, { ...kept, cursor, limit: 7 });
        assert.ok(page.rows.length <= 7);
        return page;
      });
      const ids = rows.map(({ key, limit, periodStart }) => `${String(key)} ${limit} ${periodStart}`);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(ids.length, 2 * keys.length + 3);
      assert.deepEqual(new Set(rows.map((row) => row.key)), new Set(keys));
      assert.ok(rows.every((row) => row.tenant === tenant));

      const noon = { tenant, fromEpochMs: NOON_MS, toEpochMs: NOON_MS + 1, limit: 1000 };
      const hourly = await readAll((cursor) => listUsage(ports, { ...noon, cursor }));
      assert.deepEqual([hourly.length, hourly[0]?.limit], [keys.length, 'hourly']);
      const standing = await readAll((cursor) =>
        listCurrentUsage(ports, { tenant, cursor, atEpochMs: NOON_MS }),
      );
      assert.equal(standing.length, 2 * keys.length);
    });

    it('continues only with the cursor of the same question', async () => {
      const [first, second] = [await at.aTenant(), await at.aTenant()];
      const quotas = at.aHolder(() => NOON_MS);
      for (const key of ['k-1', 'k-2'])
        await quotas.consume({ plan: first.plan, tenant: first.tenant, key, atEpochMs: NOON_MS });
      const all = { fromEpochMs: undefined, toEpochMs: undefined, limit: 1 };
      const { next } = await listUsage(ports, { ...all, tenant: first.tenant, cursor: undefined });

      const ask = (cursor: string | undefined): Promise<string> =>
        codeOf(listUsage(ports, { ...all, tenant: second.tenant, cursor }));
      assert.ok(next !== undefined);
      assert.equal(await ask(next), 'REQUEST_INVALID');
      assert.equal(await ask('nonsense'), 'REQUEST_INVALID');
      const records = { ...all, tenant: first.tenant, cursor: next };
      assert.equal(await codeOf(listRecords(ports, records)), 'REQUEST_INVALID');
    });

    // Sorts before, between and after those that are there already.
    for (const name of ['a', 'k-15', 'z'])
      it(`counts every unit once while a key ${name} comes between two pages`, async () => {
        const { tenant, plan } = await at.aTenant();
        const days = [0, 1, 2].map((day) => NOON_MS + day * DAY_MS);
        for (const dayMs of days) {
          at.moveTo(dayMs);
          for (const key of ['k-1', 'k-2', 'k-3'])
            await at.aHolder(() => dayMs).consume({ plan, tenant, key, atEpochMs: dayMs });
        }
        const last = NOON_MS + 2 * DAY_MS;
        let pages = 0;

        const rows = await readAll(async (cursor) => {
          pages += 1;
          const page = await listUsage(ports, {
            tenant,
            fromEpochMs: undefined,
            toEpochMs: undefined,
            limit: 2,
            cursor,
          });
          const key = `${name}-${pages}`;
          await at.aHolder(() => last).consume({ plan, tenant, key, atEpochMs: last });
          return pages > 50 ? { rows: page.rows } : page;
        });
        const old = rows.filter(({ key }) => ['k-1', 'k-2', 'k-3'].includes(key ?? ''));
        assert.equal(
          old.reduce((sum, { used }) => sum + used, 0),
          9,
        );
        assert.equal(old.length, 9);
      });

    it('finds every plan of more than a page', async () => {
      const saved = await Promise.all(Array.from({ length: 30 }, () => at.aTenant()));

      const plans = await readAll(async (cursor) => {
        const { plans: rows, ...page } = await listPlans(ports, cursor);
        return { rows, ...page };
      });
      const found = plans.map(({ id }) => String(id));
      assert.deepEqual(
        saved.filter(({ plan }) => !found.includes(plan)),
        [],
      );
      assert.equal(new Set(found).size, found.length);
    });

    it('writes down who changed what, when, from what to what', async () => {
      const { tenant } = await at.aTenant();
      const atEpochMs = NOON_MS + 30 * DAY_MS;
      await topUp(ports, requested('first', atEpochMs), ofKey(tenant), 5);
      await setLimit(ports, requested('second', atEpochMs + 1), ofKey(tenant), 50);

      const { entries } = await listAudit(ports, atEpochMs, undefined);
      const [newest, before] = entries.filter(({ target }) => target['tenant'] === tenant);
      assert.deepEqual(
        [newest?.kind, newest?.by, newest?.at, newest?.input],
        ['set-limit', requested('x').by, new Date(atEpochMs + 1).toISOString(), { limit: 50 }],
      );
      assert.deepEqual(
        [before?.before['credits'], before?.after['credits'], newest?.after['credits']],
        [100, 105, 55],
      );
    });
  });
}

async function readAll<Row>(
  read: (cursor: string | undefined) => Promise<Page<Row>>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await read(cursor);
    rows.push(...page.rows);
    if (page.next === undefined) return rows;
    cursor = page.next;
  }
}
