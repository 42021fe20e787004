/**
 * The features for which the portal's functions need their roles, as members, visitors and the owner of the APIs use
 * them.
 */
import { randomUUID } from 'node:crypto';
import { headKey } from '#shared/access/documents/publication.ts';
import { portalAdminRoutes } from '#shared/portal/admin-routes.ts';
import { sendAlerts } from '#shared/portal/send-alerts.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { headKey as headOfLimit } from '#shared/quota/ledger/ledger.ts';
import { replaceWrite } from '#shared/quota/ledger/opening.ts';
import { Browser, ORIGIN, PLANS, PORTAL, Portal } from '../support/a-portal.ts';
import { REAL_RANDOM } from '../support/real-quota-ports.ts';
import type { Feature } from './channel-features.ts';
import type { Desk } from './roles-desk.ts';

/** The portal on the tables of a stage. Every answer is accepted, because only refusals of the role count. */
function aPortalAt(desk: Desk): Portal {
  const portal = new Portal();
  portal.nowMs = Date.now();
  const { access } = desk;
  const ports = { ...portal.ports, ...desk.portal };
  const usage = { ...portal.usage, ...desk.usage };
  Object.assign(portal, { ports, usage, tables: { portal: desk.portal, usage: desk.usage, access } });
  const listed = { ...usage, ...desk.listedUsage, savesPlans: false };
  Object.assign(portal.members, { ports, access, usage: listed });
  portal.sessions = { ports, customers: usage, portalUrl: ORIGIN, oidc: undefined };
  return portal;
}

/**
 * Creates a new customer at each try, with items in the tables as the owner of the APIs and the members would have
 * created them.
 */
async function aCustomer(mine: Desk, other: Desk) {
  const prepared = aPortalAt(other);
  const tenant = `t-${REAL_RANDOM.hex(12)}`;
  const requested = () => ({ operationId: randomUUID(), by: 'me', atEpochMs: prepared.nowMs });
  const [free] = PLANS as readonly [{ readonly id: string; readonly limits: readonly object[] }];
  const each = { id: 'each', level: 'key', quota: 100, period: 'DAY', price: { fee: '1' } };
  // This is refused if an earlier try has saved the plan.
  await savePlan(prepared.usage, requested(), 'free', { ...free, limits: [...free.limits, each] }).catch(
    () => undefined,
  );
  // The plan of a key, assigned before the customer had a record.
  await assignPlan(prepared.usage, requested(), { tenant, key: 'old', plan: 'free', version: 1 });
  await prepared.addCustomer(tenant);
  const served = aPortalAt(mine);
  const join = async (role: 'owner' | 'developer'): Promise<Browser> => {
    const joined = await prepared.join(tenant, role);
    const browser = new Browser(served);
    for (const [name, value] of joined.cookies) browser.cookies.set(name, value);
    browser.csrf = joined.csrf;
    browser.memberId = joined.memberId;
    return browser;
  };
  return { tenant, prepared, served, join };
}

async function sessionFeatures(mine: Desk, other: Desk): Promise<readonly Feature[]> {
  const { tenant, prepared, served, join } = await aCustomer(mine, other);
  const [owner, leaving] = [await join('owner'), await join('owner')];
  const link = await prepared.invite({ tenant, role: 'owner' });
  const seen = await prepared.invite({ tenant, role: 'owner' });
  const visitor = new Browser(served);
  return [
    {
      name: 'an invitation is shown before it is accepted',
      run: () => visitor.post('/session/invitation/look', { body: { invitation: seen } }),
    },
    {
      name: 'an invitation is accepted',
      run: () => visitor.post('/session/invitation', { body: { invitation: link, name: 'Ann' } }),
    },
    { name: 'a session is shown', run: () => owner.get('/session') },
    {
      name: 'a member switches to another organisation',
      run: () => owner.post('/session/switch', { body: { organisation: tenant } }),
    },
    { name: 'a session is ended', run: () => leaving.post('/session/end') },
  ];
}

