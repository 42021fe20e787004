/** Keys of members, and what the owner of the APIs does with the same keys. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyIdOf } from '#shared/access/keys/api-key.ts';
import { PORTAL, Portal } from '../../../support/a-portal.ts';

describe('the ids of changes that members choose', () => {
  it("are separate from the owner's: the keys of a closed customer are revoked whatever id was used", async () => {
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

describe('a key that was made while the log of the portal cannot be written', () => {
  it('is still shown, because it is shown only once; so is a rotated one', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    const { store } = portal.ports;
    const kept = { ...store };
    store.transact = (writes) =>
      writes.some(({ key }) => key.sk.startsWith('LOG#'))
        ? Promise.resolve({ kind: 'unknown', reason: 'timeout' })
        : kept.transact(writes);
    const { status, body } = await owner.post('/api/keys', { body: { name: 'build' } });
    assert.deepEqual([status, typeof body['key']], [200, 'string']);
    const path = `/api/keys/${String(body['keyId'])}/rotate`;
    const rotated = await owner.post(path, { body: { overlapSeconds: 60 } });
    assert.deepEqual([rotated.status, typeof rotated.body['key']], [200, 'string']);
  });
});

describe('keys that no access document accepts', () => {
  it('are a fault of the owner, which the function logs, and about which the member reads nothing', async () => {
    const { offers } = PORTAL;
    const keys = { prefix: 'other', roles: [], scopes: [], most: 3 };
    const portal = new Portal({ portal: { ...PORTAL, offers: { ...offers, keys } } });
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    await assert.rejects(owner.post('/api/keys', { body: { name: 'build' } }), /no access document accepts/);
  });
});

describe('the number of keys', () => {
  it('is bounded also for an organisation with more revoked keys than a list has', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    const admin = await portal.members.makeKeys(portal.tables.access);
    for (let at = 0; at < 1000; at += 1) {
      const wanted = {
        tenant: 'acme',
        onRecord: true,
        prefix: 'shop_live',
        roles: [],
        scopes: [],
        metadata: {},
      };
      const { stored } = await admin.create(wanted, { id: `make-${at}`, by: 'me' });
      await admin.revoke(stored.record.keyId, { id: 'revoke', by: 'me' });
    }
    // A member can compute which ids give keys at the end of the list.
    const late = Array.from({ length: 30_000 }, (_, at) => `late-${at}`).filter((id) =>
      keyIdOf('acme', `portal:${id}`).startsWith('zz'),
    );
    assert.ok(late.length >= 8);
    let made = 0;
    for (let at = 0; at < 8; at += 1) {
      const headers = { 'idempotency-key': late[at] ?? `some-${at}` };
      portal.nowMs += 61_000;
      const { status, body } = await owner.post('/api/keys', { body: { name: 'more' }, headers });
      made += status === 200 ? 1 : 0;
      if (status !== 200) assert.equal(body['code'], 'KEYS_TOO_MANY');
    }
    assert.ok(made <= 3, `${made} active keys, and the portal allows 3`);
  });
});
