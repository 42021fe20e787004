/** What every ItemStore must do; run over each of them. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { ItemStore } from '#shared/ports.ts';
import { applyChange, testsHold } from '../../../support/apply-write.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';
import { aWrite } from '../a-write.ts';
import {
  adjustWrites,
  closeWrite,
  grantWrite,
  lastWriteOf,
  ledgerKey,
  planKey,
  resumeWrite,
  returnWrite,
  suspendWrite,
  undoWrite,
} from '#shared/quota/ledger/ledger.ts';
import type { Grant, Numbered } from '#shared/quota/ledger/ledger.ts';
import { openWrites } from '#shared/quota/ledger/opening.ts';
import type { Opening } from '#shared/quota/ledger/opening.ts';
import { printRule } from '#shared/quota/ledger/line.ts';
import { savePlanWrite } from '#shared/quota/plan/plan-book.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import { probeLedger } from '../../../support/probe-ledger.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import { rateWrite } from '#shared/quota/holding/rate-limit.ts';
import { REAL_CLOCK, REAL_RANDOM, REAL_TIMER } from '../../../support/real-quota-ports.ts';

export type OpenStore = () => Promise<{ readonly store: ItemStore; readonly close: () => Promise<void> }>;

export const PERIOD = { startEpochMs: Date.UTC(2026, 10, 1), endEpochMs: Date.UTC(2026, 11, 1) };
export const LIMIT = { id: 'monthly', level: 'key', quota: 100, period: 'MONTH', wasteBudget: 0.1 };
export const DIRECT: Grant = {
  units: 10,
  gate: 10,
  outstandingMax: undefined,
  report: 0,
};

const HOLDER = 'a1b2c3d4e5f6';
/** The write of that number of one holder. */
export const nth = (sequence: number, fence = sequence): Numbered => ({ holder: HOLDER, sequence, fence });

/** The rule as it is written in the head. */
const RULE = printRule({ length: 'MONTH', timeZone: 'UTC', anchorDay: 1, anchorMinutes: 0 });

/** A plan and an open period of a subject that no other test has. */
export async function openALedger(store: ItemStore, credits = 100, isSharded = false) {
  const id = { tenant: randomUUID(), limit: 'monthly', subject: 'key-1' };
  const plan = parsePlan({ id: id.tenant, version: 1, limits: [LIMIT] });
  await store.update(savePlanWrite(plan, undefined));
  const opening = {
    id,
    period: PERIOD,
    plan,
    credits,
    limit: 100,
    overage: 0,
    level: 'key',
    wasteBudget: 10,
    head: { is: 'first', rule: RULE, limits: '["monthly"]', had: undefined },
    isSharded,
  } as const;
  const opened = await store.transact(openWrites(opening));
  assert.equal(opened.kind, 'done');
  const key = ledgerKey(id, PERIOD);
  const item = async () => {
    const read = await store.read(key, { consistent: true });
    assert.equal(read.kind, 'done');
    return read.item ?? {};
  };
  return { id, key, opening: { ...opening, head: { is: 'next', rule: RULE } } as Opening, item };
}

