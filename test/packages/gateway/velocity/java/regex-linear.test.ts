import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findsRegex, matchesRegex } from '../../../../../packages/gateway/velocity/java/regex.ts';
import { MAX_LINEAR_CHARS, runLinear } from '../../../../../packages/gateway/velocity/java/regex-linear.ts';
import { parseRegex } from '../../../../../packages/gateway/velocity/java/regex-program.ts';
import {
  DEFAULT_RENDER_LIMITS,
  RenderBudget,
} from '../../../../../packages/gateway/velocity/java/render-budget.ts';

const NEITHER = { whole: undefined, atStart: undefined };

/** The pattern for the gateway's own engine only. */
function stepwise(pattern: string) {
  return { ...parseRegex(pattern), linear: NEITHER };
}

function aBudget(): RenderBudget {
  return new RenderBudget({ ...DEFAULT_RENDER_LIMITS, maxSteps: 50_000_000 });
}

describe('linearForms', () => {
  // What users write as an identity validation expression or selection pattern.
  const linear = [
    '^Bearer [-0-9a-zA-Z\\._]*$',
    'Bearer ([A-Za-z0-9-_]+\\.){2}[A-Za-z0-9-_]+',
    '^Bearer [A-Za-z0-9\\-_]+?\\.[A-Za-z0-9\\-_]+?\\.([A-Za-z0-9\\-_]+)$',
    '^Bearer [A-Za-z0-9-_=]+\\.[A-Za-z0-9-_=]+\\.?[A-Za-z0-9-_.+/=]*$',
    'a(b{0,3}[a-c]+)d',
    '^(Bearer|Token) .+$',
    '(?i)bearer \\w+',
    '4\\d{2}',
    '.*',
    '(\\n|.)+',
    '[A-Z]{2,3}\\d{0,4}',
    '\\Qa+b\\E\\p{Alpha}?',
    '[^,]*(,[^,]*)*',
  ];
  const stopped = [
    { pattern: '(a+)+b', why: 'nested repetition' },
    { pattern: 'a*ab', why: 'a repetition that goes over into what follows' },
    { pattern: '\\w+\\d+', why: 'two repetitions with characters in common' },
    { pattern: '.*error.*', why: 'each place of the text may be the word’s' },
    { pattern: '(a|ab)c', why: 'alternatives that begin alike' },
    { pattern: '(a?)*b', why: 'a repeated part that may be empty' },
    { pattern: '(a?|b?)c', why: 'two alternatives that may be empty' },
    { pattern: '(a*b?)+c', why: 'a repeated part that may be empty' },
    { pattern: 'a{1,3}a', why: 'a count that goes over into what follows' },
    { pattern: '[ab]?a*c', why: 'an optional part of which what follows takes a half' },
    { pattern: 'b?+[ab]+', why: 'a possessive count' },
    { pattern: '(a)\\1', why: 'a back reference' },
    { pattern: '(?=a)a', why: 'looking ahead' },
    { pattern: '(?>a)b', why: 'an atomic group' },
    { pattern: 'a++b', why: 'a possessive count' },
    { pattern: 'a\\bb', why: 'a boundary of words, which are others in Java' },
    { pattern: 'a$b', why: 'an end in the middle' },
    { pattern: '\\p{L}+', why: 'letters of another version of Unicode' },
    { pattern: '[a-z]{300}', why: 'too many places' },
  ];

  for (const pattern of linear) {
    it(`runs ${pattern} as a RegExp`, () => {
      assert.ok(parseRegex(pattern).linear.whole);
    });
  }

  for (const { pattern, why } of stopped) {
    it(`passes ${pattern} to the engine that pays for its steps: ${why}`, () => {
      assert.deepEqual(parseRegex(pattern).linear, NEITHER);
    });
  }

  it('finds at the beginning only what cannot match anywhere else', () => {
    const found = ['^a', '\\Aa\\z', 'a', '(?m)^a', '^a$', '^a\\Z'];

    // `$` and `\Z` also match before a last line end.
    assert.deepEqual(
      found.map((pattern) => parseRegex(pattern).linear.atStart !== undefined),
      [true, true, false, false, false, false],
    );
  });

  it('passes a text that is too long for V8’s stack to the engine of our own', () => {
    assert.equal(runLinear(/a*/uy, 'a'.repeat(MAX_LINEAR_CHARS)), true);
    assert.equal(runLinear(/a*/uy, 'a'.repeat(MAX_LINEAR_CHARS + 1)), undefined);
  });
});

describe('a pattern that runs as a RegExp', () => {
  const atom = fc.constantFrom(
    'a',
    'b',
    '\\.',
    '.',
    '[ab]',
    '[^a]',
    '[^a-c]',
    '\\w',
    '\\d',
    '\\S',
    '[\\w&&[^b]]',
    '\\n',
    '😀',
    '\\x{1F600}',
    '\\p{Upper}',
    '(?i:B)',
    '[a-]',
    '(?:\\Qb.\\E)',
    '[^😀]',
    '\\ud83d',
  );
  const count = fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{1,2}', '{0,3}', '{1,}');
  const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
    pattern: fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    part: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.tuple(atom, count).map(([each, times]) => each + times),
      fc.tuple(tie('pattern'), tie('pattern'), count).map(([one, two, times]) => `(${one}|${two})${times}`),
      fc.tuple(tie('pattern'), count).map(([one, times]) => `(?:${one})${times}`),
    ),
  }));
  const whole = fc
    .tuple(fc.constantFrom('', '^', '\\A', '(?i)^'), pattern, fc.constantFrom('', '$', '\\z', '\\Z'))
    .map((parts) => parts.join(''))
    .filter((source) => source.length <= 200 && parseRegex(source).linear.whole !== undefined);
  const letter = fc.constantFrom(
    'a',
    'b',
    'c',
    'B',
    '.',
    '1',
    '\n',
    '\r',
    '\u2028',
    '😀',
    '\ud83d',
    '\ude00',
    'é',
  );
  const text = fc.array(letter, { maxLength: 8 }).map((letters) => letters.join(''));

  it('answers as the engine of our own does', () => {
    fc.assert(
      fc.property(whole, fc.array(text, { minLength: 8, maxLength: 8 }), (source, texts) => {
        const own = stepwise(source);
        for (const each of texts) {
          assert.equal(matchesRegex(each, source, aBudget()), matchesRegex(each, own, aBudget()), each);
          assert.equal(
            findsRegex(each, parseRegex(source), aBudget()),
            findsRegex(each, own, aBudget()),
            each,
          );
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes a number of steps in proportion to the text, as a matcher that backtracks counts them', () => {
    fc.assert(
      fc.property(whole, fc.stringMatching(/^[ab.1]{1,4}$/), letter, (source, piece, last) => {
        // What runs is not always what is written: of `a*?a*?`, only `a*` is left.
        const run = parseRegex(source).linear.whole?.source.replaceAll('\\u{', '\\x{') ?? assert.fail();
        const places = parseRegex(run).instructions.length;
        const long = piece.repeat(200) + last;
        const budget = aBudget();
        matchesRegex(long, stepwise(run), budget);

        assert.ok(
          budget.stepsSpent <= 4 * places * (long.length + 2),
          `${budget.stepsSpent} steps, ${places} places`,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('still pays for the text', () => {
    const budget = aBudget();
    matchesRegex('a'.repeat(16_000), 'a*', budget);

    assert.ok(budget.stepsSpent >= 1_000, String(budget.stepsSpent));
  });
});
