import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalJson, isSameJson } from '@gatewright/aws/equal-json';
import type { Json } from '@gatewright/aws/json-object';

/** JSON Schema, draft 4, §3.6, "JSON value equality". */
const ROWS: readonly (readonly [one: Json | undefined, other: Json | undefined, isSame: boolean])[] = [
  [{ a: 1, b: [null] }, { b: [null], a: 1 }, true],
  [[1, 2], [2, 1], false],
  [[1], [1, null], false],
  [{ a: null }, {}, false],
  [{ a: null }, { b: null }, false],
  [[], {}, false],
  [null, {}, false],
  ['1', 1, false],
  [{ toString: 1 }, { other: 1 }, false],
  [undefined, undefined, true],
  [undefined, null, false],
];

describe('canonicalJson', () => {
  for (const [one, other, isSame] of ROWS)
    if (one !== undefined && other !== undefined)
      it(`is ${isSame ? 'the same' : 'another'} text for ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
        assert.equal(canonicalJson(one) === canonicalJson(other), isSame);
      });
});

describe('isSameJson', () => {
  for (const [one, other, isSame] of ROWS)
    it(`is ${String(isSame)} for ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
      assert.equal(isSameJson(one, other), isSame);
      assert.equal(isSameJson(other, one), isSame);
    });
});
