import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  keepOrder,
  nextOrder,
  readOrder,
  sortRows,
} from '../../../../../../packages/gateway/console/page/elements/sort-order.ts';
import type { SortValue } from '../../../../../../packages/gateway/console/page/elements/sort-order.ts';

function aStore(text?: string) {
  const kept = new Map(text === undefined ? [] : [['gatewright-order', text]]);
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
}

const value: fc.Arbitrary<SortValue> = fc.oneof(
  fc.integer(),
  fc.constantFrom(Number.NaN, undefined, ''),
  fc.string(),
);

describe('sortRows', () => {
  for (const [name, rows, isDescending, expected] of [
    ['numbers by size', [10, 9, 100], false, [9, 10, 100]],
    ['the largest first', [10, 9, 100], true, [100, 10, 9]],
    ['texts without regard to case', ['b', 'A', 'C'], false, ['A', 'b', 'C']],
    ['numbers in texts by size', ['shop-104', 'shop-16', 'Shop-9'], false, ['Shop-9', 'shop-16', 'shop-104']],
    ['what has no value last', [undefined, 2, 1], false, [1, 2, undefined]],
    ['rows without a value last in reverse order, too', [undefined, 1, 2], true, [2, 1, undefined]],
  ] as const)
    it(`has ${name}`, () => {
      assert.deepEqual(
        sortRows<SortValue>(rows, (one) => one, isDescending),
        expected,
      );
    });

  it('keeps all rows, and equal ones as they were', () => {
    fc.assert(
      fc.property(fc.array(value), fc.boolean(), (values, isDescending) => {
        const rows = values.map((one, at) => ({ one, at }));

        const sorted = sortRows(rows, ({ one }) => one, isDescending);

        assert.deepEqual(
          sorted.map(({ at }) => at).toSorted((a, b) => a - b),
          [...rows.keys()],
        );
        for (const [at, row] of sorted.entries()) {
          const next = sorted[at + 1];
          if (next?.one === row.one) assert.ok(next === undefined || next.at > row.at);
        }
      }),
    );
  });
});

describe('the order of a table', () => {
  it('changes with each click: ascending, descending, original order', () => {
    const first = nextOrder(undefined, 'Took', true);
    const second = nextOrder(first, 'Took', true);

    assert.deepEqual(
      [first, second, nextOrder(second, 'Took', true)],
      [{ column: 'Took', isDescending: true }, { column: 'Took', isDescending: false }, undefined],
    );
    assert.deepEqual(nextOrder(second, 'Path', false), { column: 'Path', isDescending: false });
  });

  it('is stored for each table', () => {
    const store = aStore();
    keepOrder(store, 'traffic', { column: 'Took', isDescending: true });
    keepOrder(store, 'functions', { column: '-p50', isDescending: false });
    keepOrder(store, 'caches', { column: 'Age', isDescending: false });
    keepOrder(store, 'caches', undefined);

    assert.deepEqual(readOrder(store, 'traffic'), { column: 'Took', isDescending: true });
    assert.deepEqual(readOrder(store, 'functions'), { column: '-p50', isDescending: false });
    assert.equal(readOrder(store, 'caches'), undefined);
  });

  it('is the order of the rows if the stored order cannot be read', () => {
    for (const text of ['{', 'null', '[["traffic"]]', '[["traffic","+"]]'])
      assert.equal(readOrder(aStore(text), 'traffic'), undefined, text);
  });

  it('is stored for a hundred tables', () => {
    const store = aStore();
    for (let at = 0; at < 150; at += 1) keepOrder(store, `t${at}`, { column: 'a', isDescending: false });

    assert.equal(readOrder(store, 't0'), undefined);
    assert.notEqual(readOrder(store, 't149'), undefined);
  });
});
