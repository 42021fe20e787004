import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { words } from '../../../../../packages/gateway/core/resource-types/words.ts';

describe('words', () => {
  it('are separated by blanks and line breaks, and by nothing else', () => {
    assert.deepEqual(words('\n  Name Role\n    Tags '), ['Name', 'Role', 'Tags']);
    assert.deepEqual(words(''), []);
  });
});
