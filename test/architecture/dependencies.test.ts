import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readLock } from '../../layers/sbom.ts';
import { ALLOWED_LICENCES, DEPENDENCIES_PAGE, listDependencies, printDependencies } from './dependencies.ts';
import { REPOSITORY } from './source-files.ts';

describe('packages by other authors', () => {
  it('have licences that require only that the notice is kept', async () => {
    const all = listDependencies(await readLock(REPOSITORY));
    assert.ok(all.length > 0, 'the lock file lists no package: has its form changed?');
    const others = all.filter(({ licence }) => !ALLOWED_LICENCES.includes(licence));
    assert.deepEqual(others, []);
  });

  it('are all listed on the page, which npm run schemas updates', async () => {
    const page = readFileSync(join(REPOSITORY, DEPENDENCIES_PAGE), 'utf8');
    assert.equal(page, await printDependencies());
  });
});
