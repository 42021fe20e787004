/** When the ledger of a period is opened, and when another has been first (docs/design/quota.md). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headKey, planKey } from '#shared/quota/ledger/ledger.ts';
import { aliasWrites, openWrites } from '#shared/quota/ledger/opening.ts';
import type { Head, Opening } from '#shared/quota/ledger/opening.ts';
import type { Item } from '#shared/table/item-write.ts';
import { NOON_MS } from '../../../support/quota-table.ts';
import { aTable, EXPIRES, ID, KEY, named, OPEN, PERIOD } from './a-ledger.ts';

describe('the opening of a period', () => {
  const plan = { id: 'gold', version: 3 };
  const rule = 'MONTH/UTC/1/0';
  const FIRST: Head & { readonly is: 'first' } = { is: 'first', rule, limits: 'monthly', had: undefined };
  const opening = (more: Partial<Opening> = {}): Opening => ({
    id: ID,
    period: PERIOD,
    plan,
    credits: 20,
    limit: 20,
    overage: 0,
    level: 'key',
    wasteBudget: 5,
    head: FIRST,
    ...more,
  });
  const [cur, before] = [PERIOD.startEpochMs, Date.UTC(2026, 9, 1)].map((at) => new Date(at).toISOString());
  const LINES = { ...headKey({ ...ID, limit: '' }), sk: 'LINES#key' };
  const PLAN = named(planKey('gold'), { ver: 3 });
  const other = (from: string | undefined): Head => ({
    is: 'other',
    rule,
    from,
    cur: Date.UTC(2026, 9, 1),
    past: 'p',
    nowEpochMs: NOON_MS,
  });
  const rows: readonly {
    readonly what: string;
    readonly items: Readonly<Record<string, Item>>;
    readonly head?: Head;
    readonly isDone: boolean;
  }[] = [
    { what: 'of a subject without a head', items: PLAN, isDone: true },
    { what: 'of a plan that has a newer version', items: named(planKey('gold'), { ver: 4 }), isDone: false },
    { what: 'of a plan that is not there', items: {}, isDone: false },
    { what: 'of a suspended subject', items: { ...PLAN, ...named(headKey(ID), { susp: 1 }) }, isDone: false },
    { what: 'of a ledger that is there', items: { ...PLAN, ...named(KEY, OPEN) }, isDone: false },
    {
      what: 'of a first limit, if another has become the first',
      items: { ...PLAN, ...named(LINES, { limits: 'daily' }) },
      isDone: false,
    },
    {
      what: 'of a second limit, if the list is as it was read',
      items: { ...PLAN, ...named(LINES, { limits: 'daily' }) },
      head: { ...FIRST, limits: 'daily monthly', had: 'daily' },
      isDone: true,
    },
    {
      what: 'of a first period, if the head has one',
      items: { ...PLAN, ...named(headKey(ID), { cur: before ?? '', rule }) },
      isDone: false,
    },
    {
      what: 'of a limit that has become an alias',
      items: { ...PLAN, ...named(headKey(ID), { alias: 'monthly' }) },
      isDone: false,
    },
    {
      what: 'of a limit that was the alias that was read',
      items: { ...PLAN, ...named(headKey(ID), { alias: 'monthly' }) },
      head: { ...FIRST, alias: 'monthly' },
      isDone: true,
    },
    {
      what: 'of a limit that was another alias',
      items: { ...PLAN, ...named(headKey(ID), { alias: 'daily' }) },
      head: { ...FIRST, alias: 'monthly' },
      isDone: false,
    },
    ...(
      [
        [before, rule, true],
        [cur, rule, false],
        [before, 'DAY', false],
        [undefined, rule, false],
      ] as const
    ).map(([known, own, isDone]) => ({
      what: `of the next period after ${known ?? 'none'} of the rule ${own}`,
      items: {
        ...PLAN,
        ...named(headKey(ID), { ...(known !== undefined && { cur: known }), rule: own }),
      },
      head: { is: 'next', rule } as const,
      isDone,
    })),
    ...(
      [
        [before, undefined, true],
        [before, rule, false],
        [cur, undefined, false],
      ] as const
    ).map(([known, own, isDone]) => ({
      what: `after a period of before rules, where the head has ${known ?? ''} and the rule ${own ?? 'none'}`,
      items: {
        ...PLAN,
        ...named(headKey(ID), { cur: known ?? '', ...(own !== undefined && { rule: own }) }),
      },
      head: { is: 'legacy', rule, cur: Date.UTC(2026, 9, 1) } as const,
      isDone,
    })),
    ...(
      [
        [undefined, undefined, before, true],
        [undefined, 'DAY', before, false],
        ['DAY', 'DAY', before, true],
        ['DAY', 'WEEK', before, false],
        ['DAY', 'DAY', cur, false],
      ] as const
    ).map(([from, own, known, isDone]) => ({
      what: `after the rule ${from ?? 'none'}, where the head has ${known ?? ''} of the rule ${own ?? 'none'}`,
      items: {
        ...PLAN,
        ...named(headKey(ID), { cur: known ?? '', ...(own !== undefined && { rule: own }) }),
      },
      head: other(from),
      isDone,
    })),
  ];
  for (const { what, items, head = FIRST, isDone } of rows)
    it(`${isDone ? 'is done' : 'is refused'}: ${what}`, async () => {
      const { store, itemAt } = aTable(items);
      const outcome = await store.transact(openWrites(opening({ head })));

      assert.equal(outcome.kind, isDone ? 'done' : 'refused');
      if (isDone) {
        assert.equal(itemAt(headKey(ID))?.['cur'], cur);
        assert.equal(itemAt(headKey(ID))?.['rule'], rule);
        assert.equal(itemAt(headKey(ID))?.['alias'], undefined);
      }
    });

  it('leaves a ledger, a head and the list of limits', async () => {
    const { store, itemAt } = aTable(PLAN);
    await store.transact(openWrites(opening()));

    assert.deepEqual(itemAt(KEY), {
      rem: 20,
      out: 0,
      used: 0,
      cred: 20,
      lim: 20,
      b: 5,
      plan: 'gold',
      ver: 3,
      expiresAt: EXPIRES,
    });
    assert.deepEqual(itemAt(headKey(ID)), {
      cur,
      plan: 'gold',
      planVer: 3,
      rule,
      level: 'key',
      list: 'T#acme',
      since: PERIOD.startEpochMs,
    });
    assert.deepEqual(itemAt(LINES), { limits: 'monthly' });
  });

  it('keeps the special members of a ledger, and no others', async () => {
    const { store, itemAt } = aTable(PLAN);
    const special = { overage: 2, carried: 3, name: 'old', isSharded: true, termEpochMs: NOON_MS };
    await store.transact(openWrites(opening({ ...special, head: { ...FIRST } })));

    assert.partialDeepStrictEqual(itemAt(KEY), { ov: 2, carry: 3, name: 'old', mov: 0, term: NOON_MS });
    assert.partialDeepStrictEqual(itemAt(headKey(ID)), { term: NOON_MS });
  });

  for (const [what, head, has] of [
    ['another rule', other('DAY'), { since: PERIOD.startEpochMs, past: 'p', at: NOON_MS }],
    ['the same rule', { is: 'next', rule }, { since: undefined, past: undefined, at: undefined }],
  ] as const)
    it(`notes in the head since when it follows ${what}`, async () => {
      const { store, itemAt } = aTable({
        ...PLAN,
        ...named(headKey(ID), { cur: before ?? '', rule: head.is === 'next' ? rule : 'DAY' }),
      });
      await store.transact(openWrites(opening({ head })));
      const found = itemAt(headKey(ID)) ?? {};

      assert.deepEqual({ since: found['since'], past: found['past'], at: found['at'] }, has);
    });

  for (const [what, items, isDone] of [
    ['a limit without a head', PLAN, true],
    ['a plan that has changed', named(planKey('gold'), { ver: 4 }), false],
    ['a limit with periods', { ...PLAN, ...named(headKey(ID), { cur: before ?? '' }) }, false],
    ['a suspended limit', { ...PLAN, ...named(headKey(ID), { susp: 1 }) }, false],
    ['a list that has changed', { ...PLAN, ...named(LINES, { limits: 'x' }) }, false],
  ] as const)
    it(`${isDone ? 'names' : 'does not name'} the ledgers of another limit for ${what}`, async () => {
      const { store, itemAt } = aTable(items);
      const outcome = await store.transact(aliasWrites(ID, 'daily', plan, 'key', FIRST));

      assert.equal(outcome.kind, isDone ? 'done' : 'refused');
      if (isDone)
        assert.deepEqual([itemAt(headKey(ID)), itemAt(LINES)], [{ alias: 'daily' }, { limits: 'monthly' }]);
    });
});
