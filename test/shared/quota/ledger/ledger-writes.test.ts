/**
 * What each write of a ledger finds and leaves, and what the second of two writers is told. The rules are those of
 * docs/design/quota.md; the table carries out conditions as DynamoDB does.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  adjustWrites,
  alarmWrite,
  closeWrite,
  grantWrite,
  headKey,
  KEEP_MS,
  ledgerKey,
  parseLedger,
  planKey,
  resumeWrite,
  returnWrite,
  suspendWrite,
  trackWrite,
  undoWrite,
} from '#shared/quota/ledger/ledger.ts';
import { adoptWrite, aliasWrites, openWrites, replaceWrite } from '#shared/quota/ledger/opening.ts';
import type { Head, Opening } from '#shared/quota/ledger/opening.ts';
import { accountKey, growWrite, moveWrites } from '#shared/quota/ledger/shards.ts';
import type { Item, ItemKey, ItemWrite } from '#shared/table/item-write.ts';
import { createMemoryTable } from '../../../support/memory-table.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const ID = { tenant: 'acme', limit: 'monthly', subject: 'key-1' };
const PERIOD = { startEpochMs: Date.UTC(2026, 10, 1), endEpochMs: Date.UTC(2026, 11, 1) };
const KEY = ledgerKey(ID, PERIOD);
const EXPIRES = (PERIOD.endEpochMs + KEEP_MS) / 1000;
const BY = { holder: 'c0ffee000001', sequence: 7, fence: 7 };
const OPEN: Item = { rem: 10, out: 4, used: 6, cred: 20, lim: 20, b: 5, plan: 'gold', expiresAt: EXPIRES };

function aTable(items: Readonly<Record<string, Item>> | undefined) {
  const map = new Map(Object.entries(items ?? {}));
  const store = createMemoryTable({ clock: { nowEpochMs: () => NOON_MS }, items: map });
  return { store, itemAt: ({ pk, sk }: ItemKey): Item | undefined => map.get(`${pk}\n${sk}`) };
}
const named = ({ pk, sk }: ItemKey, item: Item | undefined): Record<string, Item> =>
  item === undefined ? {} : { [`${pk}\n${sk}`]: item };

const STATES = {
  open: OPEN,
  absent: undefined,
  closed: { ...OPEN, closed: 1 },
  suspended: { ...OPEN, susp: 1 },
  empty: { ...OPEN, rem: 2 },
  'of a term': { ...OPEN, term: NOON_MS },
} as const;
type State = keyof typeof STATES;

const LEASE = { units: 3, gate: 3, outstandingMax: 4, report: 2 };
const DELIVERED = { units: 3, gate: undefined, outstandingMax: undefined, report: 0 };

const WRITES: readonly {
  readonly what: string;
  readonly write: ItemWrite;
  readonly done: readonly State[];
  /** What an open ledger is afterwards. */
  readonly after: Item;
}[] = [
  {
    what: 'a lease',
    write: grantWrite(KEY, LEASE, BY),
    done: ['open', 'of a term'],
    after: { rem: 7, out: 5, used: 8, [`h${BY.holder}`]: 7 },
  },
  {
    what: 'a lease when too much is out',
    write: grantWrite(KEY, { ...LEASE, outstandingMax: 3 }, BY),
    done: [],
    after: OPEN,
  },
  {
    what: 'a charge for units that are left, to the last',
    write: grantWrite(KEY, { ...DELIVERED, units: 10, gate: 10 }, BY),
    done: ['open', 'of a term'],
    after: { rem: 0, out: 4, used: 16 },
  },
  {
    what: 'a charge for one unit more than is left',
    write: grantWrite(KEY, { ...DELIVERED, units: 11, gate: 11 }, BY),
    done: [],
    after: OPEN,
  },
  {
    what: 'a charge for units that were delivered',
    write: grantWrite(KEY, DELIVERED, BY),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { rem: 7, out: 4, used: 9 },
  },
  {
    what: 'a charge of another end of the period',
    write: grantWrite(KEY, { ...DELIVERED, endEpochMs: PERIOD.endEpochMs + 1000 }, BY),
    done: [],
    after: OPEN,
  },
  {
    what: 'a charge of a term',
    write: grantWrite(KEY, { ...DELIVERED, endEpochMs: PERIOD.endEpochMs, termEpochMs: NOON_MS }, BY),
    done: ['of a term'],
    after: OPEN,
  },
  {
    what: 'a return',
    write: returnWrite(KEY, { units: 3, report: 1 }, BY),
    done: ['open', 'closed', 'suspended', 'empty', 'of a term'],
    after: { rem: 13, out: 0, used: 7, [`h${BY.holder}`]: 7 },
  },
  {
    what: 'a tracked charge',
    write: trackWrite(KEY, 12, PERIOD.endEpochMs),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { rem: -2, out: 4, used: 18 },
  },
  {
    what: 'a tracked charge of another end of the period',
    write: trackWrite(KEY, 12, PERIOD.endEpochMs + 1000),
    done: [],
    after: OPEN,
  },
  {
    what: 'a tracked charge of a term',
    write: trackWrite(KEY, 12, undefined, NOON_MS),
    done: ['of a term'],
    after: OPEN,
  },
  {
    what: 'an alarm',
    write: alarmWrite(KEY, 80, NOON_MS),
    done: ['open', 'closed', 'suspended', 'empty', 'of a term'],
    after: { a80: NOON_MS },
  },
  {
    what: 'a top-up',
    write: adjustWrites(KEY, { operationId: 'o', kind: 'top-up', units: 5, carriedBack: 0 }, NOON_MS)[1],
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { rem: 15, cred: 25, lim: 20 },
  },
  {
    what: 'a change of the limit, from the ledger that was read',
    write: adjustWrites(
      KEY,
      {
        operationId: 'o',
        kind: 'set',
        units: -5,
        limit: 15,
        covered: 20,
        restored: 2,
        carriedBack: 1,
        basedOn: { credits: 20, limit: 20 },
      },
      NOON_MS,
    )[1],
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { rem: 5, cred: 15, lim: 15, cov: 20, rst: 2, back: 1 },
  },
  ...[
    { credits: 21, limit: 20 },
    { credits: 20, limit: 21 },
  ].map((basedOn) => ({
    what: `a change of the limit, from a ledger with ${basedOn.credits} units and a limit of ${basedOn.limit}`,
    write: adjustWrites(KEY, { operationId: 'o', kind: 'set', units: 1, basedOn }, NOON_MS)[1],
    done: [],
    after: OPEN,
  })),
  {
    what: 'a suspension',
    write: suspendWrite(KEY, NOON_MS),
    done: ['open', 'closed', 'suspended', 'empty', 'of a term'],
    after: { susp: NOON_MS },
  },
  {
    what: 'a resumption',
    write: resumeWrite(KEY),
    done: ['open', 'closed', 'suspended', 'empty', 'of a term'],
    after: OPEN,
  },
  {
    what: 'a closing',
    write: closeWrite(KEY, NOON_MS),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { closed: NOON_MS },
  },
  {
    what: 'an adoption by a term',
    write: adoptWrite(KEY, 'gold', NOON_MS),
    done: ['open', 'suspended', 'empty'],
    after: { term: NOON_MS },
  },
  {
    what: 'an adoption by a term of another plan',
    write: adoptWrite(KEY, 'silver', NOON_MS),
    done: [],
    after: OPEN,
  },
  {
    what: 'a replacement',
    write: replaceWrite(KEY, NOON_MS),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { closed: NOON_MS, nxt: 1 },
  },
  {
    what: 'a replacement by the same term',
    write: replaceWrite(KEY, NOON_MS, NOON_MS),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { closed: NOON_MS, nxt: NOON_MS },
  },
  {
    what: 'a replacement by an earlier term',
    write: replaceWrite(KEY, NOON_MS, NOON_MS - 1),
    done: ['open', 'suspended', 'empty'],
    after: { closed: NOON_MS, nxt: NOON_MS - 1 },
  },
];

