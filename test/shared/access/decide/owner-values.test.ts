import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownerValues } from '#shared/access/decide/owner-values.ts';

describe('ownerValues', () => {
  it('accepts any value without a wildcard, a separator or a control character of Unicode', () => {
    for (let code = 0; code <= 0xffff; code += 1) {
      const text = `a${String.fromCharCode(code)}b`;
      const isUnsafe = /[*?#$/\\%;]|\p{Cc}/u.test(text) || !text.isWellFormed();

      assert.deepEqual(ownerValues({ sub: text }, { segments: [1], claim: ['sub'] }), isUnsafe ? [] : [text]);
    }
  });

  for (const { name, value } of [
    { name: 'an empty text', value: '' },
    { name: 'this folder', value: '.' },
    { name: 'the folder above', value: '..' },
    { name: 'dots alone', value: '...' },
    { name: 'a dot at the end, which Windows drops', value: 'bob.' },
    { name: 'a blank at the end', value: 'bob ' },
    { name: 'a blank at the beginning', value: '\u00a0bob' },
    { name: '129 characters', value: 'a'.repeat(129) },
    { name: 'a number', value: 7 },
    { name: 'an absent claim', value: undefined },
  ])
    it(`takes nothing from ${name}`, () => {
      assert.deepEqual(ownerValues({ sub: value }, { segments: [1], claim: ['sub'] }), []);
    });
});
