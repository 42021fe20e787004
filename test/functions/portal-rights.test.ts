/** The rights of the portal's roles against what its functions ask of the tables, as in table-rights.test.ts. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { DocumentAdmin } from '#shared/access/documents/document-admin.ts';
import { followPublished } from '#shared/access/documents/follow.ts';
import { toPublication } from '#shared/access/documents/publication.ts';
import { portalAdminRoutes } from '#shared/portal/admin-routes.ts';
import { sendAlerts } from '#shared/portal/send-alerts.ts';
import { setPlan } from '#shared/quota/admin/customers.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { Browser, PLANS, PORTAL, Portal } from '../support/a-portal.ts';
import { aCompiledDocument } from '../support/a-published-table.ts';
import { assertRights } from '../support/compare-rights.ts';
import { readTableStatements } from '../support/role-statements.ts';
import type { TableCall } from '../support/table-calls.ts';

const statements = readTableStatements();

/** Records the calls of requests by the function that serves them, but not the calls of preparations. */
class WatchedPortal extends Portal {
  readonly session: TableCall[] = [];
  readonly member: TableCall[] = [];

  take(): readonly TableCall[] {
    return Object.values(this.tables).flatMap((table) => table.take());
  }

  override async send(...request: Parameters<Portal['send']>): ReturnType<Portal['send']> {
    this.take();
    const answer = await super.send(...request);
    (request[1].startsWith('/api') ? this.member : this.session).push(...this.take());
    return answer;
  }
}

/** The number of keys in a page of what may owe a fee. */
const PAGE = 50;
const DAY_MS = 86_400_000;
const json = { 'content-type': 'application/json' };

async function aWatchedPortal(): Promise<WatchedPortal> {
  const portal = new WatchedPortal();
  const requested = { operationId: 'big', by: 'me', atEpochMs: portal.nowMs };
  const limits = [
    ...(PLANS[0] as unknown as { readonly limits: readonly object[] }).limits,
    { id: 'each', level: 'key', quota: 100, period: 'DAY', price: { fee: '1' } },
  ];
  await savePlan(portal.usage, requested, 'free', { ...PLANS[0], limits });
  // Plans of keys, from the time before the customer was on record. They are read by pages, of which the last has one
  // key.
  for (let count = 0; count <= PAGE; count += 1) {
    const assigned = { tenant: 'acme', key: `old-${count}`, plan: 'free', version: 1 };
    await assignPlan(portal.usage, { ...requested, operationId: `assign-${count}` }, assigned);
  }
  await portal.addCustomer('acme');
  return portal;
}

/** Does everything that members can do, at least once. */
async function useAll(portal: WatchedPortal): Promise<void> {
  const owner = await portal.join('acme', 'owner');
  const other = await portal.join('acme', 'owner');
  const keyId = String((await owner.post('/api/keys', { body: { name: 'a' } })).body['keyId']);
  await owner.post(`/api/keys/${keyId}/rename`, { body: { name: 'b' } });
  await owner.post(`/api/keys/${keyId}/rotate`, { body: { overlapSeconds: 60 } });
  const hook = { body: { source: 'orders', name: 'a' } };
  const endpointId = String((await owner.post('/api/webhooks', hook)).body['endpointId']);
  await owner.post(`/api/webhooks/${endpointId}/rename`, { body: { name: 'b' } });
  await owner.post(`/api/webhooks/${endpointId}/rotate`, { body: { overlapSeconds: 60 } });
  await portal.spend('acme', 3);
  portal.nowMs += 3_600_000;
  await owner.post('/api/alerts', { body: { version: 1, alerts: [{ limit: 'monthly', percent: 50 }] } });
  for (let times = 0; times < 2; times += 1)
    await owner.post('/api/plan', {
      body: { plan: 'pro', version: 2 },
      headers: { 'idempotency-key': 'twice' },
    });
  for (const path of ['keys', 'webhooks', 'usage', 'plan', 'invoices/2026-11', 'alerts', 'members', 'log'])
    assert.equal((await owner.get(`/api/${path}`)).status, 200, path);
  await owner.post(`/api/keys/${keyId}/revoke`);
  await owner.post(`/api/webhooks/${endpointId}/revoke`);
  const { body } = await owner.post('/api/invitations', { body: { role: 'owner' } });
  await owner.post(`/api/invitations/${String(body['id'])}/withdraw`);
  await owner.post(`/api/members/${other.memberId}/role`, { body: { role: 'billing', version: 2 } });
  await owner.post(`/api/members/${other.memberId}/remove`);
  await owner.post('/session/end');
}