describe('a write to a ledger', () => {
  for (const { what, write, done, after } of WRITES)
    for (const [state, item] of Object.entries(STATES)) {
      const isDone = (done as readonly string[]).includes(state);
      it(`${isDone ? 'is done' : 'is refused'}: ${what}, where the ledger is ${state}`, async () => {
        const { store, itemAt } = aTable(named(KEY, item));
        const outcome = await store.update(write);

        assert.equal(outcome.kind, isDone ? 'done' : 'refused');
        if (!isDone) assert.deepEqual(itemAt(KEY), item);
        if (state === 'open' && isDone) assert.partialDeepStrictEqual(itemAt(KEY), after);
      });
    }

  it('that resumes leaves nothing of the suspension', async () => {
    const { store, itemAt } = aTable(named(KEY, STATES.suspended));
    await store.update(resumeWrite(KEY));

    assert.deepEqual(itemAt(KEY), OPEN);
  });

  it('that is undone leaves what was there, and only if it was the last one', async () => {
    const grant = grantWrite(KEY, LEASE, BY);
    const undo = undoWrite(KEY, grant, BY.sequence, { holder: BY.holder, sequence: 8 });
    const { store, itemAt } = aTable(named(KEY, OPEN));
    assert.equal((await store.update(undo)).kind, 'refused');
    await store.update(grant);
    assert.equal((await store.update(undo)).kind, 'done');

    assert.deepEqual(itemAt(KEY), { ...OPEN, [`h${BY.holder}`]: 8 });
  });
});

