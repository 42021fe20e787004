import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSources } from './source-files.ts';
import { findUnusedExports } from './unused-exports.ts';

describe('an export', () => {
  it('is for somebody: its name stands in another file', () => {
    assert.deepEqual(findUnusedExports(readSources()), []);
  });

  it('is found where it is for nobody, whatever it is', () => {
    const text = [
      'export const lonely = 1;',
      'export async function wanted() {}',
      'export abstract class Odd {}',
      'export type Shape = {};',
      'const mine = 2;',
    ].join('\n');
    const files = [
      { path: 'a.ts', text },
      { path: 'b.ts', text: "import { wanted } from './a.ts';" },
      { path: 'test/fixtures/c.ts', text: 'export const handler = () => {};' },
    ];

    assert.deepEqual(findUnusedExports(files), ['a.ts: lonely', 'a.ts: Odd', 'a.ts: Shape']);
  });
});
