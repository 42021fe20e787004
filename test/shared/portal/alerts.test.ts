import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claimWrites, listSent } from '#shared/portal/alerts.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import { Portal } from '../../support/a-portal.ts';

describe('the list of sent alerts', () => {
  it('has the newest alerts, wherever the table sorts them', async () => {
    const { ports, nowMs } = new Portal();
    const send = async (limit: string, key: string, atEpochMs: number): Promise<void> => {
      const row = { limit, key, periodStart: '2026-11-01T00:00:00.000Z' } as unknown as UsageRow;
      const { claim, done } = claimWrites('acme', { limit, percent: 50 }, row, atEpochMs);
      for (const write of [claim, done]) assert.equal((await ports.store.update(write)).kind, 'done');
    };
    for (let at = 0; at < 250; at += 1) await send('daily', `k-${at}`, nowMs + at);
    await send('weekly', 'k-1', nowMs + 1_000);

    const sent = await listSent(ports, 'acme');

    assert.deepEqual(
      [sent.length, sent[0]?.limit, sent[1]?.key, sent.at(-1)?.key],
      [50, 'weekly', 'k-249', 'k-201'],
    );
  });
});
