import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentPlansOf, parseCompiledAccess } from '#shared/access/find-document.ts';

describe('documentPlansOf', () => {
  it('are the plans of all documents, as the authorizer publishes them', () => {
    const charging = (id: string) => ({ quota: { plans: [{ id }] } });
    const access = parseCompiledAccess({ documents: [charging('gold'), {}, charging('silver')] });

    assert.deepEqual(documentPlansOf(access), [{ id: 'gold' }, { id: 'silver' }]);
  });
});
