/** docs/security-findings.md names tests that are there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { formatText } from '../../lab/tools/format-text.ts';
import { FINDINGS, FINDINGS_PAGE, printFindings, TEST_HOLES } from './findings.ts';
import { readSource, REPOSITORY } from './source-files.ts';

describe(FINDINGS_PAGE, () => {
  it('is printed from the findings', async () => {
    assert.equal(await formatText(FINDINGS_PAGE, printFindings()), readSource(FINDINGS_PAGE).text);
  });

  it('has a test for each finding, by words that stand in its file', () => {
    const named = [...FINDINGS, ...TEST_HOLES].flatMap(({ tests }) => tests);
    const missing = named.filter(
      ([path, words]) => !existsSync(join(REPOSITORY, path)) || !readSource(path).text.includes(words),
    );

    assert.deepEqual(
      FINDINGS.filter(({ tests }) => tests.length === 0).map(({ attack }) => attack),
      [],
    );
    assert.ok(named.length > 60);
    assert.deepEqual(missing, []);
  });

  it('has each finding of the third red team, and each mutant that lived in the audit beside it', () => {
    const ids = new Set(FINDINGS.flatMap((finding) => finding.ids ?? []));

    assert.deepEqual([...ids].sort(), ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7']);
    assert.equal(new Set(TEST_HOLES.map(({ mutant }) => mutant)).size, 15);
    assert.ok(TEST_HOLES.every(({ tests }) => tests.length > 0));
  });
});
