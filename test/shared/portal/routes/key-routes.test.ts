/** Keys of members, and what the owner of the APIs does with the same keys. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Portal } from '../../../support/a-portal.ts';

describe('the ids of changes that members choose', () => {
  it('are apart from those of the owner: the keys of a closed customer are revoked whatever id was used', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    const { body } = await owner.post('/api/keys', { body: { name: 'build' } });
    const keyId = String(body['keyId']);
    // `followCustomer` revokes with the id `closed-{version of the customer}`.
    const headers = { 'idempotency-key': 'closed-2' };
    await owner.post(`/api/keys/${keyId}/rename`, { body: { name: 'mine' }, headers });
    await portal.setState('acme', 'closed');
    const admin = await portal.members.makeKeys(portal.tables.access);
    await admin.followCustomer('acme', { by: 'me' });
    assert.notEqual((await admin.show(keyId)).record.revokedAtEpochSeconds, undefined);
  });

  it('may have the full length', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    const headers = { 'idempotency-key': 'x'.repeat(128) };
    for (const expected of [true, false]) {
      const { status, body } = await owner.post('/api/keys', { body: { name: 'build' }, headers });
      assert.deepEqual([status, body['key'] !== undefined], [200, expected]);
    }
  });
});