describe('the second of two writers', () => {
  const later = { ...BY, sequence: 8, fence: 8 };
  const other = { ...BY, holder: 'c0ffee000002' };
  const adjusted = (operationId: string) =>
    adjustWrites(
      KEY,
      { operationId, kind: 'set', units: 5, limit: 25, basedOn: { credits: 20, limit: 20 } },
      NOON_MS,
    );
  const rows: readonly (readonly [
    what: string,
    writes: readonly (readonly ItemWrite[])[],
    isDone: boolean,
  ])[] = [
    ['sends a grant again', [[grantWrite(KEY, LEASE, BY)], [grantWrite(KEY, LEASE, BY)]], false],
    [
      'sends a return again',
      [[returnWrite(KEY, { units: 1, report: 0 }, BY)], [returnWrite(KEY, { units: 1, report: 0 }, BY)]],
      false,
    ],
    ['leases more than may be out', [[grantWrite(KEY, LEASE, BY)], [grantWrite(KEY, LEASE, other)]], false],
    [
      'leases within what may be out',
      [[grantWrite(KEY, LEASE, BY)], [grantWrite(KEY, { ...LEASE, outstandingMax: 5 }, other)]],
      true,
    ],
    [
      'grants after its own write',
      [[grantWrite(KEY, DELIVERED, BY)], [grantWrite(KEY, DELIVERED, later)]],
      true,
    ],
    [
      'uses the last units',
      [
        [grantWrite(KEY, { ...DELIVERED, units: 10, gate: 10 }, BY)],
        [grantWrite(KEY, { ...DELIVERED, units: 1, gate: 1 }, other)],
      ],
      false,
    ],
    ['raises an alarm', [[alarmWrite(KEY, 80, 1)], [alarmWrite(KEY, 80, 2)]], false],
    ['raises another alarm', [[alarmWrite(KEY, 80, 1)], [alarmWrite(KEY, 90, 2)]], true],
    ['closes a period', [[closeWrite(KEY, 1)], [closeWrite(KEY, 2)]], false],
    ['charges a closed period', [[closeWrite(KEY, 1)], [trackWrite(KEY, 1)]], false],
    ['repeats an adjustment by its id', [adjusted('o'), adjusted('o')], false],
    ['adjusts what was adjusted since it was read', [adjusted('o'), adjusted('p')], false],
    ['replaces a ledger', [[replaceWrite(KEY, 1)], [replaceWrite(KEY, 2)]], false],
    ['adopts a ledger', [[adoptWrite(KEY, 'gold', 1)], [adoptWrite(KEY, 'gold', 2)]], false],
    [
      'replaces what a later term has adopted',
      [[adoptWrite(KEY, 'gold', 5)], [replaceWrite(KEY, 2, 4)]],
      false,
    ],
  ];
  for (const [what, [first = [], second = []], isDone] of rows)
    it(`${isDone ? 'is admitted' : 'is refused'} if it ${what}`, async () => {
      const { store } = aTable(named(KEY, OPEN));

      assert.equal((await store.transact([...first])).kind, 'done');
      assert.equal((await store.transact([...second])).kind, isDone ? 'done' : 'refused');
    });
});

describe('the opening of a period', () => {
  const plan = { id: 'gold', version: 3 };
  const rule = 'MONTH/UTC/1/0';
  const FIRST: Head = { is: 'first', rule, limits: 'monthly', had: undefined };
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
      what: 'of a first limit, where another has become the first',
      items: { ...PLAN, ...named(LINES, { limits: 'daily' }) },
      isDone: false,
    },
    {
      what: 'of a second limit, where the list is as it was read',
      items: { ...PLAN, ...named(LINES, { limits: 'daily' }) },
      head: { ...FIRST, limits: 'daily monthly', had: 'daily' },
      isDone: true,
    },
    {
      what: 'of a first period, where the head has one',
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
        ...named(headKey(ID), { ...(known !== undefined && { cur: known }), rule: own } as Item),
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

  it('leaves what is special of a ledger, and nothing of what is not', async () => {
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
      const head = FIRST as Head & { readonly is: 'first' };
      const outcome = await store.transact(aliasWrites(ID, 'daily', plan, 'key', head));

      assert.equal(outcome.kind, isDone ? 'done' : 'refused');
      if (isDone)
        assert.deepEqual([itemAt(headKey(ID)), itemAt(LINES)], [{ alias: 'daily' }, { limits: 'monthly' }]);
    });
});

