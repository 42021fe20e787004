/** The rights of each role against what its function asks of the tables: nothing is missing, and nothing is too much. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { DocumentAdmin } from '#shared/access/documents/document-admin.ts';
import { followPublished } from '#shared/access/documents/follow.ts';
import { toPublication } from '#shared/access/documents/publication.ts';
import { createApiKeyReader } from '#shared/access/keys/api-key-store.ts';
import { KeyAdmin } from '#shared/access/keys/key-admin.ts';
import { createTicketStore } from '#shared/access/tickets/ticket-store.ts';
import { createPlanCatalogue } from '#shared/quota/admin/plan-catalogue.ts';
import { listAudit } from '#shared/quota/admin/audit.ts';
import { closeAllOver } from '#shared/quota/admin/close-all.ts';
import { closePeriod } from '#shared/quota/admin/close-period.ts';
import {
  createCustomer,
  listCustomers,
  setPlan,
  setState,
  showTerms,
} from '#shared/quota/admin/customers.ts';
import { assignPlan, listKeys } from '#shared/quota/admin/keys.ts';
import { migrateCustomers } from '#shared/quota/admin/migrate-customers.ts';
import { reset, resume, setLimit, suspend, topUp } from '#shared/quota/admin/limits.ts';
import { listRecords, listCurrentUsage, listUsage } from '#shared/quota/admin/list-usage.ts';
import { listPlans, savePlan } from '#shared/quota/admin/plans.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import { createUsageReader } from '#shared/quota/usage/read-usage.ts';
import { createUsageTracker } from '#shared/quota/usage/track-usage.ts';
import { createDynamoDbClaims } from '#shared/webhooks/dynamodb-claims.ts';
import { EndpointAdmin } from '#shared/endpoints/endpoint-admin.ts';
import { readEndpoint } from '#shared/endpoints/read-endpoint.ts';
import { invalidateStored } from '../support/a-stage-cache.ts';
import { aCompiledDocument } from '../support/a-published-table.ts';
import { ISSUER, RevocationDesk } from '../support/a-revocation-admin.ts';
import { aNewKey } from '../support/api-key-table.ts';
import { AdministeredTable, ofKey, requested } from '../support/quota-admin.ts';
import { NOON_MS } from '../support/quota-table.ts';
import { REAL_RANDOM } from '../support/real-quota-ports.ts';
import { assertRights } from '../support/compare-rights.ts';
import { channelRoles } from '../support/recorded-channels.ts';
import { readTableStatements } from '../support/role-statements.ts';
import { RecordingTable } from '../support/table-calls.ts';
import type { TableCall } from '../support/table-calls.ts';

const DAY_MS = 86_400_000;
const TIMER = { pause: () => Promise.resolve() };
const BY = { id: 'op-1', by: 'arn:aws:iam::123456789012:user/ada' };
const LIMITS = [
  { id: 'daily', level: 'key', quota: 1000, period: 'DAY', alarms: [1] },
  { id: 'spread', level: 'tenant', quota: 100_000, period: 'DAY', shards: 4 },
  { id: 'burst', level: 'key', rate: 10, burst: 50 },
];
const PLAN = { id: 'gold', version: 1, limits: LIMITS };
const COUNTED = { id: 'counted', version: 1, limits: LIMITS.slice(0, 1) };
const CHARGE = { plan: 'gold', tenant: 'acme', key: 'k', route: 'GET /a' };

const statements = readTableStatements();
let nowMs = NOON_MS;
const clock = { nowEpochMs: () => nowMs, monotonicMs: () => nowMs };
let access: RecordingTable;
let usage: RecordingTable;
let cache: RecordingTable;

beforeEach(() => {
  nowMs = NOON_MS;
  access = new RecordingTable('AccessTable', clock.nowEpochMs);
  usage = new RecordingTable('UsageTable', clock.nowEpochMs);
  cache = new RecordingTable('CacheTable', clock.nowEpochMs);
});

/** A key of the table, made and found; asked of `access-admin`. */
async function administerKeys(): Promise<string> {
  const ports = { store: usage.store, listing: usage.listing, random: REAL_RANDOM, timer: TIMER };
  await savePlan(ports, requested('kept'), PLAN.id, PLAN);
  await createCustomer(ports, requested('recorded'), { tenant: 'on-record', plan: PLAN.id });
  usage.take();
  const known = { roles: new Set<string>(), hasNativePlans: false, cached: [], planClaims: [['plan']] };
  const admin = new KeyAdmin(
    {
      store: access.store,
      listing: access.listing,
      clock,
      random: REAL_RANDOM,
      plans: createPlanCatalogue(usage),
      caches: { flush: () => Promise.resolve() },
      nativeKeys: { put: () => Promise.resolve(''), disable: () => Promise.resolve() },
    },
    {
      stage: 'prod',
      prefixes: new Map([['shop_live', known]]),
      documentPlans: ['gold'],
      chargedCaches: [],
      usageKeySecret: undefined,
    },
  );
  const { stored } = await admin.create(aNewKey({ plan: 'gold' }), BY);
  const { keyId, tenant } = stored.record;
  await assert.rejects(admin.create(aNewKey({ plan: 'nope' }), { ...BY, id: 'op-2' }), {
    code: 'REQUEST_INVALID',
  });
  await admin.rotate(keyId, 60, { ...BY, id: 'op-3' });
  await admin.list(tenant, { limit: 10 });
  await admin.changes(keyId);
  await admin.revoke(keyId, { ...BY, id: 'op-4' });
  await admin.create(aNewKey({ tenant: 'on-record' }), { ...BY, id: 'op-5' });
  await admin.followCustomer('on-record', BY);
  return keyId;
}

