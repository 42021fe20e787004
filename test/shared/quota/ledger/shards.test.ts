/** How units are moved between the items of a ledger, and how their number grows (docs/design/quota.md). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headKey } from '#shared/quota/ledger/ledger.ts';
import { accountKey, growWrite, moveWrites } from '#shared/quota/ledger/shards.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';
import { aTable, EXPIRES, ID, KEY, named, OPEN, PERIOD } from './a-ledger.ts';

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