describe('the shards of a ledger', () => {
  const shard = accountKey(ID, PERIOD, 1);
  const ROOT: Item = { ...OPEN, mov: 0 };
  const SHARD: Item = { rem: 3, out: 0, used: 0, cred: 3, b: 1, expiresAt: EXPIRES };
  const move = (more: object) =>
    moveWrites({
      id: ID,
      period: PERIOD,
      from: 'root',
      to: 1,
      units: 5,
      isThere: true,
      wasteBudget: 2,
      ...more,
    });
  const BOTH = { ...named(KEY, ROOT), ...named(shard, SHARD) };
  const rows: readonly (readonly [
    what: string,
    items: Readonly<Record<string, Item>>,
    writes: readonly ItemWrite[],
    after: readonly [root: object, shard: object] | undefined,
  ])[] = [
    [
      'from the root',
      BOTH,
      move({}),
      [
        { rem: 5, mov: 5, cred: 20 },
        { rem: 8, cred: 8 },
      ],
    ],
    [
      'all that the root has',
      BOTH,
      move({ units: 10 }),
      [
        { rem: 0, mov: 10 },
        { rem: 13, cred: 13 },
      ],
    ],
    ['more than the root has', BOTH, move({ units: 11 }), undefined],
    ['from a suspended root', { ...BOTH, ...named(KEY, { ...ROOT, susp: 1 }) }, move({}), undefined],
    ['from a closed root', { ...BOTH, ...named(KEY, { ...ROOT, closed: 1 }) }, move({}), undefined],
    ['to a shard that is not there', named(KEY, ROOT), move({}), undefined],
    [
      'to a new shard',
      named(KEY, ROOT),
      move({ isThere: false }),
      [
        { rem: 5, mov: 5 },
        { rem: 5, out: 0, used: 0, cred: 5, b: 2, expiresAt: EXPIRES },
      ],
    ],
    ['to a new shard that another has made', BOTH, move({ isThere: false }), undefined],
    [
      'back to the root',
      BOTH,
      move({ from: 1, to: 'root', units: 3 }),
      [
        { rem: 13, mov: -3 },
        { rem: 0, cred: 0 },
      ],
    ],
    [
      'back to a suspended root',
      { ...BOTH, ...named(KEY, { ...ROOT, susp: 1 }) },
      move({ from: 1, to: 'root', units: 3 }),
      [
        { rem: 13, mov: -3 },
        { rem: 0, cred: 0 },
      ],
    ],
    ['more than the shard has', BOTH, move({ from: 1, to: 'root', units: 4 }), undefined],
  ];
  for (const [what, items, writes, after] of rows)
    it(`${after === undefined ? 'do not get' : 'get'} units: ${what}`, async () => {
      const { store, itemAt } = aTable(items);
      const outcome = await store.transact([...writes]);

      assert.equal(outcome.kind, after === undefined ? 'refused' : 'done');
      if (after !== undefined) assert.partialDeepStrictEqual([itemAt(KEY) ?? {}, itemAt(shard) ?? {}], after);
    });

  for (const [what, item, isDone] of [
    ['of a subject without periods', undefined, false],
    ['of a ledger with one item', { cur: 'x' }, true],
    ['of a ledger with fewer shards', { cur: 'x', sh: 3 }, true],
    ['of a ledger with as many shards', { cur: 'x', sh: 4 }, false],
    ['of a ledger with more shards', { cur: 'x', sh: 8 }, false],
  ] as const)
    it(`${isDone ? 'grow' : 'do not grow'} to four: ${what}`, async () => {
      const { store, itemAt } = aTable(named(headKey(ID), item));
      const outcome = await store.update(growWrite(ID, 4));

      assert.equal(outcome.kind, isDone ? 'done' : 'refused');
      if (isDone) assert.equal(itemAt(headKey(ID))?.['sh'], 4);
    });
});

describe('parseLedger', () => {
  it('reads what is absent as nothing', () => {
    assert.deepEqual(parseLedger({}), {
      remaining: 0,
      outstanding: 0,
      used: 0,
      credits: 0,
      limit: 0,
      wasteBudget: 0,
      overage: 0,
      covered: 0,
      restored: 0,
      suspended: false,
      closed: false,
      replaced: false,
      carried: 0,
      carriedBack: 0,
      alarmed: new Set(),
    });
  });

  it('reads each attribute by its name', () => {
    const item = {
      rem: 1,
      out: 2,
      used: 3,
      cred: 40,
      lim: 5,
      b: 6,
      ov: 7,
      cov: 8,
      rst: 9,
      carry: 10,
      back: 11,
      susp: 1,
      closed: 1,
      nxt: 1,
      a80: 1,
      a100: 2,
      alias: 3,
      ab1: 4,
    };
    assert.deepEqual(parseLedger(item), {
      remaining: 1,
      outstanding: 2,
      used: 3,
      credits: 40,
      limit: 5,
      wasteBudget: 6,
      overage: 7,
      covered: 33,
      restored: 9,
      suspended: true,
      closed: true,
      replaced: true,
      carried: 10,
      carriedBack: 11,
      alarmed: new Set([80, 100]),
    });
    assert.equal(parseLedger({ ...item, cov: 50 }).covered, 50);
  });
});