async function administerRevocations(): Promise<RevocationDesk> {
  const desk = new RevocationDesk(access);
  const target = { issuer: 'main', kind: 'sub', value: 'alice' } as const;
  await desk.admin.revoke(target, BY);
  await desk.admin.withdraw(target, { ...BY, id: 'op-2' });
  await desk.admin.list('main', { limit: 10 });
  return desk;
}

async function administerDocuments(): Promise<void> {
  const setting = { follows: true, check: () => undefined };
  const admin = new DocumentAdmin({ store: access.store, listing: access.listing, clock }, setting);
  for (const name of ['first', 'second']) {
    const { checksum, parts } = toPublication({ documents: [aCompiledDocument(name)] });
    await admin.keepPart(checksum, 0, parts[0] ?? '');
    await admin.publish({ checksum, parts: 1 }, BY);
  }
  await admin.restore(1, BY);
  await admin.list();
}

/** Reads what is published; publishes nothing. */
function followDocuments<Made>(make: () => Made): Promise<Made> {
  const observer = { count: () => undefined };
  const timeout = () => new Promise<never>(() => undefined);
  return followPublished({ store: access.store, clock, observer, timeout }, { documents: [] }, make)();
}

/** Makes the authorizers read documents, keys and revocations. */
async function verify(): Promise<void> {
  const keyId = await administerKeys();
  const desk = await administerRevocations();
  await administerDocuments();
  for (const table of [access, usage]) table.take();
  await followDocuments(() => 'made');
  const reader = createApiKeyReader(access.store);
  await reader.find(keyId);
  await reader.noteUse(keyId, NOON_MS / 1000);
  await desk.reader.revokedUntil([{ issuer: ISSUER, kind: 'sub', value: 'alice' }]);
}

async function giveTicket(): Promise<void> {
  const caller = { principalId: 'main|alice', subject: 'alice', issuer: ISSUER, roles: [], scopes: [] };
  const notAfterEpochSeconds = NOON_MS / 1000 + 30;
  await createTicketStore(access.store).put('0'.repeat(64), {
    document: 'shop',
    caller,
    notAfterEpochSeconds,
  });
}

/** Charges, and publishes what the documents bring. */
async function charge(): Promise<void> {
  const quotas = createQuotas({
    store: usage.store,
    clock,
    random: REAL_RANDOM,
    timer: TIMER,
    plans: [PLAN],
    customers: (store, plans) => new TermsBook(store, clock, plans),
  });
  // Over a boundary, so that a later period is opened too.
  for (const atEpochMs of [NOON_MS, NOON_MS + 1, NOON_MS + DAY_MS]) {
    nowMs = atEpochMs;
    for (let count = 0; count < 30; count += 1) await quotas.consume({ ...CHARGE, atEpochMs });
    await quotas.flush();
  }
}

