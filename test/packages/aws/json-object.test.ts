import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJson, isJsonObject, parseJsonObject } from '../../../packages/aws/json-object.ts';

describe('parseJsonObject', () => {
  it('gives the members of an object', () => {
    assert.deepEqual(parseJsonObject('{"a":[1],"b":null}'), { a: [1], b: null });
  });

  for (const text of ['', '{', 'null', '[]', '[{}]', '"{}"', '1', '{} {}'])
    it(`takes ${JSON.stringify(text)} for none`, () => {
      assert.equal(parseJsonObject(text), undefined);
    });

  it('keeps a member that is called as an inherited one to itself', () => {
    const object = parseJsonObject('{"__proto__":{"isAdmin":true}}') ?? {};

    assert.equal(object['isAdmin'], undefined);
    assert.ok(Object.hasOwn(object, '__proto__'));
  });
});

describe('isJsonObject', () => {
  it('tells an object from a list and from nothing', () => {
    assert.deepEqual([{}, { a: 1 }, [], null, undefined, 'a', 0].map(isJsonObject), [
      ...[true, true],
      ...[false, false, false, false, false],
    ]);
  });
});

describe('isJson', () => {
  it('takes any value that is JSON, and no other text', () => {
    assert.deepEqual(['{}', '[1]', 'null', '"a"', ' 1 '].map(isJson), [true, true, true, true, true]);
    assert.deepEqual(['', 'undefined', '{', "'a'"].map(isJson), [false, false, false, false]);
  });
});
