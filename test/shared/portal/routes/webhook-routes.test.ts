/** Endpoints for webhooks in the portal, from the request of a browser to the table. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOON_MS, PORTAL, Portal } from '../../../support/a-portal.ts';
import type { Browser } from '../../../support/a-portal.ts';

async function anOrganisation(portal = new Portal()) {
  await portal.addCustomer('acme', 'free', 'Acme Ltd');
  return { portal, owner: await portal.join('acme', 'owner') };
}

const NEW = { body: { source: 'orders', name: 'shop' } };

async function makeEndpoint(browser: Browser) {
  const { status, body, text } = await browser.post('/api/webhooks', NEW);
  assert.equal(status, 200, text);
  return { endpointId: String(body['endpointId']), secret: String(body['secret']), body };
}

describe('endpoints in the portal', () => {
  it('are shown with their address, and with the secret once, which no table contains', async () => {
    const { portal, owner } = await anOrganisation();
    const { endpointId, secret, body } = await makeEndpoint(owner);
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    const createdAt = new Date(NOON_MS).toISOString();
    const shown = {
      endpointId,
      source: 'orders',
      name: 'shop',
      address: `https://api.example.com/webhooks/orders/${endpointId}`,
      state: 'active',
      createdAt,
      secrets: [{ createdAt }],
    };
    assert.deepEqual(body, { ...shown, secret });

    const listed = await owner.get('/api/webhooks');
    assert.deepEqual(listed.body, {
      sources: [{ source: 'orders', title: 'Orders', scheme: 'standard', most: 2, left: 1 }],
      endpoints: [shown],
    });
    for (const { items } of Object.values(portal.tables))
      assert.ok(![...items.values()].some((item) => JSON.stringify(item).includes(secret.slice(6))));
  });

  it("are at the owner's address if the receiver has a domain of its own", async () => {
    const [webhooks] = PORTAL.offers.webhooks ?? [];
    assert.ok(webhooks?.stages['prod']);
    const prod = { ...webhooks.stages['prod'], url: 'https://hooks.example.com' };
    const offers = { ...PORTAL.offers, webhooks: [{ ...webhooks, stages: { prod } }] };
    const { owner } = await anOrganisation(new Portal({ portal: { ...PORTAL, offers } }));
    const { endpointId, body } = await makeEndpoint(owner);
    assert.equal(body['address'], `https://hooks.example.com/orders/${endpointId}`);
  });

  it('are created once if the same request is sent twice, and the second answer has no secret', async () => {
    const { owner } = await anOrganisation();
    const again = { ...NEW, headers: { 'idempotency-key': 'one' } };
    const { body: first } = await owner.post('/api/webhooks', again);
    const { body: second } = await owner.post('/api/webhooks', again);
    const { secret: _, ...shown } = first;
    assert.deepEqual(second, shown);
    const other = { body: { source: 'orders', name: 'other' }, headers: { 'idempotency-key': 'one' } };
    assert.equal((await owner.post('/api/webhooks', other)).body['code'], 'OPERATION_REUSED');
    const path = `/api/webhooks/${String(first['endpointId'])}/rotate`;
    const rotate = { body: { overlapSeconds: 60 }, headers: { 'idempotency-key': 'two' } };
    assert.match(String((await owner.post(path, rotate)).body['secret']), /^whsec_/);
    const repeated = await owner.post(path, rotate);
    assert.deepEqual([repeated.status, repeated.body['secret']], [200, undefined]);
  });

  it('are no more than the owner allows, even if they are created at the same time', async () => {
    const { owner } = await anOrganisation();
    const answers = await Promise.all(Array.from({ length: 12 }, () => owner.post('/api/webhooks', NEW)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 2);
    for (const { status, body } of answers)
      if (status !== 200) assert.match(String(body['code']), /^(ENDPOINTS_TOO_MANY|EDIT_CONFLICT)$/);
    const { body } = await owner.get('/api/webhooks');
    assert.equal((body['endpoints'] as unknown[]).length, 2);
  });

  it('are renamed, rotated with an overlap and revoked, and the log records it without a secret', async () => {
    const { portal, owner } = await anOrganisation();
    const { endpointId, secret } = await makeEndpoint(owner);
    const rotated = await owner.post(`/api/webhooks/${endpointId}/rotate`, {
      body: { overlapSeconds: 3600 },
    });
    assert.notEqual(rotated.body['secret'], secret);
    assert.deepEqual(
      (rotated.body['secrets'] as readonly { readonly notAfter?: string }[]).map(({ notAfter }) => notAfter),
      [undefined, new Date(NOON_MS + 3_600_000).toISOString()],
    );
    const early = await owner.post(`/api/webhooks/${endpointId}/rotate`, { body: { overlapSeconds: 60 } });
    assert.deepEqual([early.status, early.body['code']], [409, 'ROTATION_RUNNING']);
    const renamed = await owner.post(`/api/webhooks/${endpointId}/rename`, { body: { name: 'till' } });
    assert.deepEqual([renamed.body['name'], renamed.body['secret']], ['till', undefined]);
    portal.nowMs += 3_600_000;
    const [listed] = (await owner.get('/api/webhooks')).body['endpoints'] as [
      { readonly secrets: unknown[] },
    ];
    assert.equal(listed.secrets.length, 1, 'a secret that has ended is still shown');
    const revoked = await owner.post(`/api/webhooks/${endpointId}/revoke`);
    assert.deepEqual([revoked.body['state'], revoked.body['secrets']], ['revoked', []]);
    for (const what of ['rename', 'rotate']) {
      const body = what === 'rename' ? { name: 'x' } : { overlapSeconds: 0 };
      const answer = await owner.post(`/api/webhooks/${endpointId}/${what}`, { body });
      assert.deepEqual([answer.status, answer.body['code']], [409, 'ENDPOINT_REVOKED']);
    }
    const { body, text } = await owner.get('/api/log');
    const entries = body['entries'] as readonly { readonly what: string; readonly on: string }[];
    assert.deepEqual(
      entries
        .filter(({ what }) => what.endsWith('-endpoint'))
        .map(({ what, on }) => `${what} ${on}`)
        .toSorted(),
      [
        'made-endpoint shop',
        'renamed-endpoint shop → till',
        'revoked-endpoint till',
        'rotated-endpoint shop',
      ],
    );
    assert.ok(!text.includes('whsec_'));
  });

  it('can be revoked while the organisation is suspended, and not made, renamed or rotated', async () => {
    const { portal, owner } = await anOrganisation();
    const { endpointId } = await makeEndpoint(owner);
    await portal.setState('acme', 'suspended');
    for (const [path, body] of [
      ['', NEW.body],
      [`/${endpointId}/rename`, { name: 'x' }],
      [`/${endpointId}/rotate`, { overlapSeconds: 0 }],
    ] as const)
      assert.equal(
        (await owner.post(`/api/webhooks${path}`, { body })).body['code'],
        'ORGANISATION_SUSPENDED',
        path,
      );
    assert.equal((await owner.post(`/api/webhooks/${endpointId}/revoke`)).status, 200);
  });

  it('of a source that is not offered in the stage cannot be made', async () => {
    const { owner } = await anOrganisation();
    const answer = await owner.post('/api/webhooks', { body: { source: 'other', name: 'x' } });
    assert.deepEqual([answer.status, answer.body['code']], [409, 'OFFER_UNKNOWN']);
  });

  it('do not appear in a portal that offers none', async () => {
    const { webhooks: _, ...offers } = PORTAL.offers;
    const { owner } = await anOrganisation(new Portal({ portal: { ...PORTAL, offers } }));
    for (const answer of [await owner.get('/api/webhooks'), await owner.post('/api/webhooks', NEW)])
      assert.deepEqual([answer.status, answer.body['code']], [404, 'ROUTE_UNKNOWN']);
  });
});
