/** Customers as the console shows them, read from the admin routes over a table in memory. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { createCustomer, setPlan, setState } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { openCustomerBook } from '../../../../../../packages/toolkit/stack/quota/commands/customer-book.ts';
import { AdministeredTable, memoryAdminPorts, requested } from '../../../../../support/quota-admin.ts';
import { openQuotaAdmin } from '../../../../../support/quota-admin-server.ts';
import type { AddressInfo } from 'node:net';
import type { QuotaAdminServer } from '../../../../../support/quota-admin-server.ts';

const START_MS = Date.UTC(2026, 10, 3);
const DAY_MS = 86_400_000;
const LIMITS = [
  { id: 'daily', level: 'tenant', quota: 4, period: 'DAY' },
  { id: 'monthly', level: 'tenant', quota: 100, period: 'MONTH', price: { fee: '5.00' } },
];
const KEY = {
  keyId: 'k-1',
  name: 'web shop',
  state: 'active',
  createdAt: '2026-11-03T00:00:00.000Z',
  hashes: ['never-shown'],
};

let nowMs = START_MS;
const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => nowMs });
let admin: QuotaAdminServer;

before(async () => {
  admin = await openQuotaAdmin(ports, () => (nowMs += 1), { '/access/keys': { keys: [KEY] } });
  for (const id of ['free', 'pro']) {
    const plan = { id, version: 1, invoice: { currency: 'EUR' }, limits: LIMITS };
    await savePlan(ports, requested(id, START_MS), id, plan);
  }
  for (const tenant of ['acme', 'bakery'])
    await createCustomer(ports, requested(tenant, START_MS), { tenant, plan: 'free', name: `${tenant} Ltd` });
  await setState(ports, requested('halt', START_MS), 'bakery', 'suspended');
  const at = new AdministeredTable({
    ports,
    moveTo: (epochMs) => void (nowMs = epochMs),
    close: () => Promise.resolve(),
  });
  const use = async (tenant: string, units: number, atEpochMs: number): Promise<void> => {
    nowMs = atEpochMs;
    const holder = at.aHolder(() => atEpochMs);
    for (let unit = 0; unit < units; unit += 1)
      await holder.consume({ plan: 'free', tenant, key: 'k-1', atEpochMs });
  };
  await use('acme', 3, START_MS);
  await use('acme', 2, START_MS + DAY_MS);
  await use('walk-in', 1, START_MS + DAY_MS);
  nowMs = START_MS + DAY_MS;
  await setPlan(ports, requested('up', nowMs), { tenant: 'acme', plan: 'pro', version: 2 });
});
after(() => admin.close());

const book = openCustomerBook(() => ({
  origin: admin.url,
  region: 'us-east-1',
  accessKeyId: 'a',
  secretAccessKey: 's',
}));

describe('the customers of the console', () => {
  it('are those on record and those of which only usage is known, each with the limit that is used most', async () => {
    const { customers } = await book.list({ withUse: true });

    assert.deepEqual(
      customers.map(({ tenant, name, state, plan, fullest }) => [
        tenant,
        name,
        state,
        plan,
        fullest?.limit,
        fullest?.counted,
      ]),
      [
        ['acme', 'acme Ltd', 'active', 'pro', 'daily', 2],
        ['bakery', 'bakery Ltd', 'suspended', 'free', undefined, undefined],
        ['walk-in', undefined, 'no record', 'free', 'daily', 1],
      ],
    );
  });

  it('have their use by period, their keys without secrets, their plans and the changes of these', async () => {
    const acme = (await book.one('acme', nowMs)) ?? assert.fail();

    assert.deepEqual(
      acme.uses.map(({ limit, counted, left }) => [limit, counted, left]),
      [
        ['daily', 2, 2],
        ['monthly', 5, 95],
      ],
    );
    assert.deepEqual(
      acme.history.map(({ limit, periodStart, counted }) => [limit, periodStart?.slice(0, 10), counted]),
      [
        ['monthly', '2026-11-01', 5],
        ['daily', '2026-11-03', 3],
        ['daily', '2026-11-04', 2],
      ],
    );
    assert.deepEqual(acme.keys, [
      {
        keyId: 'k-1',
        name: 'web shop',
        state: 'active',
        createdAt: '2026-11-03T00:00:00.000Z',
        lastUsedAt: undefined,
      },
    ]);
    assert.deepEqual(
      acme.plans.map(({ plan }) => plan),
      ['free', 'pro'],
    );
    assert.deepEqual(
      acme.changes.map(({ kind, before: was, after: is }) => [kind, was, is]),
      [
        ['set-plan', 'free', 'pro'],
        ['create-customer', undefined, 'free'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(acme), /never-shown/);
  });

  it('have what the month costs until now, or why that is not known', async () => {
    const { cost } = (await book.one('acme', nowMs)) ?? assert.fail();

    assert.equal(cost.month, '2026-11');
    assert.equal(cost.isDraft, true);
    assert.ok(cost.problem !== undefined || cost.totals.every(({ currency }) => currency === 'EUR'));
  });

  it('have limits of which nothing was used yet', async () => {
    const { uses } = (await book.one('bakery', nowMs)) ?? assert.fail();

    assert.deepEqual(
      uses.map(({ limit, counted }) => [limit, counted]),
      [
        ['daily', 0],
        ['monthly', 0],
      ],
    );
  });

  it('are none if the gateway does not serve the stack that records the usage', async () => {
    const none = openCustomerBook(() => undefined);

    await assert.rejects(async () => none.list({ withUse: true }), /does not serve Gatewright’s stack/);
  });

  // A walk in which the plan was changed twice: 26 units were shown of the 10 that were used.
  it('have each unit of a period once, whatever plans admitted it', async () => {
    const row = { tenant: 'acme', limit: 'daily', periodStart: '2026-11-28T00:00:00.000Z', allowance: 5 };
    const rows = [8, 8, 10].map((counted) => JSON.stringify({ ...row, counted }));
    const stub = createServer((request, response) => {
      const isExport = request.url?.includes('of=usage') === true;
      response.end(
        isExport ? rows.join('\n') : JSON.stringify({ usage: [], keys: [], entries: [], limits: [] }),
      );
    }).listen(0, '127.0.0.1');
    await once(stub, 'listening');
    const origin = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`;
    try {
      const changed = openCustomerBook(() => ({
        origin,
        region: 'us-east-1',
        accessKeyId: 'a',
        secretAccessKey: 's',
      }));
      const { history } = (await changed.one('acme', nowMs)) ?? assert.fail();
      assert.deepEqual(
        history.map(({ limit, counted }) => [limit, counted]),
        [['daily', 10]],
      );
    } finally {
      stub.close();
    }
  });
});
