/** `gatewright customers` against the admin routes over a table in memory. */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { KeyAdmin } from '#shared/access/keys/key-admin.ts';
import { keyAdminRoutes } from '#shared/access/keys/key-routes.ts';
import { DomainError } from '#shared/errors.ts';
import { createPlanCatalogue } from '#shared/quota/admin/plan-catalogue.ts';
import type { Item } from '#shared/table/item-write.ts';
import { aNewKey } from '../../../../../support/api-key-table.ts';
import { createMemoryListing } from '../../../../../support/memory-listing.ts';
import { createMemoryTable } from '../../../../../support/memory-table.ts';
import { REAL_RANDOM } from '../../../../../support/real-quota-ports.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import type { Finished } from '../../../../../support/command.ts';
import { openQuotaAdmin } from '../../../../../support/quota-admin-server.ts';
import type { QuotaAdminServer } from '../../../../../support/quota-admin-server.ts';
import { memoryAdminPorts, requested } from '../../../../../support/quota-admin.ts';

const START_MS = Date.UTC(2026, 10, 3);
const MONTHLY = { id: 'monthly', level: 'tenant', quota: 10, period: 'MONTH', price: { fee: '5.00' } };

let nowMs = START_MS;
const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => nowMs });
let admin: QuotaAdminServer;
let isFlushed = true;
const known = { roles: new Set<string>(), hasNativePlans: false, cached: [], planClaims: [] };
const keyItems = new Map<string, Item>();
const clock = { nowEpochMs: () => nowMs };
const keys = new KeyAdmin(
  {
    store: createMemoryTable({ clock, items: keyItems }),
    listing: createMemoryListing(keyItems),
    clock,
    random: REAL_RANDOM,
    plans: createPlanCatalogue(ports),
    caches: {
      flush: () =>
        isFlushed ? Promise.resolve() : Promise.reject(new DomainError('CONTROL_PLANE_FAILED', 'no rights')),
    },
    nativeKeys: { put: () => Promise.resolve(''), disable: () => Promise.resolve() },
  },
  {
    stage: 'prod',
    prefixes: new Map([['shop_live', known]]),
    documentPlans: [],
    chargedCaches: [{ kind: 'http', apiId: 'a1b2c3d4e5', stage: 'prod' }],
    usageKeySecret: undefined,
  },
);

before(async () => {
  admin = await openQuotaAdmin(
    ports,
    () => (nowMs += 1),
    {},
    keyAdminRoutes(() => keys),
  );
  for (const [id, quota] of Object.entries({ free: 10, pro: 3000 })) {
    const document = { id, version: 1, invoice: { currency: 'EUR' }, limits: [{ ...MONTHLY, quota }] };
    await savePlan(ports, requested(id, START_MS), id, document);
  }
  const ofKeys = {
    id: 'keyed',
    version: 1,
    limits: [{ id: 'daily', level: 'key', quota: 10, period: 'DAY' }],
  };
  await savePlan(ports, requested('keyed', START_MS), 'keyed', ofKeys);
});
after(() => admin.close());

const run = (...args: readonly string[]): Promise<Finished> =>
  runCommandHere([...args, '--url', admin.url], {
    cwd: tmpdir(),
    environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' },
  });

async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  assert.equal(code, 0, stderr);
  return stdout;
}

