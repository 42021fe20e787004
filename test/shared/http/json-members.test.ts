import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasDuplicateMember } from '#shared/http/json-members.ts';

describe('hasDuplicateMember', () => {
  for (const { text, expected } of [
    { text: '{"a":1,"a":2}', expected: true },
    { text: '{"a":1,"\\u0061":2}', expected: true },
    { text: '{"a":{"b":1,"c":[{"d":1,"d":2}]}}', expected: true },
    { text: '{"__proto__":1,"__proto__":2}', expected: true },
    { text: '{"a":{"b":1},"a":2}', expected: true },
    { text: '{"a":{"a":1},"b":["a","a",{"a":1}]}', expected: false },
    { text: '{"a":{"b":1},"b":2}', expected: false },
    { text: '[{"a":1},{"a":1}]', expected: false },
    { text: '{"a":"{\\"a\\":1,","b":"a"}', expected: false },
    { text: '["a","a"]', expected: false },
    { text: '"a"', expected: false },
  ])
    it(`says ${expected} of ${text}`, () => {
      assert.equal(hasDuplicateMember(text), expected);
    });

  for (const { text, expected } of [
    { text: '{"a":1,"a":2}', expected: false },
    { text: '{"key":1,"a":2,"\\u006bey":2}', expected: true },
    { text: '{"a":1,"a":2,"b":{"key":1}, "c":[{"key":1,"key" : 2}]}', expected: true },
    { text: '{"key":1,"a":{"key":2}}', expected: false },
  ])
    it(`says ${expected} of ${text}, if only key and tenant matter`, () => {
      assert.equal(hasDuplicateMember(text, new Set(['key', 'tenant'])), expected);
    });

  it('finds none in the output of JSON.stringify', () => {
    fc.assert(
      fc.property(fc.json(), (text) =>
        assert.equal(hasDuplicateMember(JSON.stringify(JSON.parse(text))), false),
      ),
    );
  });

  it('finds a member that was put in front once more', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const [name = ''] = Object.keys(value);
        const text = JSON.stringify(value).replace('{', () => `{${JSON.stringify(name)}:0,`);
        assert.equal(hasDuplicateMember(text), true, text);
      }),
    );
  });
});