export function describeLedgerStore(name: string, open: OpenStore): void {
  describe(`a ledger ${name}`, () => {
    let store: ItemStore;
    let close: () => Promise<void>;

    before(async () => ({ store, close } = await open()));
    after(() => close());

    const anOpenLedger = (credits?: number) => openALedger(store, credits);
    const kindOf = async (write: ItemWrite) => (await store.update(write)).kind;

    it('has what quotas need', async () => {
      await probeLedger(store, REAL_RANDOM, Date.now());
    });

    it('gives 50 concurrent grants 50 different remainders', async () => {
      const { key, item } = await anOpenLedger();

      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          store.update(
            grantWrite(
              key,
              { ...DIRECT, units: 1, gate: 1 },
              { ...nth(1), holder: `${index}`.padStart(12, '0') },
            ),
          ),
        ),
      );

      const remainders = outcomes.map((outcome) =>
        outcome.kind === 'done' ? outcome.item['rem'] : outcome.kind,
      );
      assert.equal(new Set(remainders).size, 50);
      assert.deepEqual([(await item())['rem'], (await item())['used']], [50, 50]);
    });

    it('refuses a grant that the ledger has no units for, and shows what it has', async () => {
      const { key } = await anOpenLedger(9);

      const outcome = await store.update(grantWrite(key, DIRECT, nth(1)));

      assert.equal(outcome.kind, 'refused');
      assert.deepEqual([outcome.item?.['rem'], outcome.item?.['cred']], [9, 9]);
    });

    it('refuses a lease over the waste budget, and a direct charge not', async () => {
      const { key } = await anOpenLedger();
      const lease = { ...DIRECT, units: 6, gate: 24, outstandingMax: 4 };

      assert.equal(await kindOf(grantWrite(key, lease, nth(1))), 'done');
      assert.equal(await kindOf(grantWrite(key, lease, nth(2))), 'refused');
      assert.equal(await kindOf(grantWrite(key, DIRECT, nth(3))), 'done');
    });

    it('applies a grant once under one number, and the refusal proves that it landed', async () => {
      const { key, item } = await anOpenLedger();
      await store.update(grantWrite(key, DIRECT, nth(1)));

      const again = await store.update(grantWrite(key, DIRECT, nth(1)));

      assert.equal(again.kind, 'refused');
      assert.equal(lastWriteOf(again.item, HOLDER), 1);
      assert.equal((await item())['rem'], 90);
    });

    it('uses a direct charge in the same write, and a lease not before it is reported', async () => {
      const { key, item } = await anOpenLedger();

      await store.update(grantWrite(key, { ...DIRECT, units: 3, gate: 3 }, nth(1)));
      await store.update(grantWrite(key, { units: 5, gate: 20, outstandingMax: 5, report: 0 }, nth(2)));
      const { used, out } = await item();
      await store.update(returnWrite(key, { units: 1, report: 4 }, nth(3)));
      const after = await item();

      assert.deepEqual({ used, out }, { used: 3, out: 5 });
      assert.deepEqual([after['rem'], after['out'], after['used']], [93, 0, 7]);
    });

    it('takes no late write, with any number after an awaited one', async () => {
      const { key, item } = await anOpenLedger();
      const late = grantWrite(key, DIRECT, nth(1));

      await store.update(grantWrite(key, DIRECT, nth(2, 1)));

      assert.equal(await kindOf(late), 'refused');
      assert.equal((await item())['rem'], 90);
    });

    it('takes a write back once that was given up and has landed', async () => {
      const { key, item } = await anOpenLedger();
      const landed = grantWrite(key, { ...DIRECT, report: 2 }, nth(1));
      await store.update(landed);
      const undo = undoWrite(key, landed, 1, { holder: HOLDER, sequence: 2 });

      assert.deepEqual([await kindOf(undo), await kindOf(undo)], ['done', 'refused']);
      const { rem, out, used } = await item();
      assert.deepEqual({ rem, out, used }, { rem: 100, out: 0, used: 0 });
    });

    it('shows nothing if there is no ledger', async () => {
      const { id } = await anOpenLedger();
      const other = ledgerKey({ ...id, subject: 'key-2' }, PERIOD);

      const outcome = await store.update(grantWrite(other, DIRECT, nth(1)));

      assert.equal(outcome.kind, 'refused');
      assert.equal(outcome.item, undefined);
    });

    it('takes a return once', async () => {
      const { key, item } = await anOpenLedger();
      await store.update(grantWrite(key, { ...DIRECT, outstandingMax: 10 }, nth(1)));
      const back = returnWrite(key, { units: 4, report: 5 }, nth(2));

      assert.equal(await kindOf(back), 'done');
      assert.equal(await kindOf(back), 'refused');
      const { rem, out, used, cred } = await item();
      assert.deepEqual({ rem, out, used, cred }, { rem: 94, out: 1, used: 5, cred: 100 });
    });

    it('opens a period once, and never again one that the head has passed', async () => {
      const { opening } = await anOpenLedger();
      const september = { startEpochMs: Date.UTC(2026, 8, 1), endEpochMs: Date.UTC(2026, 9, 1) };

      const again = await store.transact(openWrites(opening));
      const earlier = await store.transact(openWrites({ ...opening, period: september }));

      assert.equal(again.kind, 'refused');
      assert.deepEqual(
        again.members.map(({ holds }) => holds),
        [true, false, false],
      );
      assert.equal(earlier.kind, 'refused');
      assert.deepEqual(
        earlier.members.map(({ holds }) => holds),
        [true, false, true],
      );
      const [, head] = earlier.members;
      assert.equal(head?.holds === false && head.item?.['cur'], '2026-11-01T00:00:00.000Z');
    });

    it('opens no period by a plan that was changed', async () => {
      const { opening } = await anOpenLedger();
      const plan = { ...opening.plan, version: 2 };
      const december = { startEpochMs: PERIOD.endEpochMs, endEpochMs: Date.UTC(2027, 0, 1) };

      const outcome = await store.transact(openWrites({ ...opening, plan, period: december }));

      assert.equal(outcome.kind, 'refused');
      assert.deepEqual(
        outcome.members.map(({ holds }) => holds),
        [false, true, true],
      );
    });

    it('counts an operation once', async () => {
      const { key, item } = await anOpenLedger();
      const topUp = adjustWrites(key, { operationId: 'op-1', kind: 'top-up', units: 50 }, 1);

      assert.equal((await store.transact(topUp)).kind, 'done');
      assert.equal((await store.transact(topUp)).kind, 'refused');
      assert.deepEqual([(await item())['rem'], (await item())['cred']], [150, 150]);
    });

    it('grants nothing while suspended, and never again once closed', async () => {
      const { key } = await anOpenLedger();

      await store.update(suspendWrite(key, 1));
      assert.equal(await kindOf(grantWrite(key, DIRECT, nth(1))), 'refused');
      await store.update(resumeWrite(key));
      assert.equal(await kindOf(grantWrite(key, DIRECT, nth(1))), 'done');
      await store.update(closeWrite(key, 2));
      assert.equal(await kindOf(grantWrite(key, DIRECT, nth(2))), 'refused');
      assert.equal(
        (await store.transact(adjustWrites(key, { operationId: 'late', kind: 'top-up', units: 1 }, 3))).kind,
        'refused',
      );
    });

    it('charges what was delivered already also while suspended, and nothing once closed', async () => {
      const { key, item } = await anOpenLedger();
      const delivered = { ...DIRECT, gate: undefined };

      await store.update(suspendWrite(key, 1));
      assert.equal(await kindOf(grantWrite(key, delivered, nth(1))), 'done');
      assert.equal((await item())['used'], delivered.units);
      await store.update(closeWrite(key, 2));
      assert.equal(await kindOf(grantWrite(key, delivered, nth(2))), 'refused');
    });

    it('takes a saved plan only over the version that it was based on', async () => {
      const { opening } = await anOpenLedger();
      const next = parsePlan({ id: opening.plan.id, version: 2, limits: [LIMIT] });

      const saved = await Promise.all([1, 2].map(() => kindOf(savePlanWrite(next, 1))));

      assert.deepEqual(saved.sort(), ['done', 'refused']);
      const read = await store.read(planKey(next.id), { consistent: true });
      assert.equal(read.kind === 'done' && read.item?.['ver'], 2);
    });

    it('fills a rate bucket from now if it was idle, and from its current level otherwise', async () => {
      const [limit] = parsePlan({
        id: 'p',
        version: 1,
        limits: [{ id: 'r', level: 'key', rate: 1, burst: 10 }],
      }).limits;
      assert.ok(limit?.kind === 'rate');
      const key = { pk: `R#${randomUUID()}`, sk: 'TAT' };
      const nowUs = Math.floor(Date.now()) * 1000;
      const ask = { units: 2, nowUs };

      const idle = await store.update(rateWrite(key, limit, ask, undefined));
      const busy = await store.update(rateWrite(key, limit, ask, nowUs + 2e6));
      const wrongBranch = await store.update(rateWrite(key, limit, ask, undefined));

      assert.equal(idle.kind === 'done' && idle.item['tat'], nowUs + 2e6);
      assert.equal(busy.kind === 'done' && busy.item['tat'], nowUs + 4e6);
      assert.equal(wrongBranch.kind === 'refused' && wrongBranch.item?.['tat'], nowUs + 4e6);
    });

    it('gives its time with every answer', async () => {
      const { key } = await anOpenLedger();

      const [read, refused] = await Promise.all([
        store.read(key),
        store.update(grantWrite(key, { ...DIRECT, gate: 1000 }, nth(1))),
      ]);

      for (const answer of [read, refused])
        assert.ok('storeEpochMs' in answer && Math.abs((answer.storeEpochMs ?? 0) - Date.now()) < 60_000);
    });

    it('does with any write what the reference does', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(aWrite(), { minLength: 1, maxLength: 12 }), async (writes) => {
          const key = { pk: `X#${randomUUID()}`, sk: 'V' };
          let expected: Item | undefined;
          for (const { when, change } of writes) {
            const holds = testsHold(when, expected);
            const outcome = await store.update({ purpose: 'grant', key, when, change });
            if (holds) expected = applyChange(change, expected);
            assert.equal(outcome.kind, holds ? 'done' : 'refused');
            assert.ok('item' in outcome);
            assert.deepEqual(outcome.item, expected);
          }
        }),
        { numRuns: 25 },
      );
    });

    it('admits exactly the quota through several simultaneous holders', async () => {
      const plan = { id: randomUUID(), version: 1, limits: [{ ...LIMIT, period: 'DAY', quota: 60 }] };
      const holders = [1, 2, 3].map(() =>
        createQuotas({ store, clock: REAL_CLOCK, random: REAL_RANDOM, timer: REAL_TIMER, plans: [plan] }),
      );
      const atEpochMs = Date.now();

      const decisions = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          holders[index % 3]!.consume({ plan: plan.id, tenant: 't', key: 'k', atEpochMs }),
        ),
      );

      assert.equal(decisions.filter(({ allowed }) => allowed).length, 60);
    });
  });
}

export function randomTableName(): string {
  return `quota-${randomBytes(4).toString('hex')}`;
}
