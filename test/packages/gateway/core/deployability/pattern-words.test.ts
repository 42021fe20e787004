import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wordsOfPattern } from '../../../../../packages/gateway/core/deployability/pattern-words.ts';

const CASES = [
  ['^[A-Za-z0-9_-]+$', 'letters, digits and _ -'],
  [String.raw`^[.\-_/#A-Za-z0-9]{1,512}\Z`, 'letters, digits and . - _ / #, 1 to 512 of them'],
  ['[a-z0-9]*', 'lower-case letters and digits'],
  [String.raw`^[\w+=,.@-]{1,128}$`, 'letters, digits and _ + = , . @ -, 1 to 128 of them'],
  [String.raw`^\d{12}$`, undefined],
  ['^(?!aws)[a-z]+$', undefined],
  ['^[^a-z]+$', undefined],
  [String.raw`^[\p{L}\s]+$`, undefined],
] as const;

describe('wordsOfPattern', () => {
  for (const [pattern, words] of CASES)
    it(`says ${words ?? 'nothing'} for ${pattern}`, () => {
      assert.equal(wordsOfPattern(pattern), words);
    });
});
