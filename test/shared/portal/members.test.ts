/** What stays of a member's rights when he loses them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Browser, Portal } from '../../support/a-portal.ts';

async function twoOwners() {
  const portal = new Portal();
  await portal.addCustomer('acme');
  const first = await portal.join('acme', 'owner');
  const second = await portal.join('acme', 'owner');
  const { body } = await second.post('/api/invitations', { body: { role: 'owner' } });
  const redeem = () =>
    new Browser(portal).post('/session/invitation', {
      body: { invitation: body['invitation'], name: 'Back again' },
    });
  return { portal, first, second, redeem };
}

describe('an invitation that an owner has made', () => {
  it('is not valid after he was removed, so that he does not come back by it', async () => {
    const { first, second, redeem } = await twoOwners();
    assert.equal((await first.post(`/api/members/${second.memberId}/remove`)).status, 200);
    assert.equal((await redeem()).body['code'], 'INVITATION_INVALID');
  });

  it('is not valid after he has got another role', async () => {
    const { first, second, redeem } = await twoOwners();
    const body = { role: 'billing', version: 2 };
    assert.equal((await first.post(`/api/members/${second.memberId}/role`, { body })).status, 200);
    assert.equal((await redeem()).body['code'], 'INVITATION_INVALID');
  });

  it('is valid while he is an owner, also if his sign-in was renewed', async () => {
    const { first, second, redeem } = await twoOwners();
    const { body } = await first.post('/api/invitations', { body: { member: second.memberId } });
    const name = 'Second';
    await second.post('/session/invitation', { body: { invitation: body['invitation'], name } });
    assert.equal((await redeem()).status, 200);
  });
});

describe('the open invitations of an organisation', () => {
  it('are all listed, and no more than 20, however many were withdrawn before', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    for (let at = 0; at < 240; at += 1) {
      const { body } = await owner.post('/api/invitations', { body: { role: 'billing' } });
      await owner.post(`/api/invitations/${String(body['id'])}/withdraw`);
    }
    let made = 0;
    for (let at = 0; at < 30; at += 1)
      made += (await owner.post('/api/invitations', { body: { role: 'owner' } })).status === 200 ? 1 : 0;
    const { body } = await owner.get('/api/members');
    assert.deepEqual([made, (body['invitations'] as readonly unknown[]).length], [20, 20]);
  });

  it('are no more than 20, also if they are made at the same time', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    await Promise.all(
      Array.from({ length: 60 }, () => owner.post('/api/invitations', { body: { role: 'owner' } })),
    );
    const { body } = await owner.get('/api/members');
    assert.ok((body['invitations'] as readonly unknown[]).length <= 20);
  });
});

describe('the members of an organisation', () => {
  it('are all listed, however many were removed before', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    let made = 0;
    for (let at = 0; at < 320; at += 1) {
      const { body, status } = await owner.post('/api/invitations', { body: { role: 'billing' } });
      if (status !== 200) break;
      const name = `n${at}`;
      const browser = new Browser(portal);
      const { body: joined } = await browser.post('/session/invitation', {
        body: { invitation: body['invitation'], name },
      });
      made += 1;
      const { id } = joined['member'] as { readonly id: string };
      const { body: listed } = await owner.get('/api/members');
      assert.deepEqual((listed['members'] as readonly unknown[]).length, 2, name);
      await owner.post(`/api/members/${id}/remove`);
    }
    assert.ok(made >= 200);
  });
});
