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

  // Seen with npm 11: an optional peer of another major version in the service ends the install with ERESOLVE.
  it('installs beside any version of a tool or library that a service has already', async () => {
    const { peerDependencies } = await makeManifest(ROOT);
    assert.deepEqual([...new Set(Object.values(peerDependencies))], ['*']);
    assert.ok('@middy/core' in peerDependencies && 'serverless' in peerDependencies);
  });
});
