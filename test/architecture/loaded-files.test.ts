/** A start pays for what it loads: a plain template loads nothing of products that it does not name. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findUnused, loadPlainTemplate } from './loaded-files.ts';

describe('a plain template', () => {
  const loading = loadPlainTemplate();

  it('loads of services, Cognito and the control APIs only their types of resources', async () => {
    assert.deepEqual(findUnused(await loading), [], 'import these where they are first needed');
  });

  it('is seen to load what it needs', async () => {
    const loaded = await loading;

    for (const path of ['packages/core/pipeline.ts', 'packages/services/values/resource-types.ts'])
      assert.ok(loaded.includes(path), path);
  });
});

describe('findUnused', () => {
  it('leaves out tables of types and rooms that every template needs', () => {
    const paths = [
      'packages/cognito/resource-types.ts',
      'packages/control/resource-types/fields.ts',
      'packages/control/account.ts',
      'packages/control/api/v2/v2-wire.ts',
      'packages/services/sns/resource-types.ts',
      'packages/services/sns/sns.ts',
    ];

    assert.deepEqual(findUnused(paths), [
      'packages/control/api/v2/v2-wire.ts',
      'packages/services/sns/sns.ts',
    ]);
  });
});