describe('the rights of the portal', () => {
  it('PortalSessionRole has all that its function asks of the tables, and nothing else', async () => {
    const portal = await aWatchedPortal();
    await useAll(portal);
    assertRights(statements.get('PortalSessionRole') ?? [], portal.session);
  });

  it('PortalRole has all that its function asks of the tables, and nothing else', async () => {
    const portal = await aWatchedPortal();
    await useAll(portal);
    const { store, listing } = portal.tables.access;
    const clock = { nowEpochMs: () => portal.nowMs };
    const admin = new DocumentAdmin({ store, listing, clock }, { follows: true, check: () => undefined });
    const { checksum, parts } = toPublication({ documents: [aCompiledDocument('shop')] });
    await admin.keepPart(checksum, 0, parts[0] ?? '');
    await admin.publish({ checksum, parts: 1 }, { id: 'publish', by: 'me' });
    portal.take();
    const timeout = () => new Promise<never>(() => undefined);
    const ports = { store, clock, observer: { count: () => undefined }, timeout };
    await followPublished(ports, { documents: [] }, () => 'made')();
    assertRights(statements.get('PortalRole') ?? [], [...portal.member, ...portal.take()]);
  });

  it('PortalAlertsRole has all that its function asks of the tables, and nothing else', async () => {
    const portal = await aWatchedPortal();
    await portal
      .invite({ tenant: 'acme', role: 'owner', email: 'ann@example.com' })
      .then((invitation) =>
        new Browser(portal).post('/session/invitation', { body: { invitation, name: 'Ann' }, headers: json }),
      );
    const owner = await portal.join('acme', 'owner');
    await owner.post('/api/alerts', { body: { version: 1, alerts: [{ limit: 'monthly', percent: 50 }] } });
    await portal.spend('acme', 3);
    // Another plan of which the tenant has used nothing yet.
    portal.nowMs += 3_600_000;
    const requested = { operationId: 'change', by: 'me', atEpochMs: portal.nowMs };
    await setPlan(portal.usage, requested, {
      tenant: 'acme',
      plan: 'free',
      version: 2,
      limits: { monthly: 4 },
    });
    portal.take();
    const { ports, usage } = portal;
    const send = () => Promise.resolve();
    const alert = () => sendAlerts({ portal: PORTAL, ports, usage, send, hasTime: () => true });
    assert.equal((await alert()).sent, 1);
    const calls = portal.take();
    // A request of the next month has opened its ledger, and the clock of the function is behind.
    portal.nowMs += 31 * DAY_MS;
    await portal.spend('acme', 1);
    portal.nowMs -= 31 * DAY_MS;
    portal.take();
    await alert();
    assertRights(statements.get('PortalAlertsRole') ?? [], [...calls, ...portal.take()]);
  });

  it('PortalAdminRole has all that its function asks of the tables, and nothing else', async () => {
    const portal = await aWatchedPortal();
    const { ports, usage: customers } = portal;
    const routes = portalAdminRoutes({
      ports,
      customers,
      portal: PORTAL,
      portalUrl: 'https://portal.example.com',
    });
    const { memberId } = await portal.join('acme', 'owner');
    portal.take();
    const ask = async (id: string, pathParameters: Readonly<Record<string, string>>) => {
      const { method, answer } = routes.find(({ description }) => description.id === id) ?? {};
      const reply = await answer?.({
        method: method ?? '',
        path: '/',
        routeKey: '',
        pathParameters: { tenant: 'acme', ...pathParameters },
        query: {},
        headers: { ...json, 'idempotency-key': randomUUID() },
        body: '{}',
        signer: 'arn:aws:iam::123456789012:user/ada',
        requestId: 'r',
        receivedEpochMs: portal.nowMs,
      });
      assert.equal(reply?.statusCode, 200, id);
      return JSON.parse(reply.body ?? '') as Readonly<Record<string, unknown>>;
    };
    const { id } = await ask('inviteToOrganisation', {});
    await ask('showOrganisation', {});
    await ask('showOrganisationLog', {});
    await ask('withdrawFromOrganisation', { id: String(id) });
    await ask('removeFromOrganisation', { id: memberId });
    assertRights(statements.get('PortalAdminRole') ?? [], portal.take());
  });
});
