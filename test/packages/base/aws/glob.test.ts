import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ANY_ONE, compileGlob, compilePieces } from '../../../../packages/base/aws/glob.ts';

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
import { cpuMs } from '../../../support/cpu-time.ts';

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

describe('compilePieces', () => {
  const rows: [text: string, glob: string, fits: boolean][] = [
    ['beta', 'beta', true],
    ['beta1', 'beta', false],
    ['beta1', 'beta*', true],
    ['my-beta', '*beta', true],
    ['my-beta-1', '*beta*', true],
    ['', '*', true],
    ['abcab', 'ab*ab', true],
    // A part may not be counted twice.
    ['ab', 'ab*ab', false],
    ['aba', 'ab*ba', false],
    ['abc', 'a*bc*c', false],
    ['abcc', 'a*bc*c', true],
    ['a1b2c', 'a*b*c', true],
    ['a1c', 'a*b*c', false],
    ['abbc', 'a*b*b*c', true],
    ['abc', 'a*b*b*c', false],
  ];
  for (const [text, glob, fits] of rows)
    it(`finds that "${text}" ${fits ? 'fits' : 'does not fit'} "${glob}"`, () => {
      assert.equal(compilePieces(glob.split('*'))(text), fits);
    });

  it('takes every character of a text for itself, and of a list the wildcards', () => {
    assert.equal(compilePieces(['a?', ''])('ab'), false);
    assert.equal(compilePieces([['a', ANY_ONE], ''])('ab'), true);
  });
});
