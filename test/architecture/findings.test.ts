/** docs/security-findings.md names tests that are there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readSource, REPOSITORY } from './source-files.ts';

const { text } = readSource('docs/security-findings.md');
const rows = text.split('\n').filter((line) => /^\| (F|S|L)?\d+ +\|/.test(line));
const NAMED = /(test\/[\w./-]+\.ts): "([^"]+)"/g;

describe('docs/security-findings.md', () => {
  it('has a row for each finding, in order, each with a test', () => {
    const ids = (of: string, from: number, to: number): string[] =>
      Array.from({ length: to - from + 1 }, (_, index) => `${of}${from + index}`);
    const later = rows.filter((row) => row.startsWith('| L')).length;
    assert.deepEqual(
      rows.map((row) => row.split(' ')[1]),
      [...ids('F', 1, 25), ...ids('', 1, 7), ...ids('S', 12, 23), ...ids('L', 1, later)],
    );
    assert.ok(later >= 4);
    for (const row of rows) {
      assert.equal([...row.matchAll(NAMED)].length > 0, true, row);
      assert.match(row, /\| (high|medium|low) +\| fixed/, 'only what is low may stay, and says why');
    }
  });

  it('names tests by words that stand in their files', () => {
    const named = [...text.matchAll(NAMED)].map(([, path = '', words = '']) => ({ path, words }));
    const missing = named.filter(
      ({ path, words }) => !existsSync(join(REPOSITORY, path)) || !readSource(path).text.includes(words),
    );

    assert.ok(named.length > 60);
    assert.deepEqual(missing, []);
  });
});
