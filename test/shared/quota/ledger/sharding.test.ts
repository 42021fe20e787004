import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import { Debts } from '#shared/quota/ledger/debts.ts';
import { GrantIds } from '#shared/quota/ledger/grant.ts';
import { directCharge } from '#shared/quota/holding/lease-size.ts';
import { headKey, ledgerKey } from '#shared/quota/ledger/ledger.ts';
import type { QuotaLimit } from '#shared/quota/plan/plan.ts';
import type { Rejection } from '#shared/quota/quotas.ts';
import { Sharding } from '#shared/quota/ledger/sharding.ts';
import { accountKey } from '#shared/quota/ledger/shards.ts';
import type { Account } from '#shared/quota/ledger/shards.ts';
import type { Item, ItemKey, ItemWrite } from '#shared/table/item-write.ts';
import { aRequest, QuotaTable } from '../../../support/quota-table.ts';

const DAILY = { id: 'daily', level: 'key', quota: 1000, period: 'DAY', wasteBudget: 0.2 };

const itemsOf = (table: QuotaTable, pattern: RegExp): readonly Item[] =>
  [...table.items].filter(([name]) => pattern.test(name)).map(([, item]) => item);
const headOf = (table: QuotaTable): Item => itemsOf(table, /\nHEAD$/)[0] ?? {};
const itemOf = (table: QuotaTable, pattern: RegExp): readonly [string, Item] =>
  [...table.items].find(([name]) => pattern.test(name)) ?? ['', {}];
