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

    for (const path of [
      'packages/gateway/core/pipeline.ts',
      'packages/gateway/services/values/resource-types.ts',
    ])
      assert.ok(loaded.includes(path), path);
  });
});

describe('findUnused', () => {
  it('leaves out tables of types and rooms that every template needs', () => {
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
