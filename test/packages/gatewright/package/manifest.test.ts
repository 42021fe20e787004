import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeManifest } from '../../../../packages/gatewright/package/manifest.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

describe('the manifest of the npm package', () => {
  it('admits each release of DuckDB, of which npm takes every one for a pre-release', async () => {
    const { peerDependencies } = await makeManifest(ROOT);
    assert.equal(peerDependencies['@duckdb/node-api'], '*');
  });
});
