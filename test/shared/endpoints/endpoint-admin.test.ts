/** Which secrets are accepted after any sequence of changes, compared with a model that implements only the design. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ItemStore } from '#shared/ports.ts';
import { EndpointAdmin } from '#shared/endpoints/endpoint-admin.ts';
import { MASTER, Portal } from '../../support/a-portal.ts';
import type { Browser } from '../../support/a-portal.ts';
import { CustomerWebhooks } from '../../support/customer-webhooks.ts';
import { REAL_RANDOM } from '../../support/real-quota-ports.ts';

type Step =
  | { readonly kind: 'make' }
  | { readonly kind: 'rotate'; readonly at: number; readonly overlapSeconds: number }
  | { readonly kind: 'revoke'; readonly at: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'state'; readonly isActive: boolean };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('make' as const) }),
  fc.record({
    kind: fc.constant('rotate' as const),
    at: fc.nat(1),
    overlapSeconds: fc.constantFrom(0, 60, 3600),
  }),
  fc.record({ kind: fc.constant('revoke' as const), at: fc.nat(1) }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(59, 60, 3540) }),
  fc.record({ kind: fc.constant('state' as const), isActive: fc.boolean() }),
);

/** What a customer knows about an endpoint: each secret that was shown, and when it ends. */
type Known = { readonly endpoint: string; readonly secrets: { readonly secret: string; endsMs: number }[] };

class Model {
  readonly endpoints: Known[] = [];
  isActive = true;

  accepts(endsMs: number, nowMs: number): boolean {
    return this.isActive && nowMs < endsMs;
  }
}

async function take(step: Step, model: Model, portal: Portal, owner: Browser): Promise<void> {
  switch (step.kind) {
    case 'wait':
      portal.nowMs += step.seconds * 1000;
      return;
    case 'state':
      await portal.setState('acme', step.isActive ? 'active' : 'suspended');
      model.isActive = step.isActive;
      return;
    case 'make': {
      const { status, body } = await owner.post('/api/webhooks', { body: { source: 'orders', name: 'x' } });
      const live = model.endpoints.filter(({ secrets }) => secrets.at(-1)?.endsMs === Infinity);
      assert.equal(status === 200, model.isActive && live.length < 2, JSON.stringify(body));
      if (status !== 200) return;
      const secret = { secret: String(body['secret']), endsMs: Infinity };
      model.endpoints.push({ endpoint: String(body['endpointId']), secrets: [secret] });
      return;
    }
    case 'rotate': {
      const known = model.endpoints[step.at];
      if (known === undefined) return;
      const { overlapSeconds } = step;
      const path = `/api/webhooks/${known.endpoint}/rotate`;
      const { status, body } = await owner.post(path, { body: { overlapSeconds } });
      const isRevoked = known.secrets.at(-1)?.endsMs !== Infinity;
      // Two secrets work at most. An overlap of 0 ends those that there are.
      const working = known.secrets.filter(({ endsMs }) => endsMs > portal.nowMs).length;
      const isPossible = model.isActive && !isRevoked && (overlapSeconds === 0 || working < 2);
      assert.equal(status === 200, isPossible, JSON.stringify(body));
      if (status !== 200) return;
      for (const each of known.secrets)
        each.endsMs = Math.min(each.endsMs, portal.nowMs + overlapSeconds * 1000);
      known.secrets.push({ secret: String(body['secret']), endsMs: Infinity });
      return;
    }
    case 'revoke': {
      const known = model.endpoints[step.at];
      if (known === undefined) return;
      assert.equal((await owner.post(`/api/webhooks/${known.endpoint}/revoke`)).status, 200);
      for (const each of known.secrets) each.endsMs = Math.min(each.endsMs, portal.nowMs);
    }
  }
}

describe('the secrets of endpoints', () => {
  it('are accepted exactly as long as they are live, after any changes at any times', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 14 }), async (steps) => {
        const portal = new Portal();
        await portal.addCustomer('acme');
        const owner = await portal.join('acme', 'owner');
        const hooks = new CustomerWebhooks(portal);
        const model = new Model();
        for (const step of steps) {
          await take(step, model, portal, owner);
          for (const { endpoint, secrets } of model.endpoints)
            for (const { secret, endsMs } of secrets) {
              const { reply } = await hooks.deliver({ endpoint, secret });
              assert.equal(reply.statusCode === 200, model.accepts(endsMs, portal.nowMs));
            }
        }
        const all = model.endpoints.flatMap(({ secrets }) => secrets.map(({ secret }) => secret));
        assert.equal(new Set(all).size, all.length);
      }),
      { numRuns: 250 },
    );
  });
});

