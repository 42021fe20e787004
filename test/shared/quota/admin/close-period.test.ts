import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closePeriod } from '#shared/quota/admin/close-period.ts';
import {
  AdministeredTable,
  codeOf,
  memoryAdminPorts,
  ofKey,
  requested,
} from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const OPENS_MS = Date.UTC(2026, 10, 20, 0, 15);

describe('closing a period', () => {
  it('is refused until 15 minutes after its end, and done from that instant on', async () => {
    let nowMs = NOON_MS;
    const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => nowMs });
    const at = new AdministeredTable({
      ports,
      moveTo: (epochMs) => void (nowMs = epochMs),
      close: () => Promise.resolve(),
    });
    const { tenant } = await at.aTenant();
    await at.spend(tenant, 3);
    const question = { ...ofKey(tenant), periodEpochMs: NOON_MS };

    assert.equal(await codeOf(closePeriod(ports, requested('a', OPENS_MS - 1), question)), 'PERIOD_RUNNING');
    assert.equal((await closePeriod(ports, requested('b', OPENS_MS), question)).record.used, 3);
  });

  it('is refused for a period that was never opened', async () => {
    const ports = memoryAdminPorts();
    const at = new AdministeredTable({ ports, moveTo: () => undefined, close: () => Promise.resolve() });
    const { tenant } = await at.aTenant();
    const question = { ...ofKey(tenant), periodEpochMs: NOON_MS };

    assert.equal(await codeOf(closePeriod(ports, requested('a', OPENS_MS), question)), 'PERIOD_UNKNOWN');
  });
});
