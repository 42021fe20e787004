import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { median, printColumns } from '../../../lab/bench/report.ts';

describe('median', () => {
  const rows: readonly (readonly [name: string, values: readonly number[], expected: number])[] = [
    ['takes the middle one', [9, 1, 5], 5],
    ['takes the mean of the two in the middle', [1, 2, 4, 100], 3],
    ['takes the only one', [7], 7],
  ];
  for (const [name, values, expected] of rows) it(name, () => assert.equal(median(values), expected));
});

describe('printColumns', () => {
  it('has texts on the left, figures on the right, and a dash for missing values', () => {
    assert.equal(
      printColumns(
        ['a', 'of', 'n'],
        [
          ['rest', 'x', 10],
          ['b', 'yy', null],
        ],
      ),
      'a     of   n\nrest  x   10\nb     yy   -',
    );
  });
});
