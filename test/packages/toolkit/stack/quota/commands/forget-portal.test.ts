/** What the portal and its endpoints have of a customer is deleted with the customer. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forget, survey } from '../../../../../../packages/toolkit/stack/quota/commands/forget-customer.ts';
import { Browser, Portal } from '../../../../../support/a-portal.ts';
import { printItems, sweptMemory } from '../../../../../support/swept-memory.ts';

describe('forgetting a customer', () => {
  it('removes members, sessions and invitations of the portal, and its endpoints, so that nobody comes back with the same name', async () => {
    for (const tenant of ['acme', 'a#b%']) {
      const portal = new Portal();
      for (const each of [tenant, 'globex']) await portal.addCustomer(each);
      const [owner, other] = [await portal.join(tenant, 'owner'), await portal.join('globex', 'owner')];
      await owner.post('/api/alerts', {
        body: { version: 1, alerts: [{ limit: 'monthly', percent: 80 }] },
      });
      await owner.post('/api/keys', { body: { name: 'build' } });
      const hook = { body: { source: 'orders', name: 'shop' } };
      const hooks = [await owner.post('/api/webhooks', hook), await other.post('/api/webhooks', hook)];
      const made = await owner.post('/api/invitations', { body: { role: 'owner' } });
      const tables = {
        usage: sweptMemory(portal.tables.usage.items),
        access: sweptMemory(portal.tables.access.items),
        portal: sweptMemory(portal.tables.portal.items),
      };
      const { found } = await survey(tables, tenant, portal.nowMs);
      await forget(tables, tenant);
      assert.ok((found.get('items of the portal') ?? 0) > 5, JSON.stringify([...found]));
      assert.equal((await survey(tables, tenant, portal.nowMs)).found.size, 0);
      assert.deepEqual(
        [found.get('endpoints for webhooks'), found.get('lists and changes of endpoints')],
        [1, 2],
      );
      const left = printItems(portal.tables.access.items);
      assert.deepEqual(
        hooks.map(({ body }) => left.includes(String(body['endpointId']))),
        [false, true],
      );
      assert.ok(!printItems(portal.tables.portal.items).includes(`owner of ${tenant}`));

      await portal.addCustomer(tenant);
      assert.equal((await owner.get('/session')).status, 401);
      const body = { invitation: made.body['invitation'], name: 'Back' };
      assert.equal((await new Browser(portal).post('/session/invitation', { body })).status, 404);
      assert.equal((await other.get('/api/members')).status, 200);
    }
  });
});
