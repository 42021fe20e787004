/** One sentence for each refusal: the customer sees the same in the portal as the owner of the APIs. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { keyAdminRoutes } from '#shared/access/keys/key-routes.ts';
import { portalAdminRoutes } from '#shared/portal/admin-routes.ts';
import { createCustomer, setState } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { openCustomerBook } from '../../../../../../packages/toolkit/stack/quota/commands/customer-book.ts';
import type { RefusedCall } from '../../../../../../packages/toolkit/stack/quota/commands/read-refusals.ts';
import { ORIGIN, PORTAL, Portal } from '../../../../../support/a-portal.ts';
import type { Browser } from '../../../../../support/a-portal.ts';
import type { Finished } from '../../../../../support/command.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import { openQuotaAdmin } from '../../../../../support/quota-admin-server.ts';
import type { QuotaAdminServer } from '../../../../../support/quota-admin-server.ts';

const portal = new Portal();
let admin: QuotaAdminServer;
let bare: QuotaAdminServer;
let forbidding: QuotaAdminServer;
const members = new Map<string, Browser>();
const keyOf = new Map<string, string>();

const MONTH = { quota: 2, period: 'MONTH' };
const LIMITS = {
  tenant: { id: 'monthly', level: 'tenant', ...MONTH },
  key: { id: 'each-key', level: 'key', ...MONTH },
  route: { id: 'each-route', level: 'route', ...MONTH },
  rate: { id: 'pace', level: 'tenant', rate: 10, burst: 20 },
  concurrency: { id: 'at-once', level: 'key', concurrency: 3 },
} as const;
type Kind = keyof typeof LIMITS;

type Row = {
  readonly name: string;
  readonly tenant: string;
  readonly kind: Kind;
  readonly state?: 'suspended' | 'closed';
  readonly isLimitSuspended?: true;
  /** The prefix of the key's id in the name that is charged. */
  readonly chargedBy?: string;
  readonly says: string;
};

const REFUSALS: readonly Row[] = [
  {
    name: 'a spent quota of the organisation',
    tenant: 'whole',
    kind: 'tenant',
    says: 'Requests of your organisation are refused: all 2 units of the limit monthly of your plan Professional are used. The next period begins on 1 Dec 2026, 00:00 UTC.',
  },
  {
    name: 'a spent quota of a key',
    tenant: 'keyed',
    kind: 'key',
    says: 'Requests of the key web shop are refused: all 2 units of the limit each-key of your plan key are used. The next period begins on 1 Dec 2026, 00:00 UTC.',
  },
  {
    name: 'a spent quota of a key that an authorizer charges by its principal',
    tenant: 'principal',
    kind: 'key',
    chargedBy: 'keys|',
    says: 'Requests of the key web shop are refused: all 2 units of the limit each-key of your plan key are used. The next period begins on 1 Dec 2026, 00:00 UTC.',
  },
  {
    name: 'a spent quota of a key and route',
    tenant: 'routed',
    kind: 'route',
    says: 'Requests of the key web shop to GET /prices/{crop} are refused: all 2 units of the limit each-route of your plan route are used. The next period begins on 1 Dec 2026, 00:00 UTC.',
  },
  {
    name: 'a suspended limit',
    tenant: 'limited',
    kind: 'tenant',
    isLimitSuspended: true,
    says: 'Requests of your organisation are refused, because the provider of the API has suspended the limit monthly.',
  },
  {
    name: 'a suspended customer',
    tenant: 'halted',
    kind: 'tenant',
    state: 'suspended',
    says: 'Requests of your organisation are refused, because the provider of the API has suspended your organisation.',
  },
  {
    name: 'a closed customer',
    tenant: 'gone',
    kind: 'tenant',
    state: 'closed',
    says: 'Requests of your organisation are refused, because the provider of the API has closed your organisation.',
  },
  {
    name: 'a rate',
    tenant: 'fast',
    kind: 'rate',
    says: 'Requests are refused while they exceed the limit pace of your plan rate: 10 units a second, at most 20 at once.',
  },
  {
    name: 'requests at the same time',
    tenant: 'parallel',
    kind: 'concurrency',
    says: 'Requests are refused while they exceed the limit at-once of your plan concurrency: 3 requests at the same time for each key.',
  },
];