async function track(): Promise<void> {
  await charge();
  usage.take();
  const tracker = createUsageTracker({ store: usage.store, clock, timer: TIMER, observe: () => undefined });
  const { route, ...names } = CHARGE;
  for (const key of ['k', 'new'])
    await tracker.track([{ requestId: 'r', subject: { ...names, key, route }, atEpochMs: nowMs }]);
}

async function administerQuotas(): Promise<void> {
  const ports = { store: usage.gathering, listing: usage.listing, random: REAL_RANDOM, timer: TIMER };
  const at = new AdministeredTable({
    ports,
    moveTo: (epochMs) => void (nowMs = epochMs),
    close: () => Promise.resolve(),
  });
  const { tenant, plan } = await at.aTenant();
  // Suspended before the first call, so there is no ledger.
  await suspend(ports, requested('a'), ofKey(tenant));
  await resume(ports, requested('b'), ofKey(tenant));
  const holder = at.aHolder(() => NOON_MS);
  await holder.consume({ plan, tenant, key: 'k-1', atEpochMs: NOON_MS });
  await holder.flush();
  usage.take();
  await at.aTenant();
  const { tenant: idle } = await at.aTenant();
  await suspend(ports, requested('c'), ofKey(idle));
  for (let sent = 0; sent < 2; sent += 1) await topUp(ports, requested('d'), ofKey(tenant), 5);
  await setLimit(ports, requested('e'), ofKey(tenant), 50);
  await reset(ports, requested('f'), ofKey(tenant));
  await suspend(ports, requested('g'), ofKey(tenant));
  await resume(ports, requested('h'), ofKey(tenant));
  await closePeriod(ports, requested('i', NOON_MS + DAY_MS), { ...ofKey(tenant), periodEpochMs: NOON_MS });
  const all = { fromEpochMs: undefined, toEpochMs: undefined, cursor: undefined, limit: 10 };
  for (const whose of [tenant, undefined]) {
    await listUsage(ports, { ...all, tenant: whose });
    await listRecords(ports, { ...all, tenant: whose });
    await listCurrentUsage(ports, { tenant: whose, cursor: undefined, atEpochMs: NOON_MS });
  }
  await listPlans(ports, undefined);
  await listKeys(ports, tenant, undefined);
  await assignPlan(ports, requested('second'), { tenant, key: 'k-2', plan, version: 1 });
  await listKeys(ports, tenant, undefined);
  await listAudit(ports, NOON_MS, undefined);
  await createCustomer(ports, requested('j'), { tenant: 'globex', plan });
  await setPlan(ports, requested('k', NOON_MS + 1), {
    tenant: 'globex',
    plan,
    version: 2,
    limits: { daily: 7 },
  });
  await setState(ports, requested('l'), 'globex', 'closed');
  await listCustomers(ports, undefined, NOON_MS);
  await showTerms(ports, { tenant: 'globex', key: 'k-1' }, NOON_MS);
  await migrateCustomers(ports, requested('m'), undefined);
  await administerDocuments();
  access.take();
  const documentPlans = () => followDocuments(() => [COUNTED]);
  await createCustomer({ ...ports, documentPlans }, requested('n'), { tenant: 'initech', plan: 'counted' });
}

async function closeUsage(): Promise<void> {
  await charge();
  const ports = { store: usage.store, listing: usage.listing, random: REAL_RANDOM, timer: TIMER };
  const fee = { ...LIMITS[0], level: 'tenant', price: { fee: '1' } };
  const plan = { id: 'paid', version: 1, limits: [fee], invoice: { currency: 'EUR' } };
  await savePlan(ports, requested('paid'), 'paid', plan);
  await assignPlan(ports, requested('paid'), { tenant: 'idle', key: 'k', plan: 'paid', version: 1 });
  await createCustomer(ports, requested('on-record'), { tenant: 'globex', plan: 'paid' });
  usage.take();
  await closeAllOver(ports, 'usage-closer', NOON_MS + 3 * DAY_MS, DAY_MS);
}

