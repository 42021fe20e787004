/** Deliveries of customers, from the portal that makes their secrets to the event on the bus. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { Portal } from '../../support/a-portal.ts';
import type { Browser } from '../../support/a-portal.ts';
import { CustomerWebhooks } from '../../support/customer-webhooks.ts';

async function aPortal(...tenants: readonly string[]) {
  const portal = new Portal();
  const owners: Browser[] = [];
  for (const tenant of tenants) {
    await portal.addCustomer(tenant);
    owners.push(await portal.join(tenant, 'owner'));
  }
  return { portal, owners, hooks: new CustomerWebhooks(portal) };
}

async function makeEndpoint(browser: Browser | undefined, source = 'orders') {
  const answer = await browser?.post('/api/webhooks', { body: { source, name: 'shop' } });
  assert.equal(answer?.status, 200, answer?.text);
  return { endpoint: String(answer.body['endpointId']), secret: String(answer.body['secret']) };
}

describe('a delivery to the endpoint of a customer', () => {
  it('that is signed with its secret is passed on with the customer and the endpoint', async () => {
    const { owners, hooks } = await aPortal('acme');
    const made = await makeEndpoint(owners[0]);

    const { outcome, reply } = await hooks.deliver({
      ...made,
      body: '{"type":"order.created"}',
      id: 'msg_a',
    });

    assert.deepEqual([outcome, reply.statusCode], ['Delivered', 200]);
    const { receivedAt: _, ...detail } = JSON.parse(hooks.events[0]?.Detail ?? '') as Record<string, unknown>;
    assert.deepEqual(detail, {
      source: 'orders',
      customer: 'acme',
      endpoint: made.endpoint,
      scheme: 'standard',
      key: 'id#msg_a',
      type: 'order.created',
      payload: { type: 'order.created' },
    });
  });

  it('is not a duplicate of a delivery with the same id to the endpoint of another customer', async () => {
    const { owners, hooks } = await aPortal('acme', 'globex');
    const [one, other] = [await makeEndpoint(owners[0]), await makeEndpoint(owners[1])];

    const outcomes = [];
    for (const made of [one, one, other])
      outcomes.push((await hooks.deliver({ ...made, id: 'msg_a' })).outcome);

    assert.deepEqual(outcomes, ['Delivered', 'Duplicate', 'Delivered']);
  });

  it('is refused in one and the same way, and with one read, if the endpoint is unknown, revoked, of another source or customer, or the signature is wrong', async () => {
    const { portal, owners, hooks } = await aPortal('acme', 'globex');
    const [made, foreign] = [await makeEndpoint(owners[0]), await makeEndpoint(owners[1])];
    const revoked = await makeEndpoint(owners[0]);
    await owners[0]?.post(`/api/webhooks/${revoked.endpoint}/revoke`);
    const cases = {
      'a wrong secret': { ...made, secret: revoked.secret },
      'an unknown endpoint': { ...made, endpoint: 'ABCDEFGHIJKLMNOP' },
      'a revoked endpoint': revoked,
      'another source': { ...made, source: 'returns' },
      'the secret of another customer': { ...made, secret: foreign.secret },
    };

    const seen = [];
    for (const delivery of Object.values(cases)) {
      Object.values(portal.tables).forEach((table) => table.take());
      const receipt = await hooks.deliver(delivery);
      const asked = Object.values(portal.tables).flatMap((table) => table.take());
      seen.push(JSON.stringify([receipt, asked.map(({ action, resource }) => [action, resource])]));
    }

    assert.equal(new Set(seen).size, 1, seen.join('\n'));
    assert.match(seen[0] ?? '', /"statusCode":401.*\[\["dynamodb:GetItem","AccessTable.Arn"\]\]/);
    assert.deepEqual(hooks.events, []);
  });

  it('is refused before anything is read if its form or time is wrong, or if the id has another form', async () => {
    const { portal, hooks } = await aPortal('acme');
    portal.tables.access.take();
    const signature = `v1,${Buffer.alloc(32).toString('base64')}`;
    const headers = (at: number) =>
      [
        ['webhook-id', 'm'],
        ['webhook-timestamp', String(at)],
        ['webhook-signature', signature],
      ] as const;
    const now = Math.floor(portal.nowMs / 1000);
    const receipts = [
      await hooks.send('orders', 'ABCDEFGHIJKLMNOP', '{}', []),
      await hooks.send('orders', 'ABCDEFGHIJKLMNOP', '{}', headers(now - 301)),
      await hooks.send('orders', '../KEY#x', '{}', headers(now)),
      await hooks.send('orders', '', '{}', headers(now)),
    ];
    assert.deepEqual(
      receipts.map(({ outcome, reply }) => [outcome, reply.statusCode, reply.body]),
      Array.from({ length: 4 }, () => ['Unauthorized', 401, receipts[0]?.reply.body]),
    );
    assert.deepEqual(portal.tables.access.take(), []);
  });

  it('has as many signatures computed for an unknown endpoint as for one with two secrets', async () => {
    const { portal, owners } = await aPortal('acme');
    const made = await makeEndpoint(owners[0]);
    await owners[0]?.post(`/api/webhooks/${made.endpoint}/rotate`, { body: { overlapSeconds: 60 } });
    const { readEndpoint } = await import('#shared/endpoints/read-endpoint.ts');
    const ports = { access: portal.tables.access.store, usage: portal.tables.usage.store };
    for (const masters of [['m'.repeat(32)], ['m'.repeat(32), 'n'.repeat(32)]])
      for (const id of [made.endpoint, 'ABCDEFGHIJKLMNOP', 'x']) {
        const secrets = await readEndpoint(ports, 'orders', id).secrets(masters, portal.nowMs);
        assert.equal(new Set(secrets).size, 2 * masters.length, id);
      }
  });

  it('needs the endpoint in its address, and other sources have none', async () => {
    const { hooks } = await aPortal('acme');
    for (const [source, endpoint] of [
      ['orders', undefined],
      ['unknown', 'ABCDEFGHIJKLMNOP'],
    ] as const)
      assert.deepEqual(
        [(await hooks.send(source, endpoint, '{}', [])).reply.statusCode],
        [404],
        `${source}/${endpoint}`,
      );
  });

  it('is refused with 403 while the customer is suspended, and taken when it is active again', async () => {
    const { portal, owners, hooks } = await aPortal('acme');
    const made = await makeEndpoint(owners[0]);
    await portal.setState('acme', 'suspended');
    const suspended = await hooks.deliver({ ...made, id: 'msg_a' });
    const forged = await hooks.deliver({ ...made, secret: 'whsec_AAAA' });
    await portal.setState('acme', 'active');
    const active = await hooks.deliver({ ...made, id: 'msg_a' });

    assert.deepEqual(
      [suspended, forged, active].map(({ outcome, reply }) => [outcome, reply.statusCode]),
      [
        ['Suspended', 403],
        ['Unauthorized', 401],
        ['Delivered', 200],
      ],
    );
  });

  it('is refused as a wrong signature is once the customer is closed or no longer on record', async () => {
    for (const end of [
      (portal: Portal) => portal.setState('acme', 'closed'),
      async (portal: Portal) => {
        portal.tables.usage.items.clear();
      },
    ]) {
      const { portal, owners, hooks } = await aPortal('acme');
      const made = await makeEndpoint(owners[0]);
      await end(portal);
      const [closed, forged] = [
        await hooks.deliver(made),
        await hooks.deliver({ ...made, secret: 'whsec_AAAA' }),
      ];
      assert.deepEqual([closed.reply, closed.reason], [forged.reply, 'customer_closed']);
    }
  });

  it('is accepted under both master secrets while the owner changes them, and under the new one only afterwards', async () => {
    const { portal, owners, hooks } = await aPortal('acme');
    const made = await makeEndpoint(owners[0]);
    const [old = ''] = hooks.masters;
    const codes = [];
    for (const masters of [[`new-${old}`, old], [`new-${old}`]]) {
      hooks.masters = masters;
      // The receiver reads the place again after five minutes.
      portal.nowMs += 300_001;
      codes.push((await hooks.deliver(made)).reply.statusCode);
    }
    assert.deepEqual(codes, [200, 401]);
  });

  const HEADERS: Readonly<Record<string, (key: string, at: number) => Readonly<Record<string, string>>>> = {
    github: (key) => ({ 'x-hub-signature-256': `sha256=${hexOf(key, '{}')}` }),
    stripe: (key, at) => ({ 'stripe-signature': `t=${at},v1=${hexOf(key, `${at}.{}`)}` }),
    slack: (key, at) => ({
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${hexOf(key, `v0:${at}:{}`)}`,
    }),
  };
  for (const scheme of ['github', 'stripe', 'slack'] as const)
    it(`can be signed as ${scheme} does, with the whole text of the secret as key`, async () => {
      const { portal, owners } = await aPortal('acme');
      const { endpoint, secret } = await makeEndpoint(owners[0]);
      const hooks = new CustomerWebhooks(portal, scheme);
      const headers = HEADERS[scheme]?.(secret, Math.floor(portal.nowMs / 1000)) ?? {};
      const { reply } = await hooks.send('orders', endpoint, '{}', Object.entries(headers));
      assert.equal(reply.statusCode, 200);
    });
});

function hexOf(key: string, signed: string): string {
  return createHmac('sha256', key).update(signed).digest('hex');
}
