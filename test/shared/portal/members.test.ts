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
