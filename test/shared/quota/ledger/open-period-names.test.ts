/** Limits that continue under another name, and heads that know less than today's. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import { headKey, ledgerKey } from '#shared/quota/ledger/ledger.ts';
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
  it('continues with the ledgers of the first name, however often it has changed', async () => {
    const table = new QuotaTable();
    await open(table, 1, 'daily');

    assert.deepEqual(await open(table, 2, 'each-day'), { kind: 'renamed', id: idOf('daily') });
    assert.deepEqual(await open(table, 3, 'per-day'), { kind: 'renamed', id: idOf('daily') });
  });

  it('stores no name as long as it cannot read what the previous name stands for', async () => {
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

/** Opens the first period of every limit of a version of the plan, and returns where each limit is charged. */
async function openAll(
  table: QuotaTable,
  version: number,
  names: readonly string[],
): Promise<readonly string[]> {
  const limits = names.map((id) => ({ id, level: 'key', quota: 5, period: 'DAY' }));
  const plan = parsePlan({ id: 'p', version, limits });
  await table.store.update(savePlanWrite(plan, version === 1 ? undefined : version - 1));
  const used: string[] = [];
  for (const limit of plan.limits) {
    assert.ok(limit.kind === 'quota');
    const asked = { period: DAY, limit, plan, nowEpochMs: NOON_MS };
    const opened = await openPeriod({ ...asked, id: idOf(limit.id) }, table.store);
    used.push(opened.kind === 'renamed' ? opened.id.limit : limit.id);
    if (opened.kind !== 'renamed') assert.equal(opened.kind, 'ready');
  }
  return used;
}

describe('openPeriod, for several limits that had other names', () => {
  // Limits that share ledgers are enforced as one, so the limit with the smaller quota or longer period is lost.
  const rows: readonly (readonly [string, readonly (readonly string[])[], readonly string[]])[] = [
    ['one limit was replaced by two', [['other'], ['daily', 'm']], ['other', 'm']],
    [
      'two limits were renamed',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      ['a', 'b'],
    ],
    [
      'two limits were renamed, the second first',
      [
        ['a', 'b'],
        ['a', 'd'],
        ['c', 'd'],
      ],
      ['a', 'b'],
    ],
    ['a limit was renamed twice and one was added', [['a'], ['b'], ['c', 'd']], ['a', 'd']],
    ['the first name returns together with its successor', [['a'], ['b'], ['b', 'a']], ['b', 'a']],
    ['two successive names are in one plan', [['a'], ['b'], ['c'], ['b', 'c']], ['a', 'c']],
    ['the first name returns together with a third limit', [['a'], ['b'], ['x', 'a']], ['x', 'a']],
  ];
  for (const [title, versions, expected] of rows)
    it(`gives every limit its own ledgers if ${title}`, async () => {
      const table = new QuotaTable();
      let used: readonly string[] = [];
      for (const [index, names] of versions.entries()) used = await openAll(table, index + 1, names);

      assert.deepEqual(used, expected);
      assert.equal(new Set(used).size, used.length);
    });

  it('counts what was charged in the shared ledger when the limits part', async () => {
    const table = new QuotaTable();
    await openAll(table, 1, ['a']);
    const { pk, sk } = ledgerKey(idOf('a'), DAY);
    const ledger = table.items.get(`${pk}\n${sk}`);
    table.items.set(`${pk}\n${sk}`, { ...ledger, rem: 2 });
    await openAll(table, 2, ['b']);
    await openAll(table, 3, ['b', 'a']);

    const own = ledgerKey(idOf('b'), DAY);
    assert.equal(table.items.get(`${own.pk}\n${own.sk}`)?.['rem'], 2);
  });
});

describe('openPeriod, at a head without a rule', () => {
  it('does not open a period again whose ledger was removed', async () => {
    const table = new QuotaTable();
    const { pk, sk } = headKey(idOf('daily'));
    table.items.set(`${pk}\n${sk}`, { cur: new Date(DAY.startEpochMs).toISOString() });

    assert.deepEqual(await open(table, 1, 'daily'), { kind: 'gone' });
  });
});