async function memberFeatures(mine: Desk, other: Desk): Promise<readonly Feature[]> {
  const { prepared, tenant, join } = await aCustomer(mine, other);
  const [owner, second] = [await join('owner'), await join('developer')];
  const { prefix = '' } = PORTAL.offers.keys ?? {};
  const keys = await prepared.members.makeKeys(prepared.tables.access);
  const made = { tenant, onRecord: true, prefix, roles: ['caller'], scopes: [], metadata: {} } as const;
  const { stored } = await keys.create(made, { id: randomUUID(), by: 'me' });
  const { keyId } = stored.record;
  await prepared.spend(tenant, 3, { key: keyId });
  const owned = await prepared.join(tenant, 'owner');
  const endpoint = await owned.post('/api/webhooks', { body: { source: 'orders', name: 'shop' } });
  const endpointId = String(endpoint.body['endpointId']);
  const read = (path: string): Feature => ({ name: `${path} is read`, run: () => owner.get(`/api/${path}`) });
  const post = (name: string, path: string, body: object = {}): Feature => ({
    name,
    run: () => owner.post(`/api/${path}`, { body }),
  });
  return [
    { name: 'published documents are followed', run: () => mine.access.store.read(headKey()) },
    ...['keys', 'webhooks', 'usage', 'plan', 'invoices', 'invoices/2026-11', 'alerts', 'members', 'log'].map(
      read,
    ),
    post('a key is created', 'keys', { name: 'build' }),
    post('a key is renamed', `keys/${keyId}/rename`, { name: 'release' }),
    post('a key is rotated', `keys/${keyId}/rotate`, { overlapSeconds: 60 }),
    post('a key is revoked', `keys/${keyId}/revoke`),
    { name: 'cached results of authorizers are flushed', run: () => mine.flushAuthorizers() },
    post('a webhook endpoint is created', 'webhooks', { source: 'orders', name: 'orders' }),
    post('a webhook endpoint is renamed', `webhooks/${endpointId}/rename`, { name: 'sales' }),
    post('an endpoint for webhooks is rotated', `webhooks/${endpointId}/rotate`, { overlapSeconds: 60 }),
    post('an endpoint for webhooks is revoked', `webhooks/${endpointId}/revoke`),
    post('alerts are saved', 'alerts', { version: 1, alerts: [{ limit: 'monthly', percent: 50 }] }),
    post('a change of plan is shown', 'plan/preview', { plan: 'pro' }),
    post('the plan is changed', 'plan', { plan: 'pro', version: 2 }),
    {
      name: 'an invitation is created and withdrawn',
      async run() {
        const { body } = await owner.post('/api/invitations', { body: { role: 'owner' } });
        await owner.post(`/api/invitations/${String(body['id'])}/withdraw`);
      },
    },
    post('a role is changed', `members/${second.memberId}/role`, { role: 'billing', version: 2 }),
    post('a member is removed', `members/${second.memberId}/remove`),
  ];
}

async function alertFeatures(mine: Desk, other: Desk): Promise<readonly Feature[]> {
  const { tenant, prepared, served } = await aCustomer(mine, other);
  const invitation = await prepared.invite({ tenant, role: 'owner', email: 'ann@example.com' });
  const owner = new Browser(prepared);
  const joined = await owner.post('/session/invitation', { body: { invitation, name: 'Ann' } });
  owner.csrf = String(joined.body['csrf']);
  await owner.post('/api/alerts', { body: { version: 1, alerts: [{ limit: 'monthly', percent: 50 }] } });
  await prepared.spend(tenant, 3);
  // The process that has ended the ledger has died before it opened the next one. The ledger is then found by a query.
  const { pk } = headOfLimit({ tenant, limit: 'monthly', subject: '' });
  const kept = await other.usage.listing.range({ pk, from: 'P#', to: 'P#~', limit: 1 });
  const [ledger] = kept.kind === 'done' ? kept.items : [];
  if (ledger !== undefined) await other.usage.store.update(replaceWrite(ledger.key, Date.now()));
  const { ports, usage } = served;
  const send = () => Promise.resolve();
  return [
    {
      name: 'alerts that are due are sent',
      run: () => sendAlerts({ portal: PORTAL, ports, usage, send, hasTime: () => true }),
    },
  ];
}

async function adminFeatures(mine: Desk, other: Desk): Promise<readonly Feature[]> {
  const { tenant, served, join } = await aCustomer(mine, other);
  const member = await join('developer');
  const { ports, usage: customers } = served;
  const routes = portalAdminRoutes({ ports, customers, portal: PORTAL, portalUrl: ORIGIN });
  const ask = async (id: string, parameters: Readonly<Record<string, string>> = {}) => {
    const { method = '', answer } = routes.find(({ description }) => description.id === id) ?? {};
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const about = { path: '/', routeKey: '', query: {}, body: '{}', requestId: 'r' };
    const pathParameters = { tenant, ...parameters };
    const signer = 'arn:aws:iam::123456789012:user/ada';
    const reply = await answer?.({
      ...about,
      method,
      headers,
      pathParameters,
      signer,
      receivedEpochMs: Date.now(),
    });
    return JSON.parse(reply?.body ?? '{}') as Readonly<Record<string, unknown>>;
  };
  return [
    { name: 'the members of a customer are shown', run: () => ask('showOrganisation') },
    { name: 'the log of a customer is shown', run: () => ask('showOrganisationLog') },
    {
      name: 'the owner of the APIs invites and withdraws',
      async run() {
        const { id } = await ask('inviteToOrganisation');
        await ask('withdrawFromOrganisation', { id: String(id) });
      },
    },
    { name: 'a member is removed', run: () => ask('removeFromOrganisation', { id: member.memberId }) },
  ];
}

/** The features by role. PortalPageRole may only write its log, which is checked from the policies alone. */
export const PORTAL_FEATURES = {
  PortalSessionRole: sessionFeatures,
  PortalRole: memberFeatures,
  PortalAlertsRole: alertFeatures,
  PortalAdminRole: adminFeatures,
};
