import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileGlob } from '../../../../../packages/gateway/core/policy/glob.ts';
import { compilePattern } from '../../../../../packages/gateway/core/policy/text-pattern.ts';

/** The definition itself, by recursion over pattern and text. */
function matchesNaively(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern.startsWith('*'))
    return Array.from({ length: text.length + 1 }, (_, index) => index).some((index) =>
      matchesNaively(rest, text.slice(index)),
    );
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && matchesNaively(rest, text.slice(1));
}

const patternText = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 7 });
const plainText = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 9 });
import { cpuMs } from '../../../../support/cpu-time.ts';

describe('compileGlob', () => {
  it('agrees with the definition', () => {
    fc.assert(
      fc.property(patternText, plainText, (pattern, text) => {
        assert.equal(compileGlob(pattern)(text), matchesNaively(pattern, text), `${pattern} on ${text}`);
      }),
      { numRuns: 5000 },
    );
  });

  it('matches slashes and colons by *', () => {
    assert.equal(compileGlob('arn:aws:execute-api:*/GET/*')('arn:aws:execute-api:r:1:api/dev/GET/a/b'), true);
  });

  it('takes the characters of regular expressions for what they are', () => {
    assert.equal(compileGlob('a.c+[x]*')('abc+[x]y'), false);
    assert.equal(compileGlob('a.c+[x]*')('a.c+[x]y'), true);
  });

  it('answers in time for a pattern made to make matchers go back and forth', () => {
    const hostile = compileGlob(`${'*a'.repeat(250)}*b`);

    const took = cpuMs(() => assert.equal(hostile('a'.repeat(1600)), false));

    assert.ok(took < 500, `${took} ms`);
  });
});

// IAM user guide, "IAM policy elements: variables and tags"
describe('compilePattern', () => {
  const values = { get: (key: string) => (key === 'aws:username' ? ['a*b'] : undefined) };
  for (const [pattern, text, expected] of [
    ['${aws:username}/*', 'a*b/', true],
    ['${aws:username}/**', 'a*b/x/y', true],
    ['${aws:username}*', 'a*b', true],
    ['${aws:username}', 'axb', false],
    ['${aws:username}/*', 'axb/c', false],
    ['*${aws:username}?', 'x/a*b1', true],
    ['*${aws:username}?', 'x/a*b', false],
  ] as const)
    it(`${expected ? 'finds' : 'does not find'} ${text} by ${pattern}`, () => {
      assert.equal(compilePattern(pattern, true)(text, values), expected);
    });
});
