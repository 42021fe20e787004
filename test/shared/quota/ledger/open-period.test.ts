import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ledgerKey } from '#shared/quota/ledger/ledger.ts';
import { assignedKey } from '#shared/quota/ledger/line.ts';
import { openPeriod } from '#shared/quota/ledger/open-period.ts';
import { replaceWrite } from '#shared/quota/ledger/opening.ts';
import { periodAt } from '#shared/quota/ledger/period.ts';
import { savePlanWrite } from '#shared/quota/plan/plan-book.ts';
import type { ItemStore } from '#shared/ports.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import { QuotaTable } from '../../../support/quota-table.ts';

const PLAN = parsePlan({
  id: 'p',
  version: 1,
  limits: [{ id: 'daily', level: 'key', quota: 5, period: 'DAY' }],
});
const DAY = periodAt(
  { length: 'DAY', timeZone: 'UTC', anchorDay: 1, anchorMinutes: 0 },
  Date.UTC(2026, 10, 20),
);

describe('openPeriod', () => {
  // A clock that is fast must not push the head ahead: every period up to it would count as past.
  const CASES = [
    { beforeMs: 10_000, expected: 'ready' },
    { beforeMs: 10_001, expected: 'unavailable' },
    { beforeMs: 3_600_000, expected: 'unavailable' },
    { beforeMs: -1, expected: 'ready' },
  ];
  for (const { beforeMs, expected } of CASES)
    it(`is ${expected} ${beforeMs} ms before the period begins`, async () => {
      const { store, items } = new QuotaTable();
      await store.update(savePlanWrite(PLAN, undefined));
      const [limit] = PLAN.limits;
      assert.ok(limit?.kind === 'quota');
      const id = { tenant: 't', limit: 'daily', subject: 'k' };

      const request = { id, period: DAY, limit, plan: PLAN, nowEpochMs: DAY.startEpochMs - beforeMs };
      const { kind } = await openPeriod(request, store);

      assert.equal(kind, expected);
      assert.equal(items.size > 1, expected === 'ready');
    });
});

// Who ends a ledger may die before it opens the next one, or find that the plan has changed again.
describe('openPeriod, if the ledger in force was ended and nothing was opened', () => {
  const [limit] = PLAN.limits;
  assert.ok(limit?.kind === 'quota');
  const id = { tenant: 't', limit: 'daily', subject: 'k' };
  const request = { id, period: DAY, limit, plan: PLAN, nowEpochMs: DAY.startEpochMs + 3_600_000 };

  async function anEndedDay() {
    const { store, items } = new QuotaTable();
    await store.update(savePlanWrite(PLAN, undefined));
    assert.equal((await openPeriod(request, store)).kind, 'ready');
    const key = ledgerKey(id, DAY);
    await store.update({
      purpose: 'grant',
      key,
      when: [],
      change: { kind: 'update', add: { rem: -2, used: 2 } },
    });
    await store.update(replaceWrite(key, request.nowEpochMs));
    const begunAt = (epochMs: number) => items.get(`${key.pk}\nP#${new Date(epochMs).toISOString()}`);
    return { store, begunAt };
  }

  it('opens nothing while it cannot be read whether it has ended', async () => {
    const { store } = await anEndedDay();
    const { pk, sk } = ledgerKey(id, DAY);
    const unread: ItemStore = {
      ...store,
      read: (key, options) =>
        key.pk === pk && key.sk === sk
          ? Promise.resolve({ kind: 'unavailable', reason: 'down' })
          : store.read(key, options),
    };

    assert.deepEqual(await openPeriod(request, unread), { kind: 'unavailable' });
  });

  it('opens the next by the same rule, in which all that was charged counts, once', async () => {
    const { store, begunAt } = await anEndedDay();
    const next = { ...DAY, startEpochMs: DAY.startEpochMs + 1 };

    assert.deepEqual(await openPeriod(request, store), { kind: 'moved', period: next });
    assert.deepEqual(await openPeriod(request, store), { kind: 'moved', period: next });

    const { rem, cred } = begunAt(next.startEpochMs) ?? {};
    assert.deepEqual([rem, cred], [3, 3]);
    assert.equal(begunAt(DAY.startEpochMs + 2), undefined);
  });

  it('does not end a closed ledger: its invoice is final, and the time of closing does not change', async () => {
    const { store, items } = new QuotaTable();
    const key = ledgerKey(id, DAY);
    const closed = { rem: 3, closed: 7 };
    await store.update({ purpose: 'close', key, when: [], change: { kind: 'update', set: closed } });

    const outcome = await store.update(replaceWrite(key, request.nowEpochMs));

    assert.equal(outcome.kind, 'refused');
    const { rem, closed: at, nxt } = items.get(`${key.pk}\n${key.sk}`) ?? {};
    assert.deepEqual([rem, at, nxt], [3, 7, undefined]);
  });

  it('opens nothing for a late request of the day before', async () => {
    const { store } = await anEndedDay();
    const period = { startEpochMs: DAY.startEpochMs - 86_400_000, endEpochMs: DAY.startEpochMs };

    assert.deepEqual(await openPeriod({ ...request, period }, store), { kind: 'unavailable' });
  });
});

