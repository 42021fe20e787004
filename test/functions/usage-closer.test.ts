import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeAllOver } from '#shared/quota/admin/close-all.ts';
import { listRecords } from '#shared/quota/admin/list-usage.ts';
import { AdministeredTable, memoryAdminPorts } from '../support/quota-admin.ts';
import { NOON_MS } from '../support/quota-table.ts';

const DAY_MS = 86_400_000;

describe('usage-closer', () => {
  it('closes the periods that have ended in one round, and then has nothing left to do that day', async () => {
    let nowMs = NOON_MS;
    const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => nowMs });
    const moveTo = (epochMs: number): void => void (nowMs = epochMs);
    const at = new AdministeredTable({ ports, moveTo, close: () => Promise.resolve() });
    const { tenant, plan } = await at.aTenant();
    await at.aHolder(() => NOON_MS).consume({ plan, tenant, key: 'k-1', atEpochMs: NOON_MS });
    const close = () => closeAllOver(ports, 'usage-closer', NOON_MS + 2 * DAY_MS, 60_000);

    assert.deepEqual(await close(), { closed: 1, recorded: 1, running: 0, isWhole: true });
    const all = { tenant, fromEpochMs: undefined, toEpochMs: undefined, cursor: undefined, limit: 1000 };
    assert.equal((await listRecords(ports, all)).rows.length, 1);
    assert.deepEqual(await close(), { closed: 0, recorded: 0, running: 0, isWhole: true });
  });
});
