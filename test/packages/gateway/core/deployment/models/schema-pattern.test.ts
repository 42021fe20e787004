import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compilePattern } from '../../../../../../packages/gateway/core/deployment/models/schema-pattern.ts';
import {
  DEFAULT_RENDER_LIMITS,
  RenderBudget,
} from '../../../../../../packages/gateway/velocity/java/render-budget.ts';

describe('compilePattern', () => {
  it('matches as ECMA 262 has it', () => {
    const patterns = fc.constantFrom(
      '^a$',
      'a|b',
      '[a[b]',
      '[a&&b]',
      '^[^]$',
      '^a*?b',
      '\\$a',
      'a{2,3}$',
      '(a)\\1',
      '^\\d+$',
      '[\\]a]',
      'b$',
    );
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '[', '&', '$', '1', '\n', ']'), maxLength: 6 });

    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const test = compilePattern(pattern);
        const budget = new RenderBudget(DEFAULT_RENDER_LIMITS);
        assert.equal(test?.(text, budget), new RegExp(pattern).test(text));
      }),
    );
  });

  it('takes no pattern that ECMA 262 or the bounded engine refuses', () => {
    for (const pattern of ['(', 'a**', '[z-a]', 'a'.repeat(1_001), '(a{1000}){1000}'])
      assert.equal(compilePattern(pattern), undefined, pattern.slice(0, 20));
  });
});