const usedOf = (table: QuotaTable): number =>
  itemsOf(table, /\nP#/).reduce((sum, item) => sum + Number(item['used']), 0);
const shardsOf = (table: QuotaTable): readonly Item[] => itemsOf(table, /#S\d+\nP#/);

describe('a quota without shards', () => {
  it('writes no trace of shards', async () => {
    const table = new QuotaTable();
    const written: ItemWrite[] = [];
    const { store } = table;
    const watched: ItemStore = {
      ...store,
      update: (write) => (written.push(write), store.update(write)),
      transact: (writes) => (written.push(...writes), store.transact(writes)),
    };

    await table.spend(table.holder([DAILY], { store: watched }), 300);

    assert.deepEqual([...new Set(written.map(({ purpose }) => purpose))].sort(), ['grant', 'open', 'plan']);
    const text = JSON.stringify(written.filter(({ purpose }) => purpose !== 'plan'));
    assert.ok(!/"(mov|sh)"|#S\d/.test(text), text);
    assert.equal(table.calls.filter((call) => call === 'read').length, 3);
  });
});

describe('a quota with shards', () => {
  it('is granted from the shards, every unit once, until all of them and the root are empty', async () => {
    const table = new QuotaTable();
    const holders = Array.from({ length: 6 }, (_, index) =>
      table.holder([{ ...DAILY, shards: 4 }], {
        random: { hex: (digits) => String(index).repeat(digits), fraction: () => 0.5 },
      }),
    );

    let admitted = 0;
    for (let round = 0; round < 20; round += 1)
      for (const holder of holders) admitted += await table.spend(holder, 10);
    for (const holder of holders) admitted += await table.spend(holder, 1000);

    assert.equal(admitted, 1000);
    assert.equal(headOf(table)['sh'], 4);
    assert.ok(shardsOf(table).length > 1);
    assert.equal(table.ledger()['rem'], 0);
  });

  it('gets more shards when writes are throttled, and not before', async () => {
    const table = new QuotaTable();
    const { store } = table;
    let throttled = 0;
    const busy: ItemStore = {
      ...store,
      update: (write) => {
        if (write.purpose !== 'grant' || throttled <= 0) return store.update(write);
        throttled -= 1;
        return Promise.resolve({ kind: 'rejected', retryable: true, reason: 'ThrottlingException' });
      },
    };
    const quotas = table.holder([{ ...DAILY, shards: 'auto' }], { store: busy, freshnessMs: 60_000 });

    await table.spend(quotas, 50);
    const calm = headOf(table)['sh'];
    const counts: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      throttled = 1;
      await table.spend(quotas, 100);
      table.nowMs += 2000;
      await table.spend(quotas, 50);
      counts.push(headOf(table)['sh']);
    }

    assert.equal(calm, undefined);
    assert.deepEqual(counts, [2, 4, 8]);
    assert.equal((await quotas.peek(aRequest({ atEpochMs: table.nowMs })))[0]?.limit, 1000);
  });

  it('continues with its shards when the plan no longer mentions them', async () => {
    const table = new QuotaTable();
    const first = table.holder([{ ...DAILY, shards: 2 }]);
    await table.spend(first, 100);
    await first.flush();
    const second = table.holder([], { plans: [{ id: 'gold', version: 2, limits: [DAILY] }] });

    assert.equal(await table.spend(second, 2000), 900);
  });

  it('keeps to one item in a period that was opened without', async () => {
    const table = new QuotaTable();
    await table.spend(table.holder([DAILY]), 100);
    const second = table.holder([], {
      plans: [{ id: 'gold', version: 2, limits: [{ ...DAILY, shards: 2 }] }],
    });

    await table.spend(second, 100);

    assert.equal(headOf(table)['sh'], undefined);
    assert.deepEqual(shardsOf(table), []);
  });

  it('charges what is settled above the estimate to the root, which the shards make up for', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, shards: 2 }], { freshnessMs: 1000 });
    await table.spend(quotas, 10);
    const decision = await quotas.consume(aRequest({ atEpochMs: table.nowMs }));
    assert.ok(decision.allowed);

    const owed = await decision.settle(2000);
    table.nowMs += 2000;
    await quotas.flush();
    table.nowMs += 2000;
    const after = await table.spend(quotas, 100);

    assert.ok(owed > 0);
    assert.equal(after, 0);
    const left = [table.ledger(), ...shardsOf(table)].map((item) => Number(item['rem']));
    assert.ok(left.reduce((sum, units) => sum + units, 0) < 0, String(left));
  });

  it('still owes what could not be written to the table', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, shards: 2 }]);
    await table.spend(quotas, 1);
    const decision = await quotas.consume(aRequest({ atEpochMs: table.nowMs }));
    assert.ok(decision.allowed);
    await decision.settle(21);

    table.isDown = true;
    await quotas.flush();
    table.isDown = false;
    await quotas.flush();

    assert.equal(usedOf(table), 22);
  });

  it('is used up to the last unit by a process whose own shard is empty, and then has no quota left', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...DAILY, shards: 2 }], {
      random: { hex: (digits) => '0'.repeat(digits), fraction: () => 0.5 },
    });
    await table.spend(quotas, 300);
    await quotas.flush();
    const [root, own] = [itemOf(table, /key-1\nP#/), itemOf(table, /#S0\nP#/)];
    // Others took what was there, and left three units in the other shard.
    table.items.set(root[0], { ...root[1], rem: 0, mov: 700 });
    table.items.set(own[0], { ...own[1], rem: 5 });
    table.items.set(own[0].replace('#S0', '#S1'), { ...own[1], rem: 3 });

    const admitted = await table.spend(quotas, 1000);
    const refusal = (await quotas.consume(aRequest({ atEpochMs: table.nowMs }))) as Rejection;

    assert.equal(admitted, 8);
    assert.equal(refusal.reason, 'quota-exceeded');
  });

  it('is charged in the ledger of the new period when its plan has another', async () => {
    const table = new QuotaTable();
    const limit = { ...DAILY, shards: 2 };
    const [old, next] = [1, 2].map((version) =>
      table.holder([], {
        plans: [{ id: 'gold', version, limits: [version === 1 ? limit : { ...limit, period: 'MONTH' }] }],
      }),
    );
    assert.ok(old !== undefined && next !== undefined);
    await table.spend(old, 10);
    await table.spend(next, 1);
    table.nowMs += 61_000;

    assert.equal(await table.spend(old, 20), 20);
    for (const quotas of [old, next]) await quotas.flush();
    const after = itemsOf(table, /\nP#(?!2026-11-19T00:00:00\.000Z)/);
    assert.equal(
      after.reduce((sum, item) => sum + Number(item['used']), 0),
      21,
    );
  });
});

const ID = { tenant: 'acme', limit: 'daily', subject: 'key-1' };
const TODAY = { startEpochMs: Date.UTC(2026, 10, 19), endEpochMs: Date.UTC(2026, 10, 20) };

/** A process whose home is the first shard, on a ledger as it says; the number of a shard is its place in `shards`. */
class Sharded {
  readonly table = new QuotaTable();
  readonly process: Sharding;
  pauses = 0;
  constructor(root: Item | undefined, shards: readonly number[], shardSetting?: QuotaLimit['shards']) {
    const { store, clock } = this.table;
    const random = { hex: (digits: number) => '0'.repeat(digits), fraction: () => 0.5 };
    const at = {
      store,
      clock,
      random,
      timer: {
        pause: () => {
          this.pauses += 1;
          return Promise.resolve();
        },
      },
      grantIds: new GrantIds(random, clock),
      debts: new Debts(clock, 10),
      denyCacheMs: 1000,
      freshnessMs: 60_000,
      observe: () => undefined,
    };
    this.#put(headKey(ID), { cur: '2026-11-19', ...(shards.length > 1 && { sh: shards.length }) });
    if (root !== undefined) this.#put(ledgerKey(ID, TODAY), { mov: 0, b: 100, ...root });
    for (const [shard, rem] of shards.entries())
      if (rem >= 0) this.#put(accountKey(ID, TODAY, shard), { rem, out: 0, used: 0, cred: rem, b: 10 });
    this.process = new Sharding(ID, TODAY, shardSetting, at);
  }

