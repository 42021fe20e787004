/** docs/security-findings.md names tests that are there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { format, resolveConfig } from 'prettier';
import { FINDINGS, FINDINGS_PAGE, printFindings } from './findings.ts';
import { readSource, REPOSITORY } from './source-files.ts';

describe(FINDINGS_PAGE, () => {
  it('is printed from the findings', async () => {
    const settings = { ...(await resolveConfig(join(REPOSITORY, FINDINGS_PAGE))), parser: 'markdown' };

    assert.equal(await format(printFindings(), settings), readSource(FINDINGS_PAGE).text);
  });

  it('has a test for each finding, by words that stand in its file', () => {
    const named = FINDINGS.flatMap(({ tests }) => tests);
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
});
