import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readLock } from '../../layers/sbom.ts';
import { ALLOWED_LICENCES, DEPENDENCIES_PAGE, listDependencies, printDependencies } from './dependencies.ts';
import { REPOSITORY } from './source-files.ts';

describe('packages by other authors', () => {
  it('have licences that ask for nothing but the notice', async () => {
    const all = listDependencies(await readLock(REPOSITORY));
    assert.ok(all.length > 0, 'the lock file lists no package: has its form changed?');
    const others = all.filter(({ licence }) => !ALLOWED_LICENCES.includes(licence));
    assert.deepEqual(others, []);
  });

  it('are those that the page lists; npm run schemas renews it', async () => {
    const page = readFileSync(join(REPOSITORY, DEPENDENCIES_PAGE), 'utf8');
    assert.equal(page, await printDependencies());
  });
});
