import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { historiesOf, shareOf } from '../../../../../../packages/toolkit/stack/portal/page/periods.ts';

const use = (limit: string, day: number, used: number) => ({
  limit,
  plan: 'pro',
  periodStart: `2026-11-0${day}T00:00:00.000Z`,
  periodEnd: `2026-11-0${day + 1}T00:00:00.000Z`,
  state: 'active',
  allowance: 10,
  counted: used,
  used,
  left: 10 - used,
  over: 0,
});
const at = (day: number): number => Date.parse(`2026-11-0${day}T00:00:00.000Z`) / 1000;

describe('historiesOf', () => {
  it('adds the keys of a period, in the order of time, for each limit', () => {
    const histories = historiesOf([
      use('a', 3, 1),
      use('a', 2, 4),
      use('b', 2, 7),
      use('a', 3, 2),
      use('b', 3, 0),
    ]);

    assert.deepEqual(histories, [
      { limit: 'a', seconds: [at(2), at(3)], values: [4, 3] },
      { limit: 'b', seconds: [at(2), at(3)], values: [7, 0] },
    ]);
  });

  it('leaves out what has no date, and draws nothing of nothing', () => {
    assert.deepEqual(historiesOf([{ ...use('a', 1, 1), periodStart: 'soon' }]), []);
    assert.deepEqual(historiesOf([]), []);
  });
});

describe('shareOf', () => {
  const KNOWN: readonly (readonly [counted: number, allowance: number, share: number])[] = [
    [0, 10, 0],
    [5, 10, 50],
    [12, 10, 100],
    [-1, 10, 0],
    [0, 0, 0],
    [1, 0, 100],
  ];
  for (const [counted, allowance, share] of KNOWN)
    it(`is ${share} % for ${counted} of ${allowance}`, () => {
      assert.equal(shareOf({ counted, allowance }), share);
    });
});
