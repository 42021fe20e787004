import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  meaningOfPattern,
  valuesOfPattern,
  wordsOfPattern,
} from '../../../../../packages/gateway/core/deployability/pattern-words.ts';

const CASES = [
  ['^[A-Za-z0-9_-]+$', 'letters, digits and _ -'],
  [String.raw`^[.\-_/#A-Za-z0-9]{1,512}\Z`, 'letters, digits and . - _ / #, 1 to 512 of them'],
  ['[a-z0-9]*', 'lower-case letters and digits'],
  [String.raw`^[\w+=,.@-]{1,128}$`, 'letters, digits and _ + = , . @ -, 1 to 128 of them'],
  [String.raw`^\d{12}$`, undefined],
  ['^(?!aws)[a-z]+$', undefined],
  ['^[^a-z]+$', undefined],
  [String.raw`^[\p{L}\s]+$`, 'letters and spaces'],
  [String.raw`^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`, 'letters, combining marks, digits, symbols and punctuation'],
  [String.raw`^[\u0009\u000A]*$`, undefined],
] as const;

describe('wordsOfPattern', () => {
  for (const [pattern, words] of CASES)
    it(`says ${words ?? 'nothing'} for ${pattern}`, () => {
      assert.equal(wordsOfPattern(pattern), words);
    });
});

const MEANT = [
  [String.raw`^\d{12}$`, 'the id of an account, which has 12 digits'],
  ['^(none|whitelist)$', 'one of none, whitelist'],
  ['ENABLED|DISABLED', 'one of ENABLED, DISABLED'],
  ['^(a+|b)$', undefined],
  ['^[a-z]+$', undefined],
] as const;

describe('meaningOfPattern', () => {
  for (const [pattern, meaning] of MEANT)
    it(`says ${meaning ?? 'nothing'} for ${pattern}`, () => {
      assert.equal(meaningOfPattern(pattern), meaning);
    });

  it('lists the values of a pattern', () => {
    assert.deepEqual(valuesOfPattern('^(s3|lambda)$'), ['s3', 'lambda']);
  });
});
