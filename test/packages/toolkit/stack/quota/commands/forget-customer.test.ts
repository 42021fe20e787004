import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { KeyAdmin } from '#shared/access/keys/key-admin.ts';
import { closeOver } from '#shared/quota/admin/close-over.ts';
import { createCustomer, setState } from '#shared/quota/admin/customers.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { suspend, topUp } from '#shared/quota/admin/limits.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import { createUsageTracker } from '#shared/quota/usage/track-usage.ts';
import { printItem } from '#shared/table/dynamodb-expression.ts';
import type { Item } from '#shared/table/item-write.ts';
import { forget, survey } from '../../../../../../packages/toolkit/stack/quota/commands/forget-customer.ts';
import { describeObstacles } from '../../../../../../packages/toolkit/stack/quota/commands/quota-forget.ts';
import { createSystemClock } from '../../../../../../packages/gateway/server/adapters/system-clock.ts';
import { startEmbeddedDynamoDb } from '../../../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { aNewKey } from '../../../../../support/api-key-table.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import type { Finished } from '../../../../../support/command.ts';
import { createMemoryListing } from '../../../../../support/memory-listing.ts';
import { createMemoryTable } from '../../../../../support/memory-table.ts';
import { SIGNER } from '../../../../../support/orders-table.ts';
import { memoryAdminPorts, ofKey, requested } from '../../../../../support/quota-admin.ts';
import { REAL_RANDOM } from '../../../../../support/real-quota-ports.ts';
import { printItems as everything, sweptMemory } from '../../../../../support/swept-memory.ts';

const START_MS = Date.UTC(2026, 9, 3);
const PLAN = {
  id: 'gold',
  version: 1,
  cost: { 'GET /acme': 1, '*': 1 },
  invoice: {
    currency: 'EUR',
    customers: {
      acme: { name: 'Acme Ltd', address: ['1 High Street'], email: 'ada@acme.example' },
      'acme-2': { name: 'Another' },
    },
  },
  limits: [
    {
      id: 'monthly',
      level: 'tenant',
      quota: 1000,
      period: 'MONTH',
      price: { fee: '10', tiers: [{ unitPrice: '0.1' }] },
    },
    { id: 'daily', level: 'key', quota: 100, period: 'DAY' },
    { id: 'burst', level: 'key', rate: 100, burst: 500 },
    { id: 'once', level: 'key', concurrency: 30 },
  ],
};

/** A month of two customers, with everything that leaves an item: `a#b` must be escaped in a key. */
class TwoCustomers {
  nowMs = START_MS;
  readonly usage = new Map<string, Item>();
  readonly access = new Map<string, Item>();
  readonly ports = memoryAdminPorts(this.usage, { nowEpochMs: () => this.nowMs });
  readonly #clock = { nowEpochMs: () => this.nowMs, monotonicMs: () => this.nowMs };

  async live(tenants: readonly string[]): Promise<void> {
    await savePlan(this.ports, requested('plan', START_MS), 'gold', PLAN);
    for (const tenant of tenants) await this.#liveOne(tenant);
    this.nowMs = Date.UTC(2026, 10, 2);
    await closeOver(this.ports, requested('close', this.nowMs), { month: '2026-10', cursor: undefined });
    await this.#ask(tenants);
  }