/** Its statements have conditions by key only, so attributes are not listed. */
async function receiveWebhook(): Promise<void> {
  const client = {
    send: (command: { readonly input: { readonly Key?: unknown; readonly Item?: unknown } }) => {
      const { pk } = (command.input.Key ?? command.input.Item) as { readonly pk: { readonly S: string } };
      const action = `dynamodb:${command.constructor.name.replace('Command', '')}`;
      access.calls.push({ action, resource: 'AccessTable.Arn', leadingKey: pk.S, attributes: [] });
      return Promise.resolve({});
    },
  };
  const load = () => Promise.resolve({ client: client as unknown as commands.DynamoDBClient, commands });
  const claims = createDynamoDbClaims({ tableName: 'access', load });
  const taken = await claims.take({ source: 'github', key: 'id#1', atEpochMs: NOON_MS });
  assert.ok(taken.kind === 'taken');
  await taken.claim.keep();
  await taken.claim.release();
  // A delivery to the endpoint of a customer. The portal has made it in another table.
  const portal = new RecordingTable('AccessTable', clock.nowEpochMs);
  const master = () => Promise.resolve('m'.repeat(32));
  const ports = { store: portal.store, clock, random: REAL_RANDOM, timer: TIMER, master };
  const wanted = { source: 'orders', name: 'shop', most: 1 };
  const { endpoint } = await new EndpointAdmin(ports, 'acme').make(wanted, BY);
  for (const [name, item] of portal.items) access.items.set(name, item);
  const reader = readEndpoint({ access: access.store, usage: usage.store }, 'orders', endpoint.endpointId);
  await reader.secrets([await master()], NOON_MS);
  assert.equal(await reader.standing(), 'closed');
}

const ROLES: Readonly<Record<string, () => Promise<void>>> = {
  ...channelRoles(() => access),
  TokenAuthorizerRole: verify,
  async RequestAuthorizerRole() {
    await giveTicket();
    await verify();
    const at = { document: 'shop', nowEpochSeconds: NOON_MS / 1000 };
    await createTicketStore(access.store).take('0'.repeat(64), at);
    await charge();
    await createUsageReader({ store: usage.store, clock, plans: [COUNTED] }).look({
      ...CHARGE,
      plan: 'counted',
    });
  },
  async WsTicketRole() {
    await administerDocuments();
    access.take();
    await followDocuments(() => 'made');
    await giveTicket();
  },
  UsageTrackerRole: track,
  UsageCloserRole: closeUsage,
  QuotaAdminRole: administerQuotas,
  async AccessAdminRole() {
    await administerKeys();
    await administerRevocations();
    await administerDocuments();
  },
  WebhookReceiverRole: receiveWebhook,
  CacheInvalidatorRole: () => invalidateStored(cache, clock),
};

describe('the rights of a role', () => {
  for (const [role, work] of Object.entries(ROLES)) {
    it(`${role} has all that its function asks of the tables, and nothing else`, async () => {
      await work();
      const calls = [...access.take(), ...cache.take(), ...usage.take()];
      assertRights(statements.get(role) ?? [], calls);
    });

    it(`${role} reaches no table as a whole, and no item by a pattern of nothing`, () => {
      for (const { resource, leadingKeys } of statements.get(role) ?? [])
        if (resource.endsWith('Table.Arn')) assert.ok(leadingKeys.length > 0 && !leadingKeys.includes('*'));
    });
  }

  // What a compromised authorizer must not be able to do.
  const escalations: readonly (Pick<TableCall, 'action' | 'leadingKey' | 'attributes'> & {
    readonly name: string;
  })[] = [
    {
      name: 'gives a key more roles, or another secret',
      action: 'UpdateItem',
      leadingKey: 'KEY#k',
      attributes: ['pk', 'sk', 'doc'],
    },
    { name: 'makes a key', action: 'PutItem', leadingKey: 'KEY#k', attributes: ['pk', 'sk', 'ver', 'doc'] },
    {
      name: 'withdraws a revocation',
      action: 'UpdateItem',
      leadingKey: 'REVOKED#h',
      attributes: ['pk', 'sk', 'until'],
    },
    {
      name: 'creates its own ticket',
      action: 'UpdateItem',
      leadingKey: 'TICKET#h',
      attributes: ['pk', 'sk', 'document', 'caller', 'notAfter'],
    },
  ];
  for (const { name, action, ...call } of escalations)
    it(`grants no authorizer more: ${name}`, () => {
      for (const role of ['TokenAuthorizerRole', 'RequestAuthorizerRole'])
        for (const { allows } of statements.get(role) ?? [])
          assert.equal(
            allows({ ...call, action: `dynamodb:${action}`, resource: 'AccessTable.Arn' }),
            false,
            role,
          );
    });
});
