/** Writes that have landed and whose answers are lost, and what is remembered of them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import { LastRefusal } from '#shared/quota/holding/last-refusal.ts';
import { StoreTime } from '#shared/quota/store-time.ts';
import { aRequest, NOON_MS, QuotaTable } from '../../../support/quota-table.ts';

const DAILY = { id: 'daily', level: 'key', quota: 100, period: 'DAY', lease: false };
const stamped = (): ReturnType<typeof aRequest> => aRequest({ atEpochMs: NOON_MS });

describe('a request that was turned away since the table did not answer', () => {
  it('is not charged, although its write has landed', async () => {
    const table = new QuotaTable();
    let isLost = false;
    const store: ItemStore = {
      ...table.store,
      update: async (write) => {
        const outcome = await table.store.update(write);
        return isLost ? { kind: 'unknown', reason: 'lost' } : outcome;
      },
    };
    const quotas = table.holder([DAILY], { store });
    await quotas.consume(stamped());
    isLost = true;
    assert.equal((await quotas.consume({ ...stamped(), cost: 10 })).allowed, false);
    assert.equal(table.ledger()['rem'], 89);
    isLost = false;
    table.nowMs += 2000;

    assert.equal((await quotas.consume(stamped())).allowed, true);
    const { rem, used, out } = table.ledger();
    assert.deepEqual({ rem, used, out }, { rem: 98, used: 2, out: 0 });
  });

  it('may ask again after about a second, whatever the refusals of a quota last', () => {
    const { clock } = new QuotaTable();
    const random = { hex: () => '0', fraction: () => 0.5 };
    const last = new LastRefusal({ clock, random, observe: () => undefined }, 60_000);

    assert.equal(last.refuse('daily', 'unavailable').retryAfterMs, 1000);
    assert.equal(last.refuse('daily', 'quota-exceeded').retryAfterMs, undefined);
  });
});

describe('a clock that is wrong', () => {
  it('is reported when it is found, and not with each further second of difference', async () => {
    const table = new QuotaTable();
    let aheadMs = 3_600_000;
    const messages: unknown[] = [];
    const time = new StoreTime(table.clock, (event) =>
      messages.push(event.kind === 'clock-off' ? event.byMs : event),
    );
    const store = time.watch({
      ...table.store,
      read: () => Promise.resolve({ kind: 'done', item: undefined, storeEpochMs: NOON_MS + aheadMs }),
    });
    const key = { pk: 'a', sk: 'b' };
    await store.read(key);
    aheadMs += 1000;
    await store.read(key);

    const call = { kind: 'store', purpose: 'read', outcome: 'done', elapsedMs: 0 };
    assert.deepEqual(messages, [call, -3_600_000, call]);
    assert.equal(time.nowEpochMs(), NOON_MS + 3_601_000);
  });
});