  async #liveOne(tenant: string): Promise<void> {
    const request = (id: string): ReturnType<typeof requested> => requested(id, START_MS);
    await assignPlan(this.ports, request(`assign-${tenant}`), {
      tenant,
      key: 'k-1',
      plan: 'gold',
      version: 1,
    });
    await this.#ask([tenant]);
    await topUp(this.ports, request(`for-${tenant}`), ofKey(tenant), 5);
    await suspend(this.ports, request('off'), ofKey(tenant, { key: 'k-2', plan: 'gold' }));
    const tracker = createUsageTracker({
      store: this.ports.store,
      clock: this.#clock,
      timer: this.ports.timer,
      observe: () => undefined,
    });
    const subject = { plan: 'gold', tenant, key: 'k-3', route: 'GET /acme' };
    await tracker.track([{ requestId: 'r', subject, atEpochMs: this.nowMs }]);
    await this.#makeApiKey(tenant);
  }

  async #ask(tenants: readonly string[]): Promise<void> {
    const { store, random, timer } = this.ports;
    const quotas = createQuotas({ store, random, timer, clock: this.#clock });
    for (const tenant of tenants) {
      const { allowed, ...rest } = await quotas.consume({
        plan: 'gold',
        tenant,
        key: 'k-1',
        route: 'GET /acme',
        atEpochMs: this.nowMs,
        run: { remainingMs: 1000 },
      });
      assert.ok(allowed, JSON.stringify(rest));
    }
  }

  async #makeApiKey(tenant: string): Promise<void> {
    const known = { roles: new Set<string>(), hasNativePlans: false, cached: [], planClaims: [['plan']] };
    const admin = new KeyAdmin(
      {
        store: createMemoryTable({ clock: this.#clock, items: this.access }),
        listing: createMemoryListing(this.access),
        clock: this.#clock,
        random: REAL_RANDOM,
        plans: {
          customer: () => Promise.resolve(undefined),
          has: () => Promise.resolve(true),
          list: () => Promise.resolve([]),
        },
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
    await admin.create(aNewKey({ tenant, plan: 'gold' }), {
      id: 'make',
      by: 'arn:aws:iam::123456789012:user/ada',
    });
  }
}

const KINDS = [
  'heads',
  'ledgers',
  'usage records',
  'operations',
  'seen requests',
  'keys',
  'rates',
  'permits',
  'audit entries',
  'API keys',
  'lists of API keys',
] as const;

describe('the fee of a customer without requests', () => {
  it('is open until it is recorded, also after the customer was closed', async () => {
    const books = new TwoCustomers();
    const { ports } = books;
    const tables = { usage: sweptMemory(books.usage), access: sweptMemory(books.access) };
    const openAt = async (nowMs: number) => (await survey(tables, 'idle', nowMs)).openMoney;
    await savePlan(ports, requested('plan', START_MS), 'gold', PLAN);
    await createCustomer(ports, requested('create', START_MS), { tenant: 'idle', plan: 'gold' });
    await setState(ports, requested('end', START_MS + 60_000), 'idle', 'closed');

    const before = await openAt(START_MS + 120_000);
    books.nowMs = Date.UTC(2026, 10, 2);
    await closeOver(ports, requested('close', books.nowMs), { month: '2026-10', cursor: undefined });
    const after = await survey(tables, 'idle', books.nowMs);

    assert.deepEqual(before, [
      'monthly/2026-10-01T00:00:00.000Z (its fee is not recorded; ends at 2026-11-01T00:00:00.000Z)',
    ]);
    assert.deepEqual([after.openMoney, after.invoices.map(({ total }) => total)], [[], ['10.00']]);
    assert.deepEqual(await survey(tables, 'another', books.nowMs).then(({ openMoney }) => openMoney), []);
  });
});

describe('what has to be done before a customer is deleted', () => {
  // A walk in which the customer was closed, and the command still advised to close it.
  for (const { name, state, expected } of [
    {
      name: 'is to close an active customer first',
      state: 'active',
      expected:
        /\. Run gatewright customers close idle now, so that no further period begins, and gatewright usage close 15 minutes after the last of them ends$/,
    },
    {
      name: 'is only to close the usage of a closed customer',
      state: 'closed',
      expected: /\. Run gatewright usage close 15 minutes after the last of them ends$/,
    },
  ] as const)
    it(name, async () => {
      const { ports, usage, access } = new TwoCustomers();
      await savePlan(ports, requested('plan', START_MS), 'gold', PLAN);
      await createCustomer(ports, requested('create', START_MS), { tenant: 'idle', plan: 'gold' });
      if (state === 'closed') await setState(ports, requested('end', START_MS + 60_000), 'idle', state);

      const tables = { usage: sweptMemory(usage), access: sweptMemory(access) };
      const [obstacle = ''] = describeObstacles('idle', await survey(tables, 'idle', START_MS + 120_000), []);

      assert.match(obstacle, expected);
    });
});

describe('forgetting a customer', () => {
  for (const tenant of ['globex', 'a#b%'])
    it(`removes everything of ${tenant} from both tables, and keeps everything of the others`, async () => {
      const books = new TwoCustomers();
      await books.live([tenant, 'acme-2']);
      const others = new TwoCustomers();
      await others.live(['acme-2']);
      const tables = { usage: sweptMemory(books.usage), access: sweptMemory(books.access) };

      // A change of plan keeps the key of a ledger, which then has the name of the limit that bills it.
      for (const [name, item] of [...books.usage])
        if (/^Q#(?!acme).*#monthly#\nP#2026-11/.test(name) && books.usage.delete(name))
          books.usage.set(name.replace('monthly', 'daily').replace('0Z', '1Z'), { ...item, name: 'monthly' });
      const { found, openMoney, invoices } = await survey(tables, tenant, books.nowMs);
      await forget(tables, tenant);
      const after = await survey(tables, tenant, books.nowMs);

      for (const kind of KINDS)
        assert.ok((found.get(kind) ?? 0) > 0, `${kind}: ${JSON.stringify([...found])}`);
      assert.match(
        openMoney.join(),
        /monthly\/2026-11-01T00:00:00.000Z \(ends at 2026-12-01T00:00:00\.000Z\)/,
      );
      assert.deepEqual(
        invoices.map(({ month, currency }) => [month, currency]),
        [['2026-10', 'EUR']],
      );
      assert.match(invoices[0]?.number ?? '', /^\S+$/);
      assert.ok(!openMoney.join().includes('daily'), 'it has no price');
      assert.deepEqual([after.found.size, after.openMoney.length], [0, 0]);
      const printed = JSON.stringify(tenant).slice(1, -1);
      const escaped = tenant.replace(/%/g, '%25').replace(/#/g, '%23');
      for (const items of [books.usage, books.access])
        for (const name of [tenant, printed, escaped, encodeURIComponent(tenant)])
          assert.ok(!everything(items).includes(name), name);
      const own = [...books.usage.keys()].filter((name) => !name.startsWith('AUDIT#')).sort();
      const wanted = [...others.usage.keys()].filter((name) => !name.startsWith('AUDIT#')).sort();
      // Ids of holders' seen requests aside, the other customer's items are the same.
      assert.deepEqual(own, wanted);
      assert.equal(books.access.size, others.access.size);
    });

  it('removes a customer from plans and the log of plans, and keeps the others there', async () => {
    const books = new TwoCustomers();
    await books.live(['acme-2']);
    const tables = { usage: sweptMemory(books.usage), access: sweptMemory(books.access) };

    await forget(tables, 'acme');

    const text = everything(books.usage);
    for (const gone of ['Acme Ltd', 'High Street', 'ada@acme.example', '\\"acme\\"'])
      assert.ok(!text.includes(gone), gone);
    assert.ok(text.includes('Another'));
    assert.ok(text.includes('GET /acme'), 'a route is no customer');
  });

  it("finds keys without a place in the list, and names API Gateway's own keys", async () => {
    const books = new TwoCustomers();
    await books.live(['globex', 'acme-2']);
    const name =
      [...books.access.keys()].find((key) => /^KEY#.*\nKEY$/.test(key) && nameTenant(key) === 'globex') ?? '';
    const record = JSON.parse(String(books.access.get(name)?.['doc'])) as object;
    function nameTenant(key: string): unknown {
      return (JSON.parse(String(books.access.get(key)?.['doc'])) as { tenant: unknown }).tenant;
    }
    const doc = JSON.stringify({ ...record, native: { apiKeyId: 'native-1', usagePlanId: 'p' } });
    books.access.set(name, { ...books.access.get(name), doc });
    // The state that an interrupted run may leave.
    for (const key of books.access.keys())
      if (!key.startsWith('KEY#') && key.includes('globex')) books.access.delete(key);
    const tables = { usage: sweptMemory(books.usage), access: sweptMemory(books.access) };

    const { found, nativeKeys } = await survey(tables, 'globex', books.nowMs);
    await forget(tables, 'globex');

    assert.deepEqual(
      [found.get('API keys'), found.get('lists of API keys'), nativeKeys],
      [1, undefined, ['native-1']],
    );
    assert.ok(!everything(books.access).includes('globex'));
    assert.deepEqual((await survey(tables, 'acme-2', books.nowMs)).nativeKeys, []);
  });

  it('keeps items of an unknown kind, whatever they name', async () => {
    const books = new TwoCustomers();
    const unknown = { doc: JSON.stringify({ customers: { globex: {} } }) };
    books.usage.set('LATER#a\nV', unknown);
    books.usage.set('LATER#b\nV', { doc: 'no JSON' });
    books.usage.set('LATER#c\nV', { doc: 7 });
    books.access.set('LATER#a\nKEY', { doc: JSON.stringify({ tenant: 'globex' }) });
    const tables = { usage: sweptMemory(books.usage), access: sweptMemory(books.access) };
    const before = everything(books.usage) + everything(books.access);

    const { found } = await survey(tables, 'globex', books.nowMs);
    await forget(tables, 'globex');

    assert.deepEqual([...found], []);
    assert.equal(everything(books.usage) + everything(books.access), before);
  });

  it('keeps in the log that something was done, when and by whom', async () => {
    const books = new TwoCustomers();
    await books.live(['globex']);
    await forget({ usage: sweptMemory(books.usage), access: sweptMemory(books.access) }, 'globex');

    const entries = [...books.usage]
      .filter(([name]) => name.startsWith('AUDIT#2026-10-03\n'))
      .map(([, item]) => JSON.parse(String(item['doc'])) as Record<string, unknown>)
      .filter(({ target }) => JSON.stringify(target) === '{"customer":"deleted"}');
    assert.deepEqual(entries.map(({ kind }) => kind).sort(), ['assign-plan', 'suspend', 'top-up']);
    for (const { by, at, operationId } of entries) {
      assert.deepEqual([operationId, at], ['-', '2026-10-03T00:00:00.000Z']);
      assert.match(String(by), /^arn:aws:iam::/);
    }
  });
});

describe('gatewright quota forget', () => {
  let dynamoDb: Awaited<ReturnType<typeof startEmbeddedDynamoDb>>;
  let client: commands.DynamoDBClient;
  const books = new TwoCustomers();

  before(async () => {
    dynamoDb = await startEmbeddedDynamoDb({
      port: 0,
      signers: [SIGNER],
      clockOffset: createSystemClock().offset,
    });
    client = new commands.DynamoDBClient({
      region: 'us-east-1',
      credentials: SIGNER,
      endpoint: dynamoDb.url,
    });
    await books.live(['globex', 'acme-2']);
    for (const [table, items] of [
      ['gatewright-prod-usage', books.usage],
      ['gatewright-prod-access', books.access],
    ] as const) {
      await client.send(
        new commands.CreateTableCommand({
          TableName: table,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
        }),
      );
      for (const [name, item] of items) {
        const [pk = '', sk = ''] = name.split('\n');
        await client.send(
          new commands.PutItemCommand({ TableName: table, Item: printItem({ pk, sk }, item) }),
        );
      }
    }
  });
  after(async () => {
    client.destroy();
    await dynamoDb.close();
  });

  const run = (...args: readonly string[]): Promise<Finished> =>
    runCommandHere(
      ['quota', 'forget', 'globex', '--region', 'us-east-1', '--stage', 'prod', ...args, '--json'],
      {
        environment: {
          AWS_ACCESS_KEY_ID: SIGNER.accessKeyId,
          AWS_SECRET_ACCESS_KEY: SIGNER.secretAccessKey,
          AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
        },
      },
    );
  const readTable = async (table: string): Promise<string> =>
    JSON.stringify((await client.send(new commands.ScanCommand({ TableName: table }))).Items);

  // The walk of a user: the final invoice was made, and only --even-if-open helped.
  it('deletes records with amounts that were not billed only if every invoice is named', async () => {
    const closed = new TwoCustomers();
    await closed.live(['globex']);
    for (const [name, item] of closed.usage)
      if (name.includes('\nP#') && item['closed'] === undefined)
        closed.usage.set(name, { ...item, closed: closed.nowMs });
    const swept = { usage: sweptMemory(closed.usage), access: sweptMemory(closed.access) };

    const { openMoney, invoices, isActive } = await survey(swept, 'globex', closed.nowMs);

    // The customer has no record, so it cannot be closed.
    assert.deepEqual([openMoney, isActive], [[], false]);
    assert.ok(invoices.length > 0);
    const made = invoices.map(({ number }) => number);
    assert.deepEqual(describeObstacles('globex', { openMoney, invoices, isActive }, made), []);
    const [obstacle = ''] = describeObstacles('globex', { openMoney, invoices, isActive }, []);
    assert.match(
      obstacle,
      /^Invoice \S+ of \d+\.\d\d EUR can no longer be made once the records of 2026-10 are deleted: save it with gatewright usage invoice --period 2026-10 --tenant globex .*then pass --invoiced \S+$/,
    );
    assert.deepEqual((await survey(swept, 'globex', closed.nowMs + 60 * 86_400_000)).invoices, []);
  });

  it('lists what exists, asks for the name again and for unbilled amounts, deletes, and shows that nothing is left', async () => {
    const dry = await run();
    const wrong = await run('--confirm', 'acme-2');
    const refused = await run('--confirm', 'globex');
    assert.ok((await readTable('gatewright-prod-usage')).includes('globex'), 'nothing was deleted');
    const done = await run('--confirm', 'globex', '--even-if-open', '--reference', 'request 17');
    const again = await run();

    const { found } = JSON.parse(dry.stdout) as { found: Readonly<Record<string, number>> };
    assert.ok((found['usage records'] ?? 0) > 0, dry.stdout);
    assert.match(wrong.stderr, /so nothing was deleted/);
    assert.equal(refused.code, 1);
    // The month is closed when the command's clock says so: what is open is what a ledger says.
    assert.match(
      refused.stderr,
      /nothing was deleted\. These periods have usage with a price, or a fee, and are not closed: .*monthly.* \(ends at /,
    );
    assert.match(dry.stderr, /These stay: the audit log \(.*\nTo delete, pass --confirm globex\./);
    assert.equal(done.code, 0, done.stderr);
    assert.equal((JSON.parse(done.stdout) as { left: number }).left, 0);
    assert.equal(done.stderr, '', 'no keys of API Gateway stand for theirs');
    assert.deepEqual((JSON.parse(again.stdout) as { found: object }).found, {});
    assert.equal(again.stderr, 'Nothing is stored about globex.\n');
    const usage = await readTable('gatewright-prod-usage');
    assert.ok(!usage.includes('globex') && usage.includes('acme-2'));
    assert.match(usage, /forget-customer.*request 17/);
    const items = JSON.parse(usage) as readonly Readonly<Record<string, { readonly S?: string }>>[];
    const entry = items.find(({ doc }) => doc?.S?.includes('forget-customer'));
    const { before: was } = JSON.parse(entry?.['doc']?.S ?? '') as { before: { items: number } };
    assert.equal(
      was.items,
      Object.values(found).reduce((sum, count) => sum + count, 0),
    );
    assert.match(entry?.['sk']?.S ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z#[0-9a-f]{12}$/);
    assert.equal(entry?.['pk']?.S, `AUDIT#${entry?.['sk']?.S?.slice(0, '2026-11-20'.length)}`);
    assert.ok(!(await readTable('gatewright-prod-access')).includes('globex'));
  });
});
