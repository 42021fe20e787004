import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expandAlternatives } from './expand-alternatives.ts';

const rows: readonly { given: string; alternatives: readonly string[] }[] = [
  { given: '^cli/', alternatives: ['^cli/'] },
  { given: '^(cli|plugin)/', alternatives: ['^cli/', '^plugin/'] },
  { given: '^(a/(b|c)|d)/e', alternatives: ['^a/b/e', '^a/c/e', '^d/e'] },
  { given: '/x-[^/]*$|-(y|z)\\.ts$', alternatives: ['/x-[^/]*$', '-y\\.ts$', '-z\\.ts$'] },
  { given: '^gateway/(?!(index|errors)\\.ts$)', alternatives: ['^gateway/'] },
  { given: '^(node:)?x', alternatives: ['^x', '^node:x'] },
  { given: '^shared/$1/', alternatives: ['^shared/[^/]+/'] },
];

describe('expandAlternatives', () => {
  for (const { given, alternatives } of rows)
    it(`takes ${given} apart`, () => assert.deepEqual(expandAlternatives(given), alternatives));
});
