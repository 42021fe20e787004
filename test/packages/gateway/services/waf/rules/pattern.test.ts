import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePattern } from '../../../../../../packages/gateway/services/waf/rules/pattern.ts';

describe('compilePattern', () => {
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
