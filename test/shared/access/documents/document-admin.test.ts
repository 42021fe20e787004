import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toPublication } from '#shared/access/documents/publication.ts';
import { DomainError } from '#shared/errors.ts';
import { aCompiledDocument, aPublishedTable, BY } from '../../../support/a-published-table.ts';

const FIRST = { documents: [aCompiledDocument('first')] };
const SECOND = { documents: [aCompiledDocument('first'), aCompiledDocument('second')] };

describe('DocumentAdmin', () => {
  it('publishes versions that grow, and says who and when', async () => {
    const { publish, admin, state } = aPublishedTable();
    await publish(FIRST);
    state.nowMs += 1000;
    await publish(SECOND);
    const versions = await admin.list();
    assert.deepEqual(
      versions.map(({ version, documents, by }) => [version, documents, by]),
      [
        [2, 2, BY.by],
        [1, 1, BY.by],
      ],
    );
  });

  it('publishes what counts already a second time to no effect', async () => {
    const { publish, admin } = aPublishedTable();
    await publish(FIRST);
    assert.equal((await publish(FIRST)).version, 1);
    assert.equal((await admin.list()).length, 1);
  });

  it('restores an earlier version as a new one', async () => {
    const { publish, admin } = aPublishedTable();
    const { checksum } = await publish(FIRST);
    await publish(SECOND);
    const restored = await admin.restore(1, BY);
    assert.deepEqual([restored.version, restored.restores, restored.checksum], [3, 1, checksum]);
    await assert.rejects(admin.restore(9, BY), { code: 'REQUEST_INVALID', field: 'version' });

    // What counts already is no new version.
    assert.equal((await admin.restore(1, BY)).version, 3);
    assert.equal((await admin.list()).length, 3);
  });

  it('accepts one of two documents published at the same time', async () => {
    const { publish, store, admin, items } = aPublishedTable();
    await publish(FIRST);
    const { checksum, parts } = toPublication(SECOND);
    for (const [index, data] of parts.entries()) await admin.keepPart(checksum, index, data);
    const real = store.transact.bind(store);
    store.transact = async (writes) => {
      store.transact = real;
      await publish({ documents: [aCompiledDocument('third')] });
      return real(writes);
    };
    await assert.rejects(admin.publish({ checksum, parts: parts.length }, BY), { code: 'EDIT_CONFLICT' });
    assert.equal([...items.keys()].filter((name) => name.includes('V#')).length, 2);
  });

  it('publishes nothing that is not whole, and nothing that cannot be used in this stage', async () => {
    const { admin, publish } = aPublishedTable({
      check: () => {
        throw new DomainError('CONFIG_INVALID', 'it trusts the local issuer');
      },
    });
    await assert.rejects(publish(FIRST), {
      code: 'REQUEST_INVALID',
      field: 'checksum',
      message: /trusts the local issuer/,
    });
    await assert.rejects(admin.publish({ checksum: 'a'.repeat(64), parts: 1 }, BY), {
      code: 'STORE_UNAVAILABLE',
    });
    assert.deepEqual(await admin.list(), []);
  });

  it('writes over no part of the version that counts', async () => {
    const { publish, admin } = aPublishedTable();
    const { checksum } = await publish(FIRST);
    await assert.rejects(admin.keepPart(checksum, 0, 'AAAA'), { code: 'REQUEST_INVALID', field: 'data' });
  });

  it('takes nothing if authorizers would not look at it', async () => {
    const { publish } = aPublishedTable({ follows: false });
    await assert.rejects(publish(FIRST), {
      code: 'DOCUMENTS_NOT_FOLLOWED',
      message: /^the authorizers of this stack use .*\. Add "documents: published" to the params/,
    });
  });
});
