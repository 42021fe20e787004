/** The features for which each role of the stack exists, by name. Each is used with the role's own credentials. */
import { EndpointAdmin } from '#shared/endpoints/endpoint-admin.ts';
import { readEndpoint } from '#shared/endpoints/read-endpoint.ts';
import { createApiKeyReader } from '#shared/access/keys/api-key-store.ts';
import { headKey } from '#shared/access/documents/publication.ts';
import { createTicketStore } from '#shared/access/tickets/ticket-store.ts';
import { listAudit } from '#shared/quota/admin/audit.ts';
import { closeAllOver } from '#shared/quota/admin/close-all.ts';
import { createCustomer } from '#shared/quota/admin/customers.ts';
import { listKeys } from '#shared/quota/admin/keys.ts';
import { reset, resume, setLimit, suspend, topUp } from '#shared/quota/admin/limits.ts';
import { listUsage } from '#shared/quota/admin/list-usage.ts';
import { listPlans } from '#shared/quota/admin/plans.ts';
import { createUsageReader } from '#shared/quota/usage/read-usage.ts';
import { createUsageTracker } from '#shared/quota/usage/track-usage.ts';
import { ISSUER, RevocationDesk } from '../support/a-revocation-admin.ts';
import { aNewKey } from '../support/api-key-table.ts';
import { AdministeredTable, ofKey, requested } from '../support/quota-admin.ts';
import { REAL_RANDOM } from '../support/real-quota-ports.ts';
import { CHANNEL_FEATURES } from './channel-features.ts';
import type { Feature } from './channel-features.ts';
import { PORTAL_FEATURES } from './portal-features.ts';
import { clock, COUNTED, Desk, TIMER } from './roles-desk.ts';
import type { Addresses, Credentials } from './roles-desk.ts';

const DAY_MS = 24 * 3_600_000;
/** How often ended periods were closed. */
let closings = 0;

/** @param admin the credentials of somebody who may do everything, and who prepares the items that a feature needs */
export async function featuresOf(
  role: string,
  at: Addresses,
  own: Credentials,
  admin: Credentials,
): Promise<readonly Feature[]> {
  const [mine, other] = [new Desk(at, own), new Desk(at, admin)];
  const make = Object.hasOwn(FEATURES, role) ? FEATURES[role] : undefined;
  return make === undefined ? [] : make(mine, other);
}

const by = () => ({ id: `op-${REAL_RANDOM.hex(8)}`, by: 'arn:aws:iam::123456789012:user/ada' });
const subject = { issuer: ISSUER, kind: 'sub', value: 'alice' } as const;
const charge = (plan: string) => ({ plan, tenant: 'acme', key: REAL_RANDOM.hex(8), route: 'GET /a' });

async function verification(mine: Desk, other: Desk): Promise<readonly Feature[]> {
  const { stored } = await (await other.keys()).create(aNewKey({ plan: 'gold' }), by());
  const { keyId } = stored.record;
  const reader = createApiKeyReader(mine.access.store);
  return [
    { name: 'API keys are looked up', run: () => reader.find(keyId) },
    { name: 'the use of a key is recorded', run: () => reader.noteUse(keyId, Math.floor(Date.now() / 1000)) },
    {
      name: 'revoked tokens are found',
      run: () => new RevocationDesk(mine.access).reader.revokedUntil([subject]),
    },
  ];
}

