import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  readJsonElements,
  selectElements,
} from '../../../../../../packages/gateway/services/waf/evaluate/parse-json-prefix.ts';

const GUIDE = '{"a":{"c":"d","b":{"e":{"f":"g"}}}}';

/** AWS WAF developer guide, "JSON body". */
const CASES = [
  {
    name: 'all elements below a path, without its own key',
    body: GUIDE,
    scope: 'ALL',
    paths: ['/a/b'],
    expected: ['e', 'f', 'g'],
  },
  { name: 'keys below a path', body: GUIDE, scope: 'KEY', paths: ['/a/b'], expected: ['e', 'f'] },
  { name: 'values below a path', body: GUIDE, scope: 'VALUE', paths: ['/a/b'], expected: ['g'] },
  {
    name: 'items of an array by position',
    body: '{"dogs":[{"name":"a"},{"name":"b"}]}',
    scope: 'VALUE',
    paths: ['/dogs/1/name'],
    expected: ['b'],
  },
  {
    name: 'numbers, booleans and null as written',
    body: '[1.50,true,null]',
    scope: 'VALUE',
    paths: undefined,
    expected: ['1.50', 'true', 'null'],
  },
  {
    name: 'values across a missing comma',
    body: '{"key1":"value1""key2":"value2"}',
    scope: 'VALUE',
    paths: undefined,
    expected: ['value1', 'value2'],
  },
  {
    name: 'values across a missing colon',
    body: '{"key1":"value1","key2""value2"}',
    scope: 'VALUE',
    paths: undefined,
    expected: ['value1', 'value2'],
  },
  {
    name: 'values across extra colons',
    body: '{"key1"::"value1","key2""value2"}',
    scope: 'VALUE',
    paths: undefined,
    expected: ['value1', 'value2'],
  },
  {
    name: 'escaped names of a pointer',
    body: '{"a/b":1,"c~d":2}',
    scope: 'VALUE',
    paths: ['/a~1b', '/c~0d'],
    expected: ['1', '2'],
  },
  {
    name: 'escapes as bytes of UTF-8',
    body: '{"a":"\\u00e9\\ud83d\\ude00\\n"}',
    scope: 'VALUE',
    paths: undefined,
    expected: [Buffer.from('é😀\n').toString('latin1')],
  },
] as const;

describe('selectElements', () => {
  for (const { name, body, scope, paths, expected } of CASES)
    it(`finds ${name}`, () => {
      const read = readJsonElements(body);

      assert.equal(read.isWhole, true);
      assert.deepEqual(selectElements(read, scope, paths), expected);
    });
});

describe('readJsonElements', () => {
  for (const [name, body, expected] of [
    ['a body that is cut off', '{"a":"b","c":"d', ['b']],
    ['a key that appears twice', '{"a":"b","a":"c"}', ['b']],
    ['an invalid character', '{"a":"b",!}', ['b']],
    ['a root that is neither object nor array', '"a"', []],
    ['text after the root', '["a"]x', ['a']],
  ] as const)
    it(`keeps what comes before ${name}`, () => {
      const read = readJsonElements(body);

      assert.equal(read.isWhole, false);
      assert.deepEqual(selectElements(read, 'VALUE', undefined), expected);
    });

  it('keeps the position of an array once for all of its items', () => {
    const [first, second] = readJsonElements('[[1,2]]').elements;

    assert.equal(first?.path?.above?.name, '0');
    assert.equal(second?.path?.above, first.path.above);
  });

  it('bounds depth and elements', () => {
    assert.equal(readJsonElements('['.repeat(10_000)).isWhole, false);
    assert.equal(readJsonElements(`[${'1,'.repeat(70_000)}]`).elements.length, 65_536);
  });
});
