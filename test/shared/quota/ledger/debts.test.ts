/**
 * Debts: units that were lent, or settled above the estimate, although the quota had none left, or without the table
 * being told.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ItemStore } from '#shared/ports.ts';
import { Debts } from '#shared/quota/ledger/debts.ts';
import { GrantIds } from '#shared/quota/ledger/grant.ts';
import type { HolderPorts } from '#shared/quota/holding/holder-ports.ts';
import { closeWrite, ledgerKey, suspendWrite } from '#shared/quota/ledger/ledger.ts';
import type { Admission } from '#shared/quota/quotas.ts';
import { Stock } from '#shared/quota/ledger/stock.ts';
import type { ItemWrite, WriteOutcome } from '#shared/table/item-write.ts';
import { aRequest, NOON_MS, QuotaTable } from '../../../support/quota-table.ts';

const DAILY = { id: 'daily', level: 'key', quota: 100, period: 'DAY' };
const TODAY = { startEpochMs: Date.UTC(2026, 10, 19), endEpochMs: Date.UTC(2026, 10, 20) };
const KEY = ledgerKey({ tenant: 'acme', limit: 'daily', subject: 'key-1' }, TODAY);
const stamped = (): ReturnType<typeof aRequest> => aRequest({ atEpochMs: NOON_MS });

const DONE = { kind: 'done', item: {}, storeEpochMs: undefined } as const;

describe('Debts', () => {
  it('are as many as allowed, and make room 15 minutes after the ends of their periods, not earlier', () => {
    const clock = { nowMs: NOON_MS, nowEpochMs: () => clock.nowMs };
    const debts = new Debts(clock, 2);
    const keyOf = (subject: string) => ledgerKey({ tenant: 'acme', limit: 'daily', subject }, TODAY);
    const first = debts.open(keyOf('a'), NOON_MS);
    debts.open(keyOf('b'), NOON_MS + 1);

    clock.nowMs = NOON_MS + 900_000 - 1;
    assert.equal(debts.open(keyOf('c'), NOON_MS), undefined);
    assert.equal(debts.open(keyOf('a'), NOON_MS), first);
    clock.nowMs += 1;
    assert.deepEqual(debts.open(keyOf('c'), TODAY.endEpochMs), { borrowed: 0, owed: 0 });
    assert.equal(debts.find(keyOf('a')), undefined);
    assert.ok(debts.find(keyOf('b')));
  });
});

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

  it('is requested once if the period was closed: nothing can be charged there', async () => {
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

// A lease that was pushed out may have been lent units, and its successor be paying for them: given back before that is
// through, they would be there twice.
describe('units that were lent and not used, while another lease pays for them', () => {
  const refused = { kind: 'refused', storeEpochMs: undefined } as const;
  const CASES: readonly (readonly [string, WriteOutcome, readonly number[]])[] = [
    ['go back once they have been charged', DONE, [2, -2]],
    ['are netted if there is no ledger yet', { ...refused, item: undefined }, [2]],
    ['are netted if the period was closed', { ...refused, item: { closed: 1 } }, [2]],
  ];
  for (const [name, answer, used] of CASES)
    it(name, async () => {
      const { clock, store } = new QuotaTable();
      const random = { hex: (digits: number) => '1'.repeat(digits), fraction: () => 0.5 };
      const ports: HolderPorts = {
        store,
        clock,
        random,
        timer: { pause: () => Promise.resolve() },
        grantIds: new GrantIds(random, clock),
        debts: new Debts(clock, 10),
        denyCacheMs: 1000,
        freshnessMs: 1000,
        observe: () => undefined,
      };
      const sent: ItemWrite[] = [];
      const paid = Promise.withResolvers<WriteOutcome>();
      const update: ItemStore['update'] = (write) => {
        sent.push(write);
        return sent.length === 1 ? paid.promise : Promise.resolve(DONE);
      };
      const of = { key: KEY, endEpochMs: TODAY.endEpochMs };
      const left = new Stock(of, ports, update);
      left.borrow(2, 3);
      const next = new Stock(of, ports, update);

      const [payment, settlement] = [next.pay(), left.settle(KEY)];
      await turn();
      assert.equal(sent.length, 1);
      paid.resolve(answer);
      await Promise.all([payment, settlement]);

      const added = sent.map(({ change }) => (change.kind === 'update' ? change.add?.['used'] : undefined));
      assert.deepEqual(added, used);
      assert.deepEqual([left.isSettled, left.owed, left.units], [true, 0, 0]);
    });
});
