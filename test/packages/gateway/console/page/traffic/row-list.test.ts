/** The rows of a tab that outlives starts of the gateway. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import {
  addOlder,
  addStart,
  isOfEarlierStart,
  mergeRows,
  idAfter,
} from '../../../../../../packages/gateway/console/page/traffic/row-list.ts';

type Row = { readonly sequence: number; readonly of: string };

const rows = (of: string, ...sequences: number[]): Row[] => sequences.map((sequence) => ({ sequence, of }));
const names = (list: readonly Row[]): string[] => list.map(({ sequence, of }) => `${of}${sequence}`);

describe('rows of several starts', () => {
  it('stay below the rows of the current start', () => {
    const first = mergeRows(addStart([], rows('a', 1, 0)), rows('a', 1, 2, 3));
    const second = mergeRows(addStart(first, []), rows('b', 0, 1));
    const third = addStart(second, rows('c', 0));

    assert.deepEqual(names(first), ['a3', 'a2', 'a1', 'a0']);
    assert.deepEqual(names(second), ['b1', 'b0', 'a-1', 'a-2', 'a-3', 'a-4']);
    assert.deepEqual(names(third), ['c0', 'b-1', 'b-2', 'a-3', 'a-4', 'a-5', 'a-6']);
    assert.deepEqual(third.filter(isOfEarlierStart).length, 6);
  });

  it('include older rows of the start between the two, and no row twice', () => {
    const list = addStart(rows('a', 0), rows('b', 7, 6));

    assert.deepEqual(names(addOlder(list, rows('b', 5, 4))), ['b7', 'b6', 'b5', 'b4', 'a-1']);
    assert.equal(addOlder(list, rows('b', 6, 5)), list);
  });

  it('are at most 10,000, each with its own number, newest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6_000), { maxLength: 4 }), (counts) => {
        let list: readonly Row[] = [];
        for (const [nth, count] of counts.entries())
          list = mergeRows(
            addStart(list, []),
            rows(String(nth), ...Array.from({ length: count }, (_, at) => at)),
          );
        assert.ok(list.length <= 10_000);
        assert.ok(list.every(({ sequence }, at) => at === 0 || sequence < (list[at - 1]?.sequence ?? 0)));
      }),
      { numRuns: 10 },
    );
  });
});

const items = ['aaa', 'bbb', 'ccc'].map((id) => ({ id }));

describe('idAfter', () => {
  const cases: readonly (readonly [string | undefined, 1 | -1, string | undefined])[] = [
    [undefined, 1, 'aaa'],
    ['aaa', 1, 'bbb'],
    ['bb', 1, 'ccc'],
    ['ccc', 1, undefined],
    ['ccc', -1, 'bbb'],
    ['aaa', -1, undefined],
    ['gone', 1, 'aaa'],
  ];
  for (const [open, step, wanted] of cases)
    it(`goes from ${open ?? 'nothing'} ${step === 1 ? 'on' : 'back'} to ${wanted ?? 'nothing'}`, () => {
      assert.equal(idAfter(items, open, step), wanted);
    });

  it('counts every key press, even before its result was drawn', () => {
    let open: string | undefined;
    for (let press = 0; press < 3; press += 1) open = idAfter(items, open, 1) ?? open;

    assert.equal(open, 'ccc');
  });
});
