import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { printProblem } from '../../../packages/toolkit/authoring/document/read-document.ts';
import { anInventory, compile } from '../../support/an-access-document.ts';

describe('docs/guides/protect/access.md', () => {
  it('shows a document that compiles unchanged', () => {
    const page = readFileSync(new URL('../../../docs/guides/protect/access.md', import.meta.url), 'utf8');
    const text = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const routes = [
      'GET /orders',
      'GET /orders/{id}',
      'GET /orders/export',
      'GET /users/{id}',
      'PUT /users/{id}',
      'ANY /admin',
    ];

    const compilation = compile(text, anInventory(routes));

    assert.deepEqual(compilation.kind === 'invalid' ? compilation.problems.map(printProblem) : [], []);
  });
});
