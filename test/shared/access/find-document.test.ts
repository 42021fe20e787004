import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentPlansOf } from '#shared/access/find-document.ts';
import { aDocument } from '../../support/an-access-document.ts';

describe('documentPlansOf', () => {
  it('are those of all documents, as the authorizer publishes them', () => {
    const limits = [{ id: 'daily', level: 'key', quota: 10, period: 'DAY' }];
    const charging = (id: string) =>
      aDocument({ quota: { plan: id, tenant: 'shop', plans: [{ id, version: 1, limits }] } });
    const documents = [charging('gold'), aDocument(), charging('silver')];

    assert.deepEqual(
      documentPlansOf({ documents }).map(({ id }) => id),
      ['gold', 'silver'],
    );
  });
});
