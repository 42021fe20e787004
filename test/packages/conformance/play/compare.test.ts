import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { firstDifference, headersByName } from '../../../../packages/conformance/play/compare.ts';
import type { Strictness } from '../../../../packages/conformance/play/compare.ts';
import type { Json } from '../../../../packages/conformance/schema/parity-case.ts';

type Row = {
  readonly name: string;
  readonly expected: Json;
  readonly actual: unknown;
  readonly strictness?: Strictness;
  /** Beginning of the difference; absent = none. */
  readonly difference?: string;
};

const ROWS: readonly Row[] = [
  { name: 'passes for equal scalars', expected: 1, actual: 1 },
  {
    name: 'distinguishes a number from its text',
    expected: 1,
    actual: '1',
    difference: 'it: expected 1, got "1"',
  },
  {
    name: 'distinguishes null from a missing value',
    expected: null,
    actual: undefined,
    difference: 'it: expected null, but it is missing',
  },
  { name: 'takes null for null', expected: null, actual: null },
  {
    name: 'reports the path of a nested difference',
    expected: { a: [{ b: 1 }] },
    actual: { a: [{ b: 2 }] },
    difference: 'it.a[0].b:',
  },
  {
    name: 'refuses an extra member when exact',
    expected: { a: 1 },
    actual: { a: 1, b: 2 },
    difference: 'it.b: not expected',
  },
  {
    name: 'allows an extra member in a subset',
    expected: { a: 1 },
    actual: { a: 1, b: 2 },
    strictness: 'subset',
  },
  {
    name: 'wants lists of the same length even in a subset',
    expected: [1],
    actual: [1, 2],
    strictness: 'subset',
    difference: 'it:',
  },
  {
    name: 'compares members of objects in lists as subsets',
    expected: [{ a: 1 }],
    actual: [{ a: 1, b: 2 }],
    strictness: 'subset',
  },
  { name: 'distinguishes an object from a list', expected: {}, actual: [], difference: 'it:' },
  {
    name: 'takes header names inside events with their case',
    expected: { Accept: 'x' },
    actual: { accept: 'x' },
    strictness: 'subset',
    difference: 'it.Accept:',
  },
  { name: 'accepts null for <any>', expected: '<any>', actual: null },
  {
    name: 'does not let <any> match a missing value',
    expected: '<any>',
    actual: undefined,
    difference: 'it:',
  },
  { name: 'wants <absent> not to be there', expected: { a: '<absent>' }, actual: {} },
  {
    name: 'does not take null for <absent>',
    expected: { a: '<absent>' },
    actual: { a: null },
    difference: 'it.a:',
  },
  { name: 'finds <contains:> text', expected: '<contains:b>', actual: 'abc' },
  { name: 'misses <contains:> text', expected: '<contains:x>', actual: 'abc', difference: 'it:' },
  { name: 'matches <regex:> over the whole value', expected: '<regex:a+>', actual: 'aaa' },
  { name: 'does not match <regex:> in the middle', expected: '<regex:a>', actual: 'bab', difference: 'it:' },
  { name: 'compares <json:> by value', expected: '<json:{"a": 1}>', actual: '{ "a" : 1 }' },
  {
    name: 'refuses other JSON for <json:>',
    expected: '<json:{"a": 1}>',
    actual: '{"a":1,"b":2}',
    difference: 'it:',
  },
  {
    name: 'takes text that only looks like a wildcard as text',
    expected: '<xml>Hi</xml>',
    actual: '<xml>Hi</xml>',
  },
];

describe('firstDifference', () => {
  for (const { name, expected, actual, strictness = 'exact', difference } of ROWS) {
    it(name, () => {
      const found = firstDifference(expected, actual, strictness, 'it');

      if (difference === undefined) assert.equal(found, undefined);
      else assert.ok(found?.startsWith(difference), found ?? 'no difference');
    });
  }

  it('finds no difference between any JSON value and itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        fc.pre(!JSON.stringify(json).includes('"<'));
        assert.equal(firstDifference(json, structuredClone(json), 'exact', 'it'), undefined);
      }),
    );
  });

  it('finds one for every removed member', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer(), { minKeys: 1 }), (members) => {
        const [, ...rest] = Object.entries(members);
        assert.notEqual(firstDifference(members, Object.fromEntries(rest), 'subset', 'it'), undefined);
      }),
    );
  });
});

describe('headersByName', () => {
  it('joins repeated headers, in any case', () => {
    const headers = headersByName([
      ['Set-Cookie', 'a'],
      ['set-cookie', 'b'],
      ['Vary', 'c'],
    ]);

    assert.deepEqual(headers, { 'set-cookie': 'a, b', vary: 'c' });
  });
});