  #put({ pk, sk }: ItemKey, item: Item): void {
    this.table.items.set(`${pk}\n${sk}`, item);
  }

  item(account: Account): Item | undefined {
    const { pk, sk } = accountKey(ID, TODAY, account);
    return this.table.items.get(`${pk}\n${sk}`);
  }

  /** Provides units as a holder does whose grant of `need` was refused by its shard. */
  async provide(need: number): Promise<string> {
    await this.process.refresh(0);
    const own = this.item(0);
    return this.process.provide(directCharge(need), own && this.process.view(own, this.process.key));
  }

  remaining(): readonly unknown[] {
    return shardsOf(this.table).map((item) => item['rem']);
  }
}

describe('one process on a ledger with shards', () => {
  const halts: readonly (readonly [string, Item, string])[] = [
    ['suspended', { susp: 1 }, 'suspended'],
    ['closed', { closed: 1 }, 'quota-exceeded'],
  ];
  for (const [name, mark, expected] of halts)
    it(`gets nothing of a ledger that is ${name}, whatever its shard still has`, async () => {
      const sharded = new Sharded({ rem: 50, ...mark }, [50, 50]);
      assert.equal(await sharded.provide(1), expected);
      assert.deepEqual(sharded.remaining(), [50, 50]);
    });

  it('fills a missing shard with all that a request needs, although its share is smaller', async () => {
    const sharded = new Sharded({ rem: 6 }, [-1, 0, 0, 0]);
    assert.equal(await sharded.provide(5), 'again');
    assert.deepEqual([sharded.item(0)?.['rem'], sharded.item('root')?.['rem']], [5, 1]);
  });

  it('is told that a smaller grant is possible, and moves nothing, if its shard has the units by now', async () => {
    const sharded = new Sharded({ rem: 50 }, [5, 5]);
    assert.equal(await sharded.provide(5), 'smaller');
    assert.deepEqual(sharded.remaining(), [5, 5]);
    assert.equal(await sharded.provide(6), 'again');
  });

  for (const retryable of [true, false])
    it(`${retryable ? 'pauses' : 'does not pause'} after a move that ${retryable ? 'was throttled' : 'can never be made'}`, async () => {
      const sharded = new Sharded({ rem: 6 }, [0, 0]);
      sharded.table.store.transact = () =>
        Promise.resolve({ kind: 'rejected', retryable, reason: 'of the table' });
      await sharded.provide(5);
      assert.equal(sharded.pauses > 0, retryable);
    });

  it('goes to the shard that has enough', async () => {
    const sharded = new Sharded({ rem: 0 }, [1, 0, 2, 3]);
    assert.equal(await sharded.provide(3), 'again');
    assert.deepEqual(sharded.process.key, accountKey(ID, TODAY, 3));
    assert.deepEqual(sharded.remaining(), [1, 0, 2, 3]);
  });

  it('gathers what is scattered, no more than it needs, and sends nothing of empty shards', async () => {
    const sharded = new Sharded({ rem: 0 }, [1, 0, 2, 3]);
    assert.equal(await sharded.provide(5), 'again');
    assert.deepEqual(sharded.remaining(), [5, 0, 0, 1]);
    assert.equal(sharded.table.countOf('open'), 2);
  });

  it('is refused if all of them together have less, and knows how much that is', async () => {
    const sharded = new Sharded({ rem: 0 }, [1, 0, 2, 3]);
    assert.equal(await sharded.provide(7), 'quota-exceeded');
    assert.equal(sharded.process.left, 6);
  });

  it('looks at head and root, and does no more if nothing is short, requested or replaced', async () => {
    const sharded = new Sharded({ rem: 100 }, [20, 20]);
    assert.equal(await sharded.process.refresh(0), true);
    assert.equal(sharded.process.isReplaced, false);
    assert.deepEqual(sharded.table.calls, ['read', 'read']);
    assert.equal(await new Sharded(undefined, []).process.refresh(0), true);
  });

  it('creates no shards for a ledger whose plan no longer asks for them', async () => {
    const sharded = new Sharded({ rem: 100 }, [100]);
    await sharded.process.refresh(0);
    assert.deepEqual(sharded.table.calls, ['read', 'read']);
  });

  it('recognizes a ledger that another period has replaced', async () => {
    const sharded = new Sharded({ rem: 100, nxt: 1, closed: 1 }, [20, 20]);
    await sharded.process.refresh(0);
    assert.equal(sharded.process.isReplaced, true);
  });
});