describe('gatewright customers', () => {
  it('puts one on record, changes its plan, and shows what is in force, to come, and left', async () => {
    assert.match(
      await printed('customers', 'create', 'acme', 'free', '--name', 'Acme Ltd'),
      /^acme: free from 2026-11-03T\S+\n$/,
    );
    assert.match(
      await printed('customers', 'set-plan', 'acme', 'pro', '--limit', 'monthly=5000'),
      /^acme: pro from \S+\nthe change is in force now for requests with API keys of the customer \(0\); callers whose requests are currently refused get the new decision within 2 s; the change is in force everywhere by 2026-11-03T00:01:\S+\n$/,
    );
    const later = await printed('customers', 'set-plan', 'acme', 'free', '--from', '2026-12-01');

    assert.match(
      later,
      /^acme: pro from [^ ]+, then free from 2026-12-01T00:00:00\.000Z\nnothing changes before that time\n$/,
    );
    const shown = await printed('customers', 'show', 'acme');
    assert.match(shown, /^name +Acme Ltd$/m);
    assert.match(shown, /^in force since +2026-11-03T\S+$/m);
    assert.match(shown, /^latest change known everywhere by +2026-11-03T00:01:\S+$/m);
    assert.match(shown, /^pro +2026-11-03T[^ ]+ +monthly 5000$/m);
    assert.match(shown, /^free +2026-12-01T00:00:00\.000Z +-$/m);
    assert.match(shown, /^monthly +5000 +0 +5000 +2026-12-01T00:00:00\.000Z$/m);
    assert.match(await printed('customers', 'list'), /^acme +active +pro +/m);
    assert.match(await printed('customers', 'list', '--plan', 'pro'), /^acme +active +pro +/m);
    assert.doesNotMatch(await printed('customers', 'list', '--plan', 'free'), /^acme/m);
    assert.match(await printed('customers', 'list', '--state', 'active', '--plan', 'pro'), /^acme +active/m);
    assert.doesNotMatch(await printed('customers', 'list', '--state', 'suspended'), /^acme/m);
  });

  it('shows facts, terms and what is left in paragraphs, and nothing as left if no limit is of the customer', async () => {
    await printed('customers', 'create', 'hooli', 'keyed');
    await printed('customers', 'create', 'wonka', 'free');

    const [keyed, free] = [
      await printed('customers', 'show', 'hooli'),
      await printed('customers', 'show', 'wonka'),
    ];

    const terms = 'PLAN +FROM +OWN LIMITS\n';
    assert.match(
      keyed,
      new RegExp(
        `^tenant +hooli\n[^]*\n\n${terms}keyed +2026-11-03T\\S+ +-\n\ndaily: 10 per DAY for each key; gatewright usage show --tenant shows what each customer has used\n$`,
      ),
    );
    assert.match(
      free,
      new RegExp(
        `^tenant +wonka\n[^]*\n\n${terms}free +\\S+ +-\n\nlimit +allowance +counted +left +periodEnd\nmonthly +10 +0 +10 +2026-12-01T00:00:00\\.000Z\n$`,
      ),
    );
  });

  it('suspends, resumes and closes, and says why a closed customer is not changed', async () => {
    await printed('customers', 'create', 'globex', 'pro');
    assert.match(await printed('customers', 'suspend', 'globex'), /^globex: suspended, pro from /);
    assert.match(await printed('customers', 'resume', 'globex'), /^globex: pro from /);
    assert.match(await printed('customers', 'close', 'globex'), /^globex: closed, pro from /);

    const refused = await run('customers', 'set-plan', 'globex', 'free');
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /the customer was closed on 2026-11-03T.* stays closed\. To use the name again, delete the customer with gatewright customers delete, and create a new one.*\(CUSTOMER_CLOSED, 409\)/,
    );
  });

  // docs/guides/sell/quota.md, "When a change is in force"
  it('says in its help by when requests of a suspended customer are refused', async () => {
    for (const verb of ['suspend', 'close']) {
      const { stdout } = await run('customers', verb, '--help');
      assert.match(
        stdout.replace(/\s+/g, ' '),
        /refused at once\. All other requests are refused within 30 s, or within 60 s/,
      );
    }
  });

  it('updates the keys of a customer, revokes those of a closed one, and warns if a cache keeps a result', async () => {
    await printed('customers', 'create', 'soylent', 'pro');
    const by = { id: 'make', by: 'ada' };
    const { stored } = await keys.create(aNewKey({ tenant: 'soylent' }), by);
    const { keyId } = stored.record;
    isFlushed = false;
    const suspended = await run('customers', 'suspend', 'soylent');
    isFlushed = true;

    assert.match(
      suspended.stdout,
      /the change is in force now for requests with API keys of the customer \(1\), and within 30 s for other requests; the change is in force everywhere by/,
    );
    assert.match(
      suspended.stderr,
      /could not be removed \(flush http a1b2c3d4e5\/prod: no rights\), so they stay until the authorizers' TTL ends.*--operation /,
    );
    assert.equal((await keys.show(keyId)).customerVersion, 2);
    assert.match(
      await printed('customers', 'close', 'soylent'),
      /the API keys of the customer are revoked \(1\); the change is in force everywhere by/,
    );
    assert.match(
      await printed('keys', 'list', '--customer', 'soylent'),
      new RegExp(`^${keyId} +revoked`, 'm'),
    );
  });

  it('shows nothing as left while a customer is suspended, and after it is closed', async () => {
    await printed('customers', 'create', 'umbrella', 'pro');
    const left = async () =>
      /^monthly +3000 +0 +(\d+) /m.exec(await printed('customers', 'show', 'umbrella'))?.[1];

    const seen: unknown[] = [await left()];
    for (const change of ['suspend', 'resume', 'close']) {
      await printed('customers', change, 'umbrella');
      seen.push(await left());
    }

    assert.deepEqual(seen, ['3000', '0', '3000', '0']);
  });

  it('refuses what cannot be in force, naming the value and the code', async () => {
    const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
      [
        ['set-plan', 'nobody', 'pro'],
        /the customer nobody has no record; create one with gatewright customers create \(CUSTOMER_UNKNOWN, 404\)/,
      ],
      [['set-plan', 'acme', 'gold'], /no customer plan gold: save it .*plan save.*\(PLAN_UNKNOWN, 404\)/],
      [
        ['set-plan', 'acme', 'pro', '--from', '2026-10-01'],
        /2026-10-01T.* is in the past.*\(PERIOD_CLOSED, 409\)/,
      ],
      [
        ['set-plan', 'acme', 'pro', '--limit', 'monthly=many'],
        /--limit monthly=many: the quota must be a whole number/,
      ],
      [['create', 'initech', 'pro', '--currency', 'EUX'], /\(CURRENCY_UNKNOWN, 422\)/],
      [
        ['create', 'initech', 'pro', '--currency', 'USD'],
        /in USD, but plan pro is in EUR; name a plan in USD, .* \(CURRENCY_MISMATCH, 409\)/,
      ],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await run('customers', ...args);
      assert.deepEqual([code, message.test(stderr)], [1, true], stderr);
    }
    const overruled = await run('plan', 'assign', 'acme', 'k-1', 'pro');
    assert.match(overruled.stderr, /customers set-plan \(ASSIGNMENT_OVERRULED, 409\)/);
  });

  it('puts assigned keys on record, counts what it did, and does it once', async () => {
    const none = await run('customers', 'migrate', '--operation', 'early');
    assert.match(
      none.stdout + none.stderr,
      /^records created +0\n[^]*^No key was assigned a plan .* run gatewright customers create CUSTOMER PLAN for each of these customers\.$/m,
    );
    for (const [tenant, key, plan] of [
      ['old', 'k-1', 'pro'],
      ['old', 'k-2', 'pro'],
      ['mixed', 'k-1', 'pro'],
      ['mixed', 'k-2', 'free'],
    ] as const)
      await assignPlan(ports, requested(`${tenant}-${key}`, nowMs), { tenant, key, plan, version: 1 });

    const [first, second] = [await printed('customers', 'migrate'), await printed('customers', 'migrate')];

    assert.match(
      first,
      /^records created +1\nrecords that already existed +0\ntenants without a record, because they have keys with several plans, or 1,000 keys or more +mixed\n$/,
    );
    assert.match(second, /^records created +0\nrecords that already existed +1\n/);
    assert.match(await printed('customers', 'show', 'old'), /^plan +pro$/m);
  });

  it('names the customer on record on its invoice', async () => {
    nowMs = Date.UTC(2026, 11, 1, 1);
    await printed('usage', 'close', '--period', '2026-11');

    const invoices = (
      await printed('usage', 'invoice', '--period', '2026-11', '--tenant', 'acme', '--json')
    ).trim();

    const all = (await printed('usage', 'invoice', '--period', '2026-11', '--json')).trim().split('\n');
    assert.deepEqual(
      all.map((line) => (JSON.parse(line) as { tenant: string }).tenant),
      ['acme', 'globex', 'mixed', 'old', 'soylent', 'umbrella', 'wonka'],
    );
    const { customer, total } = JSON.parse(invoices) as Readonly<Record<string, unknown>>;
    // The term in force at the end of the month has the fee, also of a month without a request.
    assert.deepEqual([customer, total], [{ name: 'Acme Ltd', address: [] }, '5.00']);
  });

  it('moves several customers to a plan, and says which were not changed and why', async () => {
    for (const tenant of ['stark', 'wayne', 'oscorp']) await printed('customers', 'create', tenant, 'free');
    await printed('customers', 'close', 'wayne');

    const { code, stdout, stderr } = await run('customers', 'set-plan', 'stark', 'wayne', 'oscorp', 'pro');

    assert.equal(code, 1);
    assert.match(stdout, /^stark: pro from [^]*^oscorp: pro from /m);
    assert.match(stderr, /^error: wayne was not changed: the customer was closed on .*CUSTOMER_CLOSED/m);
    assert.match(
      await printed('customers', 'suspend', 'stark', 'oscorp'),
      /^stark: suspended[^]*^oscorp: suspended/m,
    );
    const planOnly = await run('customers', 'set-plan', 'pro');
    assert.match(planOnly.stderr, /name the customers and then the plan, as in .*; only "pro" was given/);
  });
});
