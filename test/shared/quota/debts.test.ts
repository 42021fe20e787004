/** What was settled above its estimate, and the quota did not have or the table did not hear of. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ItemStore } from '#shared/ports.ts';
import { closeWrite, ledgerKey, suspendWrite } from '#shared/quota/ledger.ts';
import type { Admission } from '#shared/quota/quotas.ts';
import { aRequest, NOON_MS, QuotaTable } from '../../support/quota-table.ts';

const DAILY = { id: 'daily', level: 'key', quota: 100, period: 'DAY' };
const TODAY = { startEpochMs: Date.UTC(2026, 10, 19), endEpochMs: Date.UTC(2026, 10, 20) };
const KEY = ledgerKey({ tenant: 'acme', limit: 'daily', subject: 'key-1' }, TODAY);
const stamped = (): ReturnType<typeof aRequest> => aRequest({ atEpochMs: NOON_MS });

describe('a debt', () => {
  it('is charged although the key has been suspended since', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, lease: false }]);
    const admission = (await quotas.consume({ ...stamped(), cost: 2 })) as Admission;
    table.isDown = true;
    const owed = await admission.settle(4);
    table.isDown = false;
    await table.store.update(suspendWrite(KEY, 1));

    await quotas.flush();

    assert.equal(owed, 2);
    assert.equal(table.ledger()['used'], 4);
  });

  it('is charged although its lease was pushed out while writes were throttled', async () => {
    const table = new QuotaTable();
    let isThrottled = false;
    const store: ItemStore = {
      ...table.store,
      update: (write) =>
        isThrottled
          ? Promise.resolve({ kind: 'rejected', retryable: true, reason: 'throttled' })
          : table.store.update(write),
    };
    const quotas = table.holder([{ ...DAILY, lease: false }], { store, maxLeases: 1 });
    const admission = (await quotas.consume({ ...stamped(), cost: 2 })) as Admission;
    await quotas.consume({ ...stamped(), key: 'another' });
    isThrottled = true;
    const owed = await admission.settle(4);
    await turn();
    isThrottled = false;

    await quotas.flush();

    assert.equal(owed, 2);
    assert.equal(table.ledger()['used'], 4);
  });

  it('is asked for once where the period was closed: nothing can be charged there', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, quota: 3 }]);
    const admission = (await quotas.consume(stamped())) as Admission;
    await admission.settle(5);
    await table.store.update(closeWrite(KEY, 1));
    await quotas.flush();
    const before = table.calls.length;

    await quotas.flush();

    assert.equal(table.calls.length, before);
    assert.equal(table.ledger()['used'], 1);
  });
});