const requested = () => ({ operationId: randomUUID(), by: 'me', atEpochMs: portal.nowMs });

/** The plan `tenant` has a title in the portal. The other plans are not offered, so they are known by their ids. */
const SHOWN = {
  ...PORTAL,
  offers: {
    ...PORTAL.offers,
    plans: [{ plan: 'tenant', title: 'Professional', changesTo: [], from: 'now' }],
  },
} as const;

before(async () => {
  const keys = await portal.members.makeKeys(portal.tables.access);
  Object.assign(portal.members, { portal: SHOWN });
  const portalRoutes = portalAdminRoutes({
    ports: portal.ports,
    customers: portal.usage,
    portal: SHOWN,
    portalUrl: ORIGIN,
  });
  const now = () => (portal.nowMs += 1);
  const keyRoutes = keyAdminRoutes(() => keys);
  admin = await openQuotaAdmin(portal.usage, now, {}, [...keyRoutes, ...portalRoutes]);
  bare = await openQuotaAdmin(portal.usage, now, {}, keyRoutes);
  // API Gateway's answer to a signer whose policy lacks the route (HTTP API with IAM authorization).
  const forbidden = { statusCode: 403, headers: {}, body: '{"message":"Forbidden"}' };
  const refused = portalRoutes.map((route) => ({ ...route, answer: () => Promise.resolve(forbidden) }));
  forbidding = await openQuotaAdmin(portal.usage, now, {}, [...keyRoutes, ...refused]);
  for (const [id, limit] of Object.entries(LIMITS))
    await savePlan(portal.usage, requested(), id, { id, version: 1, limits: [limit] });
  for (const row of REFUSALS) await prepare(row);
});
after(() => {
  admin.close();
  bare.close();
  forbidding.close();
});

async function prepare({ tenant, kind, state, isLimitSuspended, chargedBy = '' }: Row): Promise<void> {
  await createCustomer(portal.usage, requested(), { tenant, plan: kind, name: tenant });
  const owner = await portal.join(tenant, 'owner');
  members.set(tenant, owner);
  const made = await owner.post('/api/keys', { body: { name: 'web shop' } });
  const key = String(made.body['keyId']);
  keyOf.set(tenant, key);
  await portal.spend(tenant, 3, {
    key: `${chargedBy}${key}`,
    ...(kind === 'route' && { route: 'GET /prices/{crop}' }),
  });
  if (isLimitSuspended === true) await run(admin, 'quota', 'suspend', tenant, 'monthly');
  if (state !== undefined) await setState(portal.usage, requested(), tenant, state);
}

async function run(server: QuotaAdminServer, ...args: readonly string[]): Promise<string> {
  return (await runAt(server, ...args)).stdout;
}

async function runAt({ url }: QuotaAdminServer, ...args: readonly string[]): Promise<Finished> {
  const environment = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' };
  const done = await runCommandHere([...args, '--url', url], { cwd: tmpdir(), environment });
  assert.equal(done.code, 0, done.stderr);
  return done;
}

/** Every sentence of the portal's page about the use of limits. */
async function shownBy(tenant: string): Promise<readonly unknown[]> {
  const body = (await members.get(tenant)?.get('/api/usage'))?.body;
  const lists = [body?.['current'], body?.['paces']] as readonly (
    | readonly Record<string, unknown>[]
    | undefined
  )[];
  return lists.flatMap((list) => (list ?? []).map(({ says }) => says));
}

const bookOf = ({ url }: QuotaAdminServer) =>
  openCustomerBook(() => ({ origin: url, region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 's' }));

const callOf = ({ tenant, kind }: Row): RefusedCall => ({
  tenant,
  limit: LIMITS[kind].id,
  key: keyOf.get(tenant),
  route: 'GET /prices/{crop}',
});

