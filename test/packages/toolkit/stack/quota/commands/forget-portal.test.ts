/** What the portal and its endpoints store about a customer is deleted with the customer. */
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

  it('leaves no name of the customer or of a member in the audit log of what members have changed', async () => {
    for (const tenant of ['acme', 'a#b%']) {
      const portal = new Portal();
      await portal.addCustomer(tenant);
      const owner = await portal.join(tenant, 'owner');
      portal.nowMs += 1000;
      const changed = await owner.post('/api/plan', { body: { plan: 'pro', version: 2 } });
      assert.equal(changed.status, 200, changed.text);
      const { usage, access } = portal.tables;
      await forget({ usage: sweptMemory(usage.items), access: sweptMemory(access.items) }, tenant);
      const left = printItems(usage.items);
      assert.match(left, /set-plan/);
      assert.deepEqual([left.includes(tenant), left.includes(owner.memberId)], [false, false], left);
    }
  });

  it('removes the ids of deliveries to its endpoints, which the customer has chosen, also if a run was interrupted', async () => {
    const portal = new Portal();
    for (const each of ['acme', 'globex']) await portal.addCustomer(each);
    const hook = { body: { source: 'orders', name: 'shop' } };
    const [own, foreign] = await Promise.all(
      ['acme', 'globex'].map(async (tenant) => {
        const { body } = await (await portal.join(tenant, 'owner')).post('/api/webhooks', hook);
        return `WEBHOOK#orders/${String(body['endpointId'])}`;
      }),
    );
    const { items } = portal.tables.access;
    for (const pk of [own, foreign, 'WEBHOOK#stripe']) items.set(`${pk}\nid#msg_a`, { deliveredAt: 1 });
    const tables = { usage: sweptMemory(portal.tables.usage.items), access: sweptMemory(items) };
    const interrupted = {
      ...tables.access,
      remove: (key: { readonly pk: string; readonly sk: string }) =>
        key.pk.startsWith('WEBHOOK#') ? Promise.reject(new Error('interrupted')) : tables.access.remove(key),
    };
    await assert.rejects(forget({ ...tables, access: interrupted }, 'acme'), /interrupted/);
    const { found } = await survey(tables, 'acme', portal.nowMs);
    assert.equal(found.get('ids of deliveries'), 1);
    await forget(tables, 'acme');
    const claims = [...items.keys()].filter((name) => name.startsWith('WEBHOOK#'));
    assert.deepEqual(claims, [`${foreign}\nid#msg_a`, 'WEBHOOK#stripe\nid#msg_a']);
    assert.equal((await survey(tables, 'acme', portal.nowMs)).found.size, 0);
  });
});
