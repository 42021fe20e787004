/** Limits that go on under another name, and heads that know less than today's. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import { headKey } from '#shared/quota/ledger/ledger.ts';
import { openPeriod } from '#shared/quota/ledger/open-period.ts';
import type { Opened } from '#shared/quota/ledger/open-period.ts';
import { periodAt } from '#shared/quota/ledger/period.ts';
import { savePlanWrite } from '#shared/quota/plan/plan-book.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import { NOON_MS, QuotaTable } from '../../../support/quota-table.ts';

const DAY = periodAt({ length: 'DAY', timeZone: 'UTC', anchorDay: 1, anchorMinutes: 0 }, NOON_MS);
const idOf = (limit: string) => ({ tenant: 't', limit, subject: 'k' });

/** First contact of a subject with a version of its plan, whose only limit has that name. */
async function open(table: QuotaTable, version: number, name: string, store = table.store): Promise<Opened> {
  const plan = parsePlan({
    id: 'p',
    version,
    limits: [{ id: name, level: 'key', quota: 5, period: 'DAY' }],
  });
  await table.store.update(savePlanWrite(plan, version === 1 ? undefined : version - 1));
  const [limit] = plan.limits;
  assert.ok(limit?.kind === 'quota');
  return openPeriod({ id: idOf(name), period: DAY, limit, plan, nowEpochMs: NOON_MS }, store);
}

describe('openPeriod, of a limit that had another name', () => {
  it('goes on with the ledgers of the first name, however often it has changed', async () => {
    const table = new QuotaTable();
    await open(table, 1, 'daily');

    assert.deepEqual(await open(table, 2, 'each-day'), { kind: 'renamed', id: idOf('daily') });
    assert.deepEqual(await open(table, 3, 'per-day'), { kind: 'renamed', id: idOf('daily') });
  });

  it('writes no name down while it cannot be read what the one before stands for', async () => {
    const table = new QuotaTable();
    await open(table, 1, 'daily');
    const before = table.items.size;
    const unread: ItemStore = {
      ...table.store,
      read: (key, options) =>
        key.pk === headKey(idOf('daily')).pk
          ? Promise.resolve({ kind: 'unavailable', reason: 'down' })
          : table.store.read(key, options),
    };

    assert.deepEqual(await open(table, 2, 'each-day', unread), { kind: 'unavailable' });
    assert.equal(table.items.size, before);
  });
});

describe('openPeriod, at a head without a rule', () => {
  it('opens nothing again for a period whose ledger was removed', async () => {
    const table = new QuotaTable();
    const { pk, sk } = headKey(idOf('daily'));
    table.items.set(`${pk}\n${sk}`, { cur: new Date(DAY.startEpochMs).toISOString() });

    assert.deepEqual(await open(table, 1, 'daily'), { kind: 'gone' });
  });
});
