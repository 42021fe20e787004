import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePathTemplate } from '../../../../../packages/gateway/core/routing/path-template.ts';

describe('parsePathTemplate', () => {
  const rows: readonly (readonly [path: string, segments: readonly object[]])[] = [
    ['/', []],
    ['/pets', [{ kind: 'literal', text: 'pets' }]],
    [
      '/pets/{id}',
      [
        { kind: 'literal', text: 'pets' },
        { kind: 'variable', name: 'id' },
      ],
    ],
    ['/{proxy+}', [{ kind: 'greedy', name: 'proxy' }]],
    ['/{id', [{ kind: 'literal', text: '{id' }]],
    ['/id}', [{ kind: 'literal', text: 'id}' }]],
    ['/v{id}', [{ kind: 'literal', text: 'v{id}' }]],
  ];
  for (const [path, segments] of rows)
    it(`reads ${path}`, () => {
      assert.deepEqual(parsePathTemplate(path), segments);
    });
});
