import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  matchesRegex,
  replaceRegex,
  splitRegex,
} from '../../../../../packages/gateway/velocity/java/regex.ts';
import {
  DEFAULT_RENDER_LIMITS,
  RenderBudget,
} from '../../../../../packages/gateway/velocity/java/render-budget.ts';
import { TemplateError } from '../../../../../packages/gateway/velocity/java/template-error.ts';

function aBudget(maxSteps = 1_000_000): RenderBudget {
  return new RenderBudget({ ...DEFAULT_RENDER_LIMITS, maxSteps });
}

describe('regular expressions of templates', () => {
  const hostile = [
    { name: 'nested repetition', pattern: '(a+)+$', text: `${'a'.repeat(5_000)}b` },
    { name: 'overlapping alternatives', pattern: '(a|aa)+$', text: `${'a'.repeat(5_000)}b` },
    { name: 'a repeated empty loop', pattern: '(a*)*(a*)*(a*)*b', text: 'a'.repeat(5_000) },
    { name: 'a repeated back reference', pattern: '(.*)(.*)(.*)\\1\\2\\3x', text: 'a'.repeat(2_000) },
    { name: 'look-behind at every place', pattern: '(?<=(a*)*)b', text: 'a'.repeat(5_000) },
    { name: 'counted repetitions inside each other', pattern: '((a{1,100}){1,100}){1,100}', text: 'a' },
    { name: 'a pattern without end', pattern: '('.repeat(900), text: 'a' },
    { name: 'a pattern too long', pattern: 'a'.repeat(5_000), text: 'a' },
  ];

  for (const { name, pattern, text } of hostile) {
    it(`end ${name} with a TemplateError instead of hanging`, () => {
      assert.throws(() => matchesRegex(text, pattern, aBudget()), TemplateError);
      assert.throws(() => replaceRegex(text, `${pattern}z`, '', false, aBudget()), TemplateError);
    });
  }

  // https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html
  const matching: readonly (readonly [name: string, pattern: string, text: string, expected: boolean])[] = [
    ['a letter in another case', '(?i)a', 'A', true],
    ['the last letter in another case', '(?i)z', 'Z', true],
    ['a capital in another case', '(?i)Z', 'z', true],
    ['no sign behind the capitals for one behind the letters', '(?i)\\[', '{', false],
    ['no sign behind the letters for one behind the capitals', '(?i)[a-{]', '[', false],
    ['what a group has matched, in the same case', '(a)\\1', 'aa', true],
    ['what a group has matched, in no other case', '(a)\\1', 'aA', false],
    ['what a group has matched, in any case if cases are equal', '(?i)(a)\\1', 'aA', true],
    ['a class within a class', '[a[bc]]', 'c', true],
    ['nothing else for a class within a class', '[a[bc]]', '[', false],
    ['a closing bracket that is the first of its class', '[]b]', ']', true],
    ['what stands behind that bracket', '[]b]', 'b', true],
  ];
  for (const [name, pattern, text, expected] of matching)
    it(`match ${name}`, () => {
      assert.equal(matchesRegex(text, pattern, aBudget()), expected);
    });

  const replacing: readonly (readonly [name: string, pattern: string, text: string, expected: string])[] = [
    ['before a last line end', 'a$', 'a\n', '-\n'],
    ['before a last line end of two characters', 'a$', 'a\r\n', '-\r\n'],
    ['before no line end that another follows', 'a$', 'a\n\r', 'a\n\r'],
    ['between characters of a word', '\\B', 'ab', 'a-b'],
    ['at the bounds of a word', '\\b', 'ab', '-ab-'],
  ];
  for (const [name, pattern, text, expected] of replacing)
    it(`replace ${name}`, () => {
      assert.equal(replaceRegex(text, pattern, '-', false, aBudget()), expected);
    });

  it('do ordinary work far below the budget', () => {
    const budget = aBudget();

    assert.equal(replaceRegex("it's ".repeat(1_000), "\\\\?'", '"', false, budget), 'it"s '.repeat(1_000));
    assert.ok(budget.stepsSpent < 50_000, String(budget.stepsSpent));
  });

  it('match as JavaScript does if both mean the same', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '(?:ab)', '(a)', '\\w', 'c');
    const part = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '*?', '{1,2}'))
      .map(([each, count]) => each + count);
    const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[abc]{0,8}$/), (source, text) => {
        assert.equal(matchesRegex(text, source, aBudget()), new RegExp(`^(?:${source})$`).test(text));
        assert.equal(
          replaceRegex(text, source, '<$0>', false, aBudget()),
          text.replace(new RegExp(source, 'g'), (whole) => `<${whole}>`),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('let nothing but a TemplateError escape for any pattern', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '*',
      '+',
      '?',
      '|',
      '^',
      '$',
      '\\',
      '.',
      '-',
      'a',
      '1',
      ',',
      '(?<',
      '(?=',
      '(?i)',
      '&&',
      '\\p{',
      'Lu}',
      '\\Q',
      '\\E',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.string(), (parts, text) => {
        for (const use of [matchesRegex, (t: string, p: string, b: RenderBudget) => splitRegex(t, p, 0, b)]) {
          try {
            use(text, parts.join(''), aBudget(20_000));
          } catch (error) {
            assert.ok(error instanceof TemplateError, String(error));
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