describe('the sentence about', () => {
  for (const row of REFUSALS) {
    const { name, tenant, kind, state, says } = row;
    const line = `What the customer reads: ${says}`;

    it(`${name} is the same in the portal and in what explain adds to a refused request`, async () => {
      // The sessions of a closed organisation have ended, so its members see nothing.
      assert.deepEqual(await shownBy(tenant), state === 'closed' ? [] : [says]);
      assert.equal(await bookOf(admin).reads(callOf(row)), line);
    });

    // Rates and permits refuse for an instant only, so nothing is refused when somebody looks.
    if (kind === 'rate' || kind === 'concurrency') continue;

    it(`${name} is printed by usage show and customers show, in one line`, async () => {
      for (const command of [
        ['usage', 'show', '--tenant', tenant],
        ['customers', 'show', tenant],
      ]) {
        const text = await run(admin, ...command);
        assert.deepEqual(
          text.split('\n').filter((each) => each.startsWith('What the customer reads')),
          [line],
          command.join(' '),
        );
        assert.ok((await run(admin, ...command, '--json')).includes(`"${says}"`));
      }
    });
  }

  it('a refused request whose limit is unknown is counted to the limit that refuses the key now', async () => {
    const call = { tenant: 'keyed', key: keyOf.get('keyed') };
    assert.match((await bookOf(admin).reads(call)) ?? '', /the key web shop are refused/);
    assert.equal(await bookOf(admin).reads({ ...call, key: 'another' }), undefined);
  });

  it('a refused request whose limit is unknown is not counted to another route of the key', async () => {
    const call = { tenant: 'routed', key: keyOf.get('routed') };
    assert.equal(await bookOf(admin).reads({ ...call, route: 'GET /other' }), undefined);
    assert.match((await bookOf(admin).reads({ ...call, route: 'GET /prices/{crop}' })) ?? '', /to GET/);
  });

  it('a refusal shows control characters and direction marks as escapes, because others choose the names of keys', async () => {
    const tenant = 'disguised';
    await createCustomer(portal.usage, requested(), { tenant, plan: 'key' });
    const owner = await portal.join(tenant, 'owner');
    const { body } = await owner.post('/api/keys', { body: { name: 'till\u202e' } });
    await portal.spend(tenant, 3, { key: String(body['keyId']) });
    // The key is named as a token may name it.
    await portal.spend(tenant, 3, { key: '\u001b[2Jterminal' });
    const call = { tenant, limit: 'each-key', key: '\u001b[2Jterminal' };
    const printed = [
      await run(admin, 'usage', 'show', '--tenant', tenant),
      await run(admin, 'customers', 'show', tenant),
      (await bookOf(admin).reads(call)) ?? '',
    ];
    for (const text of printed) {
      assert.ok(!text.includes('\u001b') && !text.includes('\u202e'), text);
      assert.match(text, /What the customer reads: Requests of the key \\u001b\[2Jterminal are refused/);
    }
    assert.match(printed[0] ?? '', /the key till\\u202e are refused/);
  });

  it('a refusal is not printed if the stack has no portal, because no customer reads it then', async () => {
    assert.equal(await bookOf(bare).reads({ tenant: 'whole', limit: 'monthly' }), undefined);
    assert.doesNotMatch(await run(bare, 'customers', 'show', 'whole'), /What the customer reads/);
  });

  it('a refusal is not taken for the lack of a portal: commands warn, and explain learns the reason', async () => {
    await assert.rejects(bookOf(forbidding).reads({ tenant: 'whole', limit: 'monthly' }), {
      message: 'Forbidden (403)',
    });
    for (const command of [
      ['usage', 'show', '--tenant', 'whole'],
      ['customers', 'show', 'whole'],
    ]) {
      const { stdout, stderr } = await runAt(forbidding, ...command);
      assert.match(
        stderr,
        /warning: the texts that the customer sees in the portal could not be read: Forbidden \(403\)/,
      );
      assert.match(stdout, /monthly/, command.join(' '));
    }
  });
});
