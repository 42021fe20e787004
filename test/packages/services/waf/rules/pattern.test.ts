import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { compilePattern } from '../../../../../packages/services/waf/rules/pattern.ts';

const CHARACTERS = Array.from('abkKsS019_-/ .%$^|=\u00e9\u00c9\u00b5\r\n');
const literals = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Array.from('abkKsS01_-/ =%|^$:;,@#~"\'<>!')),
      fc
        .constantFrom(...Array.from('.$^|()[]{}*+?/\\-"!#%&,:;<=>@`~\''))
        .map((character) => `\\${character}`),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));
const sources = fc
  .tuple(fc.constantFrom('', '(?i)'), literals, fc.option(fc.tuple(literals, literals), { nil: undefined }))
  .map(([fold, before, group]) => `${fold}${before}${group === undefined ? '' : `(${group[0]})${group[1]}`}`);
const texts = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 12 }).map((all) => all.join(''));

describe('compilePattern', () => {
  it('finds in plain patterns what the engine of linear time finds', () => {
    fc.assert(
      fc.property(sources, texts, (source, text) => {
        assert.equal(compilePattern(source)?.isFoundIn(text), RE2JS.compile(source).test(text));
      }),
      { numRuns: 3_000 },
    );
  });

  const ATTACKS: readonly (readonly [what: string, source: string, text: string])[] = [
    ['repetition in repetition', '(a+)+$', 'a'],
    ['many groups of equal alternatives', `${'(a|a)'.repeat(90)}b`, 'a'],
    ['a back and forth of wildcards', '.*.*.*.*.*=.*;', 'a'],
  ];
  for (const [what, source, text] of ATTACKS)
    it(`takes time that grows only with the text: ${what}`, () => {
      // Exponential or of a high power in an engine that tries back.
      assert.equal(compilePattern(source)?.isFoundIn(text.repeat(2_000)), source.endsWith('$'));
    });

  it('refuses what the engine does not have', () => {
    assert.equal(compilePattern('(?=a)b'), undefined);
    assert.equal(compilePattern(String.raw`(a)\1`), undefined);
  });
});
