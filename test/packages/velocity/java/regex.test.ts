import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { matchesRegex, replaceRegex, splitRegex } from '../../../../packages/velocity/java/regex.ts';
import { DEFAULT_RENDER_LIMITS, RenderBudget } from '../../../../packages/velocity/java/render-budget.ts';
import { TemplateError } from '../../../../packages/velocity/java/template-error.ts';

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

  it('do ordinary work far below the budget', () => {
    const budget = aBudget();

    assert.equal(replaceRegex("it's ".repeat(1_000), "\\\\?'", '"', false, budget), 'it"s '.repeat(1_000));
    assert.ok(budget.stepsSpent < 50_000, String(budget.stepsSpent));
  });

  it('match as JavaScript does where both mean the same', () => {
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