const FEATURES: Readonly<Record<string, (mine: Desk, other: Desk) => Promise<readonly Feature[]>>> = {
  TokenAuthorizerRole: verification,
  async RequestAuthorizerRole(mine, other) {
    const [hash, plan] = [REAL_RANDOM.hex(64), `plan-${REAL_RANDOM.hex(8)}`];
    const caller = { principalId: 'main|alice', subject: 'alice', issuer: ISSUER, roles: [], scopes: [] };
    const notAfterEpochSeconds = Math.floor(Date.now() / 1000) + 30;
    await createTicketStore(other.access.store).put(hash, { document: 'shop', caller, notAfterEpochSeconds });
    const reading = createUsageReader({ store: mine.usage.store, clock, plans: [COUNTED] });
    const nowEpochSeconds = Math.floor(Date.now() / 1000);
    return [
      ...(await verification(mine, other)),
      {
        name: 'tickets are redeemed',
        run: () => createTicketStore(mine.access.store).take(hash, { document: 'shop', nowEpochSeconds }),
      },
      {
        name: 'quotas are charged',
        async run() {
          const quotas = mine.quotas(plan);
          // This is a separate tenant, because the periods of the others may already be closed.
          const own = { ...charge(plan), tenant: plan, key: 'k' };
          for (let count = 0; count < 3; count += 1) await quotas.consume(own);
          await quotas.flush();
        },
      },
      { name: 'usage is read', run: () => reading.look({ ...charge('counted'), atEpochMs: Date.now() }) },
    ];
  },
  ...CHANNEL_FEATURES,
  ...PORTAL_FEATURES,
  WsTicketRole: (mine) =>
    Promise.resolve([
      { name: 'published documents are followed', run: () => mine.access.store.read(headKey()) },
      {
        name: 'tickets are issued',
        run: () =>
          createTicketStore(mine.access.store).put(REAL_RANDOM.hex(64), {
            document: 'shop',
            notAfterEpochSeconds: Math.floor(Date.now() / 1000) + 30,
            caller: { principalId: 'main|alice', subject: 'alice', issuer: ISSUER, roles: [], scopes: [] },
          }),
      },
    ]),
  async CacheInvalidatorRole(mine, other) {
    const namespace = `n-${REAL_RANDOM.hex(8)}`;
    await other.record(namespace);
    return [
      { name: 'cached answers are renewed', run: () => mine.invalidate(namespace) },
      { name: 'a stage cache is flushed', run: () => mine.flushCache() },
      { name: 'cached results of authorizers are flushed', run: () => mine.flushAuthorizers() },
      {
        name: 'requests for an invalidation that fail are kept in a queue',
        run: () => mine.queue('cache-invalidator-failures'),
      },
    ];
  },
  async UsageCloserRole(mine, other) {
    const plan = `plan-${REAL_RANDOM.hex(8)}`;
    const quotas = other.quotas(plan);
    await quotas.consume(charge(plan));
    await quotas.flush();
    const ports = { ...mine.usage, random: REAL_RANDOM, timer: TIMER };
    // Each time is a day later, because the function does only one round a day.
    const later = Date.now() + (2 + closings++) * DAY_MS;
    const close = () => closeAllOver(ports, 'usage-closer', later, 60_000);
    return [{ name: 'periods that have ended are closed and recorded', run: close }];
  },
  async UsageTrackerRole(mine, other) {
    const plan = `plan-${REAL_RANDOM.hex(8)}`;
    const quotas = other.quotas(plan);
    const charged = charge(plan);
    await quotas.consume(charged);
    await quotas.flush();
    const { store } = mine.usage;
    const tracker = createUsageTracker({ store, clock, timer: TIMER, observe: () => undefined });
    return [
      {
        name: 'lines of access logs are charged',
        run: () =>
          tracker.track([{ requestId: REAL_RANDOM.hex(8), subject: charged, atEpochMs: Date.now() }]),
      },
      { name: 'failed batches are kept in a queue', run: () => mine.queue('usage-tracker-failures') },
    ];
  },
  async QuotaAdminRole(mine, other) {
    const portsOf = ({ listedUsage }: Desk) => ({ ...listedUsage, random: REAL_RANDOM, timer: TIMER });
    const ports = portsOf(mine);
    const table = (own: typeof ports) =>
      new AdministeredTable({ ports: own, moveTo: () => undefined, close: () => Promise.resolve() });
    const { tenant, plan } = await table(portsOf(other)).aTenant();
    const holder = table(portsOf(other)).aHolder(() => Date.now());
    await holder.consume({ plan, tenant, key: 'k-1', atEpochMs: Date.now() });
    await holder.flush();
    const now = () => requested(`op-${REAL_RANDOM.hex(8)}`, Date.now());
    const whole = { fromEpochMs: undefined, toEpochMs: undefined, cursor: undefined, limit: 10 };
    const documentPlans = async () => {
      await mine.access.store.read(headKey());
      return [COUNTED];
    };
    return [
      {
        name: 'a customer is put on a plan of an access document',
        run: () =>
          createCustomer({ ...ports, documentPlans }, now(), {
            tenant: REAL_RANDOM.hex(8),
            plan: COUNTED.id,
          }),
      },
      { name: 'plans are saved and assigned', run: () => table(ports).aTenant() },
      { name: 'a quota is topped up', run: () => topUp(ports, now(), ofKey(tenant), 5) },
      { name: 'a limit is set', run: () => setLimit(ports, now(), ofKey(tenant), 50) },
      { name: 'a period is reset', run: () => reset(ports, now(), ofKey(tenant)) },
      { name: 'a key is suspended', run: () => suspend(ports, now(), ofKey(tenant)) },
      { name: 'a key is resumed', run: () => resume(ports, now(), ofKey(tenant)) },
      { name: 'usage of a tenant is listed', run: () => listUsage(ports, { ...whole, tenant }) },
      { name: 'usage of all is listed', run: () => listUsage(ports, { ...whole, tenant: undefined }) },
      { name: 'plans are listed', run: () => listPlans(ports, undefined) },
      { name: 'keys of a tenant are listed', run: () => listKeys(ports, tenant, undefined) },
      { name: 'the audit log is read', run: () => listAudit(ports, Date.now(), undefined) },
    ];
  },
  async AccessAdminRole(mine, other) {
    const keys = await mine.keys();
    const { stored } = await (await other.keys()).create(aNewKey({ plan: 'gold' }), by());
    const { keyId, tenant } = stored.record;
    const target = { issuer: 'main', kind: 'sub', value: REAL_RANDOM.hex(8) } as const;
    const desk = new RevocationDesk(mine.access);
    const json = { 'Content-Type': 'application/json' };
    return [
      { name: 'keys are created', run: () => keys.create(aNewKey({ plan: 'gold' }), by()) },
      { name: 'a plan of a key is checked', run: () => keys.create(aNewKey({ plan: 'nope' }), by()) },
      { name: 'keys are rotated', run: () => keys.rotate(keyId, 60, by()) },
      { name: 'keys are listed', run: () => keys.list(tenant, { limit: 10 }) },
      { name: 'changes of a key are read', run: () => keys.changes(keyId) },
      { name: 'keys are revoked', run: () => keys.revoke(keyId, by()) },
      { name: 'tokens are revoked', run: () => desk.admin.revoke(target, by()) },
      { name: 'a revocation is withdrawn', run: () => desk.admin.withdraw(target, by()) },
      { name: 'revocations are listed', run: () => desk.admin.list('main', { limit: 10 }) },
      {
        name: 'cached results of authorizers are flushed',
        run: () => mine.flushAuthorizers(),
      },
      {
        name: "API Gateway's own keys are created",
        run: () => mine.call('apigateway', 'POST', '/apikeys', json, '{"name":"x"}'),
      },
      {
        name: "API Gateway's own keys are disabled",
        run: () => mine.call('apigateway', 'PATCH', '/apikeys/abcdef1234', json, '{"patchOperations":[]}'),
      },
      {
        name: "API Gateway's own keys are added to usage plans",
        run: () =>
          mine.call(
            'apigateway',
            'POST',
            '/usageplans/abcdef/keys',
            json,
            '{"keyId":"a","keyType":"API_KEY"}',
          ),
      },
    ];
  },
  async WebhookReceiverRole(mine, other) {
    const master = 'm'.repeat(32);
    const ports = { store: other.access.store, clock, random: REAL_RANDOM, timer: TIMER };
    const tenant = `acme-${REAL_RANDOM.hex(8)}`;
    const admin = new EndpointAdmin({ ...ports, master: () => Promise.resolve(master) }, tenant);
    const { endpoint } = await admin.make({ source: 'x', name: 'x', most: 1 }, by());
    const read = (access: Desk, usage: Desk) =>
      readEndpoint({ access: access.access.store, usage: usage.usage.store }, 'x', endpoint.endpointId);
    return Promise.resolve([
      {
        name: 'the secrets of an endpoint are derived',
        run: () => read(mine, mine).secrets([master], Date.now()),
      },
      {
        name: 'the customer of an endpoint is looked up',
        async run() {
          const its = read(other, mine);
          await its.secrets([master], Date.now());
          await its.standing();
        },
      },
      {
        name: 'a delivery is accepted once',
        async run() {
          const taken = await mine.claims.take({
            source: 'x',
            key: REAL_RANDOM.hex(8),
            atEpochMs: Date.now(),
          });
          if (taken.kind === 'taken') await taken.claim.keep();
        },
      },
      {
        name: 'deliveries are put on the event bus',
        run: () => mine.announce(),
      },
    ]);
  },
};
