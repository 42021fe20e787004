/**
 * A start takes time for everything that it loads. So a start with a plain template loads no code of services that the
 * template does not name.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findUnused, loadPlainTemplate } from './loaded-files.ts';

describe('a plain template', () => {
  const loading = loadPlainTemplate();

  it('loads only the resource types of services, Cognito and the control APIs', async () => {
    assert.deepEqual(findUnused(await loading), [], 'import these where they are first needed');
  });

  it('loads the files that it needs, and the measurement finds them', async () => {
    const loaded = await loading;

    for (const path of [
      'packages/gateway/core/pipeline.ts',
      'packages/gateway/services/values/resource-types.ts',
    ])
      assert.ok(loaded.includes(path), path);
  });
});

describe('findUnused', () => {
  it('leaves out the tables of resource types, and rooms that every template needs', () => {
    const paths = [
      'packages/gateway/cognito/resource-types.ts',
      'packages/gateway/control/resource-types/fields.ts',
      'packages/gateway/control/account.ts',
      'packages/gateway/control/api/v2/v2-wire.ts',
      'packages/gateway/services/sns/resource-types.ts',
      'packages/gateway/services/sns/sns.ts',
    ];

    assert.deepEqual(findUnused(paths), [
      'packages/gateway/control/api/v2/v2-wire.ts',
      'packages/gateway/services/sns/sns.ts',
    ]);
  });
});
