import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  asFlag,
  asJsonObject,
  asNonEmptyText,
  asText,
  isJson,
  isJsonObject,
  memberOf,
  membersOf,
  parseJson,
  parseJsonObject,
} from '../../../../packages/base/aws/json-object.ts';

describe('parseJsonObject', () => {
  it('gives the members of an object', () => {
    assert.deepEqual(parseJsonObject('{"a":[1],"b":null}'), { a: [1], b: null });
  });

  for (const text of ['', '{', 'null', '[]', '[{}]', '"{}"', '1', '{} {}'])
    it(`does not accept ${JSON.stringify(text)}`, () => {
      assert.equal(parseJsonObject(text), undefined);
    });

  it('keeps a member as its own that has the name of an inherited one', () => {
    const object = parseJsonObject('{"__proto__":{"isAdmin":true}}') ?? {};

    assert.equal(object['isAdmin'], undefined);
    assert.ok(Object.hasOwn(object, '__proto__'));
  });
});

describe('isJsonObject', () => {
  it('distinguishes an object from a list and from nothing', () => {
    assert.deepEqual([{}, { a: 1 }, [], null, undefined, 'a', 0].map(isJsonObject), [
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('isJson', () => {
  it('accepts any JSON value, and no other text', () => {
    assert.deepEqual(['{}', '[1]', 'null', '"a"', ' 1 '].map(isJson), [true, true, true, true, true]);
    assert.deepEqual(['', 'undefined', '{', "'a'"].map(isJson), [false, false, false, false]);
  });
});

describe('unchecked values', () => {
  it('a list, null and a text are not objects and have no members', () => {
    for (const value of [[1], null, undefined, 'text', 0]) {
      assert.equal(asJsonObject(value), undefined);
      assert.deepEqual(membersOf(value), {});
      assert.equal(memberOf(value, 'length'), undefined);
    }
  });

  it("a member must be the object's own, not one that every object inherits", () => {
    assert.equal(memberOf({ a: 1 }, 'a'), 1);
    assert.equal(memberOf({}, 'toString'), undefined);
  });

  it('members are read if they are: nothing is copied', () => {
    const value = { a: 1 };
    assert.equal(membersOf(value), value);
    assert.equal(asJsonObject(value), value);
  });

  it('a text stays unchanged, and nothing else is converted to one', () => {
    assert.equal(asText('a'), 'a');
    assert.equal(asText(''), '');
    for (const value of [0, 1, true, null, undefined, ['a'], { a: 'a' }]) {
      assert.equal(asText(value), undefined);
      assert.equal(asNonEmptyText(value), undefined);
    }
  });

  it('an empty text may count as missing', () => {
    assert.equal(asNonEmptyText('a'), 'a');
    assert.equal(asNonEmptyText(' '), ' ');
    assert.equal(asNonEmptyText(''), undefined);
  });

  it('a flag may be a text in letters of any case, and is never a number', () => {
    for (const value of [true, 'true', 'True', 'TRUE']) assert.equal(asFlag(value), true);
    for (const value of [false, 'false', 'False']) assert.equal(asFlag(value), false);
    for (const value of ['yes', '1', '', 1, 0, null, undefined]) assert.equal(asFlag(value), undefined);
  });

  it('a text that is not JSON has no value', () => {
    assert.equal(parseJson('{'), undefined);
    assert.equal(parseJson('null'), null);
  });
});
