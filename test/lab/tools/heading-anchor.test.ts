import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anchorOf } from '../../../lab/tools/heading-anchor.ts';

describe('the anchor of a heading', () => {
  const rows: readonly (readonly [heading: string, anchor: string])[] = [
    ['What can go wrong', 'what-can-go-wrong'],
    ['Why a caller gets 403', 'why-a-caller-gets-403'],
    ["The account's role, for logs", 'the-accounts-role-for-logs'],
    ['`@connections` and `snake_case`', 'connections-and-snake_case'],
    ['A – B', 'a--b'],
  ];
  for (const [heading, anchor] of rows)
    it(`of "${heading}" is ${anchor}`, () => {
      assert.equal(anchorOf(heading), anchor);
    });
});
