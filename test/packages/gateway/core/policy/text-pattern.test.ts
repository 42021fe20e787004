import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { compilePattern } from '../../../../../packages/gateway/core/policy/text-pattern.ts';

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
