/** What administration of quotas does, over any store. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { PlanInvalid, RequestInvalid } from '#shared/errors.ts';
import { closePeriod } from '#shared/quota/admin/close-period.ts';
import { assignPlan, findKeyPlan, listKeys, unassignPlan } from '#shared/quota/admin/keys.ts';
import { reset, resume, setLimit, suspend, topUp } from '#shared/quota/admin/limits.ts';
import { listRecords, listUsage } from '#shared/quota/admin/list-usage.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { documentOf, getPlan, savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger } from '#shared/quota/admin/subject-ledger.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { AdministeredTable, codeOf, DAILY, ofKey, requested } from '../../../support/quota-admin.ts';
import type { OpenAdmin } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const DAY_MS = 86_400_000;

export function describeQuotaAdmin(name: string, open: OpenAdmin): void {
  describe(`administration of quotas ${name}`, () => {
    let ports: AdminPorts;
    let at: AdministeredTable;
    let close: () => Promise<void>;
    before(async () => {
      const opened = await open();
      ({ ports, close } = opened);
      at = new AdministeredTable(opened);
    });
    beforeEach(() => at.moveTo(NOON_MS));
    after(() => close());

    it('saves a plan, its next version, and no earlier or skipped one', async () => {
      const { plan } = await at.aTenant();
      const version = (number: number): object => ({ id: plan, version: number, limits: [DAILY] });

      assert.equal(await codeOf(savePlan(ports, requested('a'), plan, version(3))), 'EDIT_CONFLICT');
      assert.equal(await codeOf(savePlan(ports, requested('b'), plan, version(2))), 'done');
      assert.equal(await codeOf(savePlan(ports, requested('c'), plan, version(2))), 'EDIT_CONFLICT');
      assert.deepEqual(documentOf(await getPlan(ports, plan)), version(2));
      assert.equal(await codeOf(getPlan(ports, 'none')), 'PLAN_UNKNOWN');
    });

    it('refuses an invalid plan, names the field, and stores nothing of it', async () => {
      const id = randomUUID();
      const refuse = (limits: readonly object[]): Promise<unknown> =>
        Promise.resolve()
          .then(() => savePlan(ports, requested('a'), id, { id, version: 1, limits }))
          .catch((error: unknown) => (error instanceof PlanInvalid ? error.field : error));

      assert.equal(await refuse([{ ...DAILY, timeZone: 'Mars/Olympus' }]), 'limits[0].timeZone');
      assert.equal(await refuse([{ ...DAILY, quota: 2 ** 53 }]), 'limits[0].quota');
      assert.equal(await codeOf(getPlan(ports, id)), 'PLAN_UNKNOWN');
    });

    it('takes one of two edits of the same version, and both of two adjustments', async () => {
      const { tenant, plan } = await at.aTenant();
      const edits = [50, 60].map((quota) =>
        codeOf(
          savePlan(ports, requested(`edit-${quota}`), plan, {
            id: plan,
            version: 2,
            limits: [{ ...DAILY, quota }],
          }),
        ),
      );
      const adjustments = [5, 7].map((units) =>
        codeOf(topUp(ports, requested(`more-${units}`), ofKey(tenant), units)),
      );

      assert.deepEqual((await Promise.all(edits)).sort(), ['EDIT_CONFLICT', 'done']);
      assert.deepEqual(await Promise.all(adjustments), ['done', 'done']);
      assert.ok([112, 62, 72].includes((await at.show(tenant)).credits));
    });

    it('counts an operation once, recognises a repetition, and refuses another change under its id', async () => {
      const { tenant } = await at.aTenant();

      const first = await topUp(ports, requested('op'), ofKey(tenant), 5);
      const again = await topUp(ports, requested('op', NOON_MS + DAY_MS), ofKey(tenant), 5);

      assert.deepEqual(again, { ...first, repeated: true });
      assert.equal((await at.show(tenant)).credits, 105);
      assert.equal(await codeOf(topUp(ports, requested('op'), ofKey(tenant), 6)), 'OPERATION_REUSED');
      assert.equal(await codeOf(reset(ports, requested('op'), ofKey(tenant))), 'OPERATION_REUSED');
    });

    it('tops up a key that has not been used, and allows it the added quota', async () => {
      const { tenant } = await at.aTenant();

      await topUp(ports, requested('op'), ofKey(tenant), 20);

      assert.equal(await at.spend(tenant, 150), 120);
      const { charged, used, remaining, withinQuota, overage, state } = await at.show(tenant);
      assert.deepEqual(
        { charged, used, remaining, withinQuota, overage, state },
        { charged: 120, used: 120, remaining: 0, withinQuota: 120, overage: 0, state: 'open' },
      );
    });

    it('sets another limit, below what was charged too, and a limit set twice is set', async () => {
      const { tenant } = await at.aTenant();
      await at.spend(tenant, 30);

      await setLimit(ports, requested('a'), ofKey(tenant), 20);
      assert.equal(await at.spend(tenant, 5), 0);
      assert.deepEqual(
        [(await at.show(tenant)).remaining, (await at.show(tenant)).quota, (await at.show(tenant)).credits],
        [-10, 20, 20],
      );
      await Promise.all(['b', 'c'].map((id) => setLimit(ports, requested(id), ofKey(tenant), 40)));
      assert.equal((await at.show(tenant)).credits, 40);
      assert.equal(await at.spend(tenant, 50), 10);
    });

    it('resets to what the limit was, however often', async () => {
      const { tenant } = await at.aTenant();
      await topUp(ports, requested('more'), ofKey(tenant), 10);
      await at.spend(tenant, 60);

      await reset(ports, requested('a'), ofKey(tenant));
      await reset(ports, requested('b'), ofKey(tenant));

      const { remaining, credits, used } = await at.show(tenant);
      assert.deepEqual({ remaining, credits, used }, { remaining: 110, credits: 170, used: 60 });
      assert.equal(await at.spend(tenant, 200), 110);
    });

    it('refuses what would exceed the numbers that stay exact, naming the field', async () => {
      const { tenant } = await at.aTenant();

      await assert.rejects(
        topUp(ports, requested('a'), ofKey(tenant), Number.MAX_SAFE_INTEGER),
        (error: unknown) => error instanceof RequestInvalid && error.field === 'units',
      );
    });

    it('keeps a suspended key out in later periods too, until it is resumed', async () => {
      const { tenant } = await at.aTenant();
      assert.equal(await at.spend(tenant, 1), 1);

      await suspend(ports, requested('a'), ofKey(tenant));
      assert.equal(await at.spend(tenant, 1), 0);
      assert.equal(await at.spend(tenant, 1, NOON_MS + DAY_MS), 0);
      assert.equal((await at.show(tenant, NOON_MS + DAY_MS)).state, 'suspended');
      assert.equal(
        await codeOf(topUp(ports, requested('b', NOON_MS + DAY_MS), ofKey(tenant), 1)),
        'EDIT_CONFLICT',
      );
      await resume(ports, requested('c', NOON_MS + DAY_MS), ofKey(tenant));
      assert.equal(await at.spend(tenant, 1, NOON_MS + DAY_MS), 1);
    });

    it('refuses a key that was suspended before it was ever used', async () => {
      const { tenant } = await at.aTenant();

      await suspend(ports, requested('a'), ofKey(tenant));
      assert.equal(await at.spend(tenant, 1), 0);
      await resume(ports, requested('b'), ofKey(tenant));
      assert.equal(await at.spend(tenant, 1), 1);
    });

    it('closes a period that has ended, and records its usage within the quota, its overage and its lost units separately', async () => {
      const { tenant, plan } = await at.aTenant([{ ...DAILY, overage: 10 }]);
      const unflushed = at.aHolder(() => NOON_MS);
      assert.equal(await at.spend(tenant, 104), 104);
      const failed = await unflushed.consume({ plan, tenant, key: 'k-1', atEpochMs: NOON_MS });
      assert.ok(failed.allowed && failed.refund().length === 1);
      const question = { ...ofKey(tenant), periodEpochMs: NOON_MS };
      const tomorrow = NOON_MS + DAY_MS;

      assert.equal(await codeOf(closePeriod(ports, requested('early'), question)), 'PERIOD_RUNNING');
      const { record } = await closePeriod(ports, requested('a', tomorrow), question);
      const { used, withinQuota, overage, lost, version } = record;
      assert.deepEqual(
        { used, withinQuota, overage, lost, version },
        { used: 105, withinQuota: 100, overage: 5, lost: 0, version: 1 },
      );
      assert.deepEqual((await closePeriod(ports, requested('a', tomorrow), question)).record, record);
      assert.deepEqual((await closePeriod(ports, requested('b', tomorrow), question)).record, record);
      assert.equal(await codeOf(topUp(ports, requested('c', tomorrow), question, 1)), 'PERIOD_CLOSED');

      await unflushed.flush();
      const corrected = await closePeriod(ports, requested('d', tomorrow), question);
      assert.deepEqual(
        [corrected.record.version, corrected.record.used, corrected.record.overage],
        [2, 104, 4],
      );
      assert.deepEqual(
        [record.usedDelta, corrected.record.usedDelta, corrected.record.overageDelta],
        [105, -1, -1],
      );
      const all = { tenant, fromEpochMs: undefined, toEpochMs: undefined, cursor: undefined, limit: 10 };
      assert.deepEqual((await listRecords(ports, all)).rows, [record, corrected.record]);
      assert.deepEqual((await listRecords(ports, { ...all, toEpochMs: NOON_MS - DAY_MS })).rows, []);
    });

    it('makes no earlier use dearer by a lower limit', async () => {
      const { tenant } = await at.aTenant();
      assert.equal(await at.spend(tenant, 80), 80);

      await setLimit(ports, requested('lower'), ofKey(tenant), 50);

      const { withinQuota, overage, remaining } = await at.show(tenant);
      assert.deepEqual({ withinQuota, overage, remaining }, { withinQuota: 80, overage: 0, remaining: -30 });
      assert.equal(await at.spend(tenant, 5), 0);
    });

    it('shows, tops up, lowers, resets and closes a quota with shards as one', async () => {
      const sharded = { ...DAILY, lease: {}, wasteBudget: 0.1, shards: 4 };
      const { tenant } = await at.aTenant([sharded]);
      const spend = async (times: number): Promise<number> => {
        const [one, other] = [
          await at.spend(tenant, Math.floor(times / 2)),
          await at.spend(tenant, Math.ceil(times / 2)),
        ];
        return one + other;
      };

      assert.equal(await spend(40), 40);
      const used = await at.show(tenant);
      await topUp(ports, requested('more'), ofKey(tenant), 10);
      await setLimit(ports, requested('less'), ofKey(tenant), 45);
      const lowered = await at.show(tenant);
      assert.equal(await spend(40), 15);
      await reset(ports, requested('again'), ofKey(tenant));
      const restored = await at.show(tenant);
      assert.equal(await spend(80), 55);
      const rows = await listUsage(ports, {
        tenant,
        fromEpochMs: undefined,
        toEpochMs: undefined,
        cursor: undefined,
        limit: 10,
      });
      const closed = await closePeriod(ports, requested('end', NOON_MS + 2 * DAY_MS), {
        ...ofKey(tenant),
        periodEpochMs: NOON_MS,
      });

      assert.deepEqual([used.charged, used.remaining, used.credits], [40, 60, 100]);
      assert.deepEqual(
        [lowered.quota, lowered.credits, lowered.charged, lowered.remaining],
        [45, 55, 40, 15],
      );
      assert.deepEqual([restored.credits, restored.charged, restored.remaining], [110, 55, 55]);
      const [row] = rows.rows;
      assert.deepEqual([row?.charged, row?.remaining, row?.credits], [110, 0, 110]);
      assert.equal(closed.record.used + closed.record.lost, 110);
    });

    it('stops the shards of a suspended key as soon as its processes look', async () => {
      const sharded = { ...DAILY, lease: {}, wasteBudget: 0.1, shards: 2 };
      const { tenant, plan } = await at.aTenant([sharded]);
      let nowMs = NOON_MS;
      const quotas = at.aHolder(() => nowMs);
      const ask = async () => quotas.consume({ plan, tenant, key: 'k-1', atEpochMs: NOON_MS });
      for (let call = 0; call < 10; call += 1) assert.equal((await ask()).allowed, true);

      await suspend(ports, requested('stop'), ofKey(tenant));
      nowMs += 60_001;
      const stopped = await ask();
      await resume(ports, requested('go'), ofKey(tenant));
      nowMs += 60_001;

      assert.equal(stopped.allowed || stopped.reason, 'suspended');
      assert.equal((await ask()).allowed, true);
    });

    it('reports keys, limits, levels and periods that do not exist', async () => {
      const { tenant } = await at.aTenant([
        DAILY,
        { ...DAILY, id: 'route', level: 'route' },
        { ...DAILY, id: 'all', level: 'tenant' },
        { id: 'burst', level: 'key', rate: 1, burst: 50 },
      ]);
      const find = (overrides: object): Promise<string> =>
        codeOf(findLedger(ports, ofKey(tenant, overrides), NOON_MS));

      assert.equal(await find({}), 'done');
      assert.equal(await find({ key: 'k-2' }), 'KEY_UNKNOWN');
      assert.equal(await find({ limit: 'hourly' }), 'LIMIT_UNKNOWN');
      assert.equal(await find({ limit: 'burst' }), 'LIMIT_UNKNOWN');
      assert.equal(await find({ limit: 'all' }), 'LIMIT_UNKNOWN');
      await assert.rejects(findLedger(ports, ofKey(tenant, { key: undefined }), NOON_MS), {
        message:
          /^the limit daily applies to each key separately: name the key \(gatewright quota … --key ID;/,
      });
      assert.equal(await find({ limit: 'route' }), 'REQUEST_INVALID');
      assert.equal(await find({ limit: 'route', route: 'GET /orders' }), 'done');
      assert.equal(await find({ route: 'GET /orders' }), 'REQUEST_INVALID');
      assert.equal(await find({ periodEpochMs: NOON_MS - DAY_MS }), 'PERIOD_UNKNOWN');
      assert.equal(await find({ periodEpochMs: NOON_MS + DAY_MS }), 'PERIOD_UNKNOWN');
      assert.equal(await find({ key: 'k'.repeat(300) }), 'SUBJECT_INVALID');
    });

    it('assigns plans by version, and gives functions the plan of a key', async () => {
      const { tenant, plan } = await at.aTenant();
      let nowMs = NOON_MS;
      const book = new TermsBook(ports.store, { nowEpochMs: () => nowMs, monotonicMs: () => nowMs });
      const planOf = async (key: string): Promise<string | undefined> => {
        const terms = await book.read(tenant, key, nowMs);
        return terms.kind === 'term' ? terms.term.plan : undefined;
      };
      const other = (await at.aTenant()).plan;
      const assign = (id: string, to: string, version: number): Promise<string> =>
        codeOf(assignPlan(ports, requested(id), { tenant, key: 'k-1', plan: to, version }));

      assert.equal(await planOf('k-1'), plan);
      assert.equal(await planOf('k-2'), undefined);
      assert.equal(await assign('a', other, 1), 'EDIT_CONFLICT');
      assert.equal(await assign('b', 'none', 2), 'PLAN_UNKNOWN');
      assert.deepEqual((await Promise.all([assign('c', other, 2), assign('d', plan, 2)])).sort(), [
        'EDIT_CONFLICT',
        'done',
      ]);
      assert.equal((await findKeyPlan(ports, tenant, 'k-1'))?.version, 2);
      assert.equal(await assign('e', other, 3), 'done');
      assert.equal(await planOf('k-1'), plan);
      nowMs += 61_000;
      assert.equal(await planOf('k-1'), other);
      const { keys } = await listKeys(ports, tenant, undefined);
      assert.deepEqual(keys, [{ tenant, key: 'k-1', plan: other, version: 3 }]);

      const takeOff = (id: string): Promise<string> =>
        codeOf(unassignPlan(ports, requested(id), { tenant, key: 'k-1' }));
      assert.equal(await takeOff('off'), 'done');
      assert.deepEqual([await takeOff('off'), await takeOff('again')], ['done', 'KEY_UNKNOWN']);
      nowMs += 61_000;
      assert.equal(await planOf('k-1'), undefined);
      assert.deepEqual((await listKeys(ports, tenant, undefined)).keys, []);
      assert.equal(await assign('late', other, 4), 'EDIT_CONFLICT', 'it is based on what was taken away');
      assert.equal(await assign('on', other, 5), 'done');
    });
  });
}