/** A table that does not answer after the next write, whether or not it has written. */
function losesAnswer(store: ItemStore, writes: boolean): ItemStore {
  let isLost = false;
  return {
    ...store,
    async transact(items) {
      if (isLost) return store.transact(items);
      isLost = true;
      if (writes) await store.transact(items);
      return { kind: 'unknown', reason: 'no answer' };
    },
  };
}

function anAdmin(portal: Portal, store: ItemStore): EndpointAdmin {
  const clock = { nowEpochMs: () => portal.nowMs };
  const timer = { pause: () => Promise.resolve() };
  const master = () => Promise.resolve(MASTER);
  return new EndpointAdmin({ store, clock, random: REAL_RANDOM, timer, master }, 'acme');
}

const BY = { id: 'one', by: 'portal:acme/m1' };
const NEW = { source: 'orders', name: 'shop', most: 5 };

describe('a change of an endpoint whose answer is lost', () => {
  it('shows the secret if it was written', async () => {
    const portal = new Portal();
    const made = await anAdmin(portal, losesAnswer(portal.tables.access.store, true)).make(NEW, BY);
    assert.match(made.secret ?? '', /^whsec_/);
    assert.equal((await anAdmin(portal, portal.tables.access.store).list()).length, 1);
  });

  it('fails if it was not, and takes effect if it is sent again', async () => {
    const portal = new Portal();
    const admin = anAdmin(portal, losesAnswer(portal.tables.access.store, false));
    await assert.rejects(admin.make(NEW, BY), { code: 'STORE_UNAVAILABLE' });
    assert.match((await admin.make(NEW, BY)).secret ?? '', /^whsec_/);
    assert.equal((await admin.make(NEW, BY)).secret, undefined);
    assert.equal((await admin.list()).length, 1);
  });

  it('makes nothing if the master secret cannot be read', async () => {
    const portal = new Portal();
    const { store } = portal.tables.access;
    const clock = { nowEpochMs: () => portal.nowMs };
    const timer = { pause: () => Promise.resolve() };
    const master = () => Promise.reject(new Error('no master secret'));
    const admin = new EndpointAdmin({ store, clock, random: REAL_RANDOM, timer, master }, 'acme');
    await assert.rejects(admin.make(NEW, BY), /no master secret/);
    assert.equal(portal.tables.access.items.size, 0);
  });
});

describe('revoked endpoints', () => {
  it('are listed for 30 days, and DynamoDB deletes them afterwards', async () => {
    const portal = new Portal();
    const admin = anAdmin(portal, portal.tables.access.store);
    const { endpoint } = await admin.make(NEW, BY);
    await admin.revoke(endpoint.endpointId, { ...BY, id: 'two' });
    const item = portal.tables.access.items.get(`ENDPOINT#${endpoint.endpointId}\nENDPOINT`);
    assert.equal(item?.['expiresAt'], portal.nowMs / 1000 + 30 * 86_400);
    assert.equal((await admin.list()).length, 1);
    portal.nowMs += 30 * 86_400_000;
    assert.deepEqual(await admin.list(), []);
    await admin.make(NEW, { ...BY, id: 'three' });
    const list = portal.tables.access.items.get('TENANT#acme\nENDPOINTS');
    assert.equal((JSON.parse(String(list?.['doc'])) as unknown[]).length, 1);
  });

  it('count for the number that can be listed, so that the list stays short', async () => {
    const portal = new Portal();
    const admin = anAdmin(portal, portal.tables.access.store);
    for (let made = 0; made < 100; made += 1) {
      const { endpoint } = await admin.make(NEW, { ...BY, id: `make-${made}` });
      await admin.revoke(endpoint.endpointId, { ...BY, id: `revoke-${made}` });
    }
    await assert.rejects(admin.make(NEW, BY), { code: 'ENDPOINTS_TOO_MANY' });
  });
});