// What is unknown may have been charged already: no request is admitted by a guess.
describe('openPeriod, at a table that does not answer', () => {
  const [limit] = PLAN.limits;
  assert.ok(limit?.kind === 'quota');
  const id = { tenant: 't', limit: 'daily', subject: 'k' };
  const WEEKLY = parsePlan({
    id: 'w',
    version: 1,
    limits: [{ id: 'daily', level: 'key', quota: 5, period: 'WEEK' }],
  });
  const WEEK = periodAt(
    { length: 'WEEK', timeZone: 'UTC', anchorDay: 1, anchorMinutes: 0 },
    Date.UTC(2026, 10, 20),
  );
  const nowEpochMs = DAY.startEpochMs + 3_600_000;
  const first = { id, period: DAY, limit, plan: PLAN, nowEpochMs };

  /**
   * The call of this number is not answered.
   * @returns how it ended, and how many calls there were
   */
  async function openWithout(unanswered: number, isChange: boolean) {
    const { store } = new QuotaTable();
    await store.update(savePlanWrite(PLAN, undefined));
    await store.update(savePlanWrite(WEEKLY, undefined));
    if (isChange) assert.equal((await openPeriod(first, store)).kind, 'ready');
    let calls = 0;
    const isLost = (): boolean => (calls += 1) === unanswered;
    const faulty: ItemStore = {
      transact: (writes) => store.transact(writes),
      update: (write) =>
        isLost() ? Promise.resolve({ kind: 'unknown', reason: 'lost' }) : store.update(write),
      read: (key, options) =>
        isLost() ? Promise.resolve({ kind: 'unavailable', reason: 'lost' }) : store.read(key, options),
    };
    const [weekly] = WEEKLY.limits;
    assert.ok(weekly?.kind === 'quota');
    const change = { ...first, period: WEEK, limit: weekly, plan: WEEKLY };
    const { kind } = await openPeriod(isChange ? change : first, faulty);
    return { kind, calls };
  }

  for (const isChange of [false, true])
    it(`opens nothing ${isChange ? 'if the plan has another period' : 'the first time'}`, async () => {
      const { calls } = await openWithout(0, isChange);
      assert.ok(calls > 0);
      for (let unanswered = 1; unanswered <= calls; unanswered += 1)
        assert.equal((await openWithout(unanswered, isChange)).kind, 'unavailable', String(unanswered));
    });
});

describe('openPeriod, of a plan with another period than the one before', () => {
  it('opens the period that begins when the current period ends, although its plan may not end the current one', async () => {
    const { store, items } = new QuotaTable();
    const weekly = parsePlan({
      id: 'w',
      version: 1,
      limits: [{ id: 'daily', level: 'key', quota: 5, period: 'WEEK' }],
    });
    for (const plan of [PLAN, weekly]) await store.update(savePlanWrite(plan, undefined));
    const [daily, other] = [PLAN.limits[0], weekly.limits[0]];
    assert.ok(daily?.kind === 'quota' && other?.kind === 'quota');
    const monday = Date.UTC(2026, 10, 23);
    const of = { id: { tenant: 't', limit: 'daily', subject: 'k' }, nowEpochMs: monday - 5_000 };
    const sunday = periodAt(daily.period, monday - 1);
    const [week, running] = [monday, monday - 1].map((at) => periodAt(other.period, at));
    assert.ok(week !== undefined && running !== undefined && week.startEpochMs === monday);
    assert.equal(
      (await openPeriod({ ...of, period: sunday, limit: daily, plan: PLAN }, store)).kind,
      'ready',
    );

    const { pk, sk } = assignedKey('t', 'k');
    items.set(`${pk}\n${sk}`, { plan: PLAN.id });
    const asked = { ...of, limit: other, plan: weekly };
    assert.deepEqual(await openPeriod({ ...asked, period: running }, store), {
      kind: 'moved',
      period: sunday,
    });
    assert.equal((await openPeriod({ ...asked, period: week }, store)).kind, 'ready');
  });
});
