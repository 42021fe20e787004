import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compilePattern } from '../../../../../../packages/gateway/core/deployment/models/schema-pattern.ts';
import {
  DEFAULT_RENDER_LIMITS,
  RenderBudget,
} from '../../../../../../packages/gateway/velocity/java/render-budget.ts';

/** Characters, classes, escapes and groups that ECMA 262 and java.util.regex read differently, and ordinary ones. */
const ATOMS = String.raw`
  a b 1 - _ \u0020 " # & ~ . { } ] {,2} x{1 é [^] [] \d \w \s \S \D \W \b \B \n \v \h \e \A \Z \z \G \Q \R \a \N \k \0 \07
  \8 \1 \cA \ca \c1 \x41 \xg \u0041 \u{2} \- \_ \/ \$ [a-c] [^a] [-a] [a-] [a[b] [a&&b] [[:alpha:]] [a^b] [é-ü] [.$]
  [+*{}] [\w-] [\s-z] [a-\d] [^\s] [\S] [\b] [\]] [\cA] [\e] [\u0041-\u0043] (a) (?:b) (?=a) (?!a) (?<=a) (?<!a) (a)\1
  (?<first_name>b)`
  .trim()
  .split(/\s+/);
const CHARACTERS = Array.from('ab1-_ .{}]&~^$"#\\é\n\r\v\u0085\u00a0\u2028\ufeff\0\b');

function isEcma(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

describe('compilePattern', () => {
  it('matches as ECMA 262 has it, and takes what it takes', () => {
    const atoms = fc.constantFrom(...ATOMS);
    const quantifiers = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?', '+?');
    const sequences = fc
      .array(fc.tuple(atoms, quantifiers), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.flat().join(''));
    const patterns = fc
      .tuple(fc.constantFrom('', '^'), sequences, fc.constantFrom('', '$', '|b', '|(?:a)$'))
      .map((parts) => parts.join(''))
      .filter(isEcma);
    const texts = fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 6 });

    fc.assert(
      fc.property(patterns, fc.array(texts, { minLength: 5, maxLength: 5 }), (pattern, several) => {
        const test = compilePattern(pattern);
        for (const text of several)
          assert.equal(
            test?.(text, new RenderBudget(DEFAULT_RENDER_LIMITS)),
            new RegExp(pattern).test(text),
            JSON.stringify([pattern, text]),
          );
      }),
      { numRuns: 400 },
    );
  });

  it('refuses no pattern for its length in another syntax', () => {
    const pattern = String.raw`^\s.`.repeat(200);

    assert.notEqual(compilePattern(pattern), undefined);
  });

  it('takes no pattern that ECMA 262 or the bounded engine refuses', () => {
    for (const pattern of ['(', 'a**', '[z-a]', 'a'.repeat(1_001), '(a{1000}){1000}'])
      assert.equal(compilePattern(pattern), undefined, pattern.slice(0, 20));
  });
});
