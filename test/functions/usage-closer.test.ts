import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeAllOver } from '#shared/quota/admin/close-over.ts';
import { listRecords } from '#shared/quota/admin/list-usage.ts';
import { AdministeredTable, codeOf, memoryAdminPorts } from '../support/quota-admin.ts';
import { NOON_MS } from '../support/quota-table.ts';

const DAY_MS = 86_400_000;

describe('usage-closer', () => {
  it('closes all pages of what is over, and tells where its time has not sufficed', async () => {
    let nowMs = NOON_MS;
    const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => nowMs });
    const moveTo = (epochMs: number): void => void (nowMs = epochMs);
    const at = new AdministeredTable({ ports, moveTo, close: () => Promise.resolve() });
    const { tenant, plan } = await at.aTenant();
    const quotas = at.aHolder(() => NOON_MS);
    for (let key = 0; key < 120; key += 1)
      await quotas.consume({ plan, tenant, key: `k-${key}`, atEpochMs: NOON_MS });
    const close = (withinMs: number) => closeAllOver(ports, 'usage-closer', NOON_MS + 2 * DAY_MS, withinMs);

    assert.equal(await codeOf(close(-1)), 'STORE_UNAVAILABLE');
    const { closed, running } = await close(60_000);

    assert.deepEqual([closed > 0, running], [true, 0]);
    const all = { tenant, fromEpochMs: undefined, toEpochMs: undefined, cursor: undefined, limit: 1000 };
    assert.ok((await listRecords(ports, all)).rows.length > 0);
    assert.deepEqual(await close(60_000), { closed: 0, recorded: 0, running: 0 });
  });
});
