/** An operator of one customer, whom IAM gives `/quota/tenants/acme/keys/*`, names a key of another customer. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createRouter } from '#shared/http/router.ts';
import { createCustomer } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import type { PlanNewsReader } from '#shared/quota/plan/plan-news.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import type { Item } from '#shared/table/item-write.ts';
import { anAdminEvent, DAILY, memoryAdminPorts, requested } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const UNDER = '/quota/tenants/{tenant}/keys/{key}';
const LIMIT = 'limits/{limit}';

/** Every endpoint below a key, with a body that it takes. */
const ENDPOINTS: Readonly<Record<string, { readonly status: number; readonly body?: object }>> = {
  'GET plan': { status: 404 },
  // The record of a customer overrides assignments, whatever the key.
  'PUT plan': { status: 409, body: { plan: 'gold', version: 1 } },
  'DELETE plan': { status: 404, body: {} },
  // The plan by which a request of the caller's own customer is charged, whatever the key.
  'GET terms': { status: 200 },
  [`GET ${LIMIT}`]: { status: 404 },
  [`PUT ${LIMIT}`]: { status: 404, body: { limit: 5 } },
  [`POST ${LIMIT}/top-up`]: { status: 404, body: { units: 5 } },
  [`POST ${LIMIT}/reset`]: { status: 404, body: {} },
  [`POST ${LIMIT}/suspend`]: { status: 404, body: {} },
  [`POST ${LIMIT}/resume`]: { status: 404, body: {} },
  [`POST ${LIMIT}/close`]: { status: 404, body: {} },
};

/** Two customers on record; `globex` has used `key-of-globex`, and `acme` its own. */
async function twoCustomers() {
  const items = new Map<string, Item>();
  const ports = memoryAdminPorts(items);
  await savePlan(ports, requested('plan'), 'gold', { id: 'gold', version: 1, limits: [DAILY] });
  const clock = { nowEpochMs: () => NOON_MS, monotonicMs: () => NOON_MS };
  for (const tenant of ['acme', 'globex'])
    await createCustomer(ports, requested(tenant, NOON_MS - 60_000), { tenant, plan: 'gold' });
  const customers = (store: typeof ports.store, plans: PlanNewsReader) => new TermsBook(store, clock, plans);
  const quotas = createQuotas({ ...ports, clock, customers });
  for (const tenant of ['acme', 'globex'])
    assert.ok((await quotas.consume({ tenant, key: `key-of-${tenant}`, atEpochMs: NOON_MS })).allowed);
  return { items, routes: quotaAdminRoutes(ports) };
}

describe('a key of another customer', async () => {
  const { items, routes } = await twoCustomers();
  const answer = createRouter(routes);
  const ask = async (endpoint: string, key: string) => {
    const [method = '', below = ''] = endpoint.split(' ');
    const path = `${UNDER}/${below}`;
    const parameters = { tenant: 'acme', key, limit: 'daily' };
    const body = ENDPOINTS[endpoint]?.body;
    const event = anAdminEvent(`${method} ${path}`, {
      parameters,
      path: path.replace(/\{(\w+)\}/g, (_, name: keyof typeof parameters) => parameters[name]),
      query: below.endsWith('/close') ? { period: new Date(NOON_MS).toISOString() } : {},
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'idempotency-key': randomUUID() },
      }),
    });
    return (await answer(event, () => undefined)).statusCode;
  };

  it('is tried at every endpoint below keys', () => {
    const below = routes
      .filter(({ path }) => path.startsWith(`${UNDER}/`))
      .map(({ method, path }) => `${method} ${path.slice(UNDER.length + 1)}`);

    assert.deepEqual(below.sort(), Object.keys(ENDPOINTS).sort());
  });

  for (const [endpoint, { status }] of Object.entries(ENDPOINTS))
    it(`is answered ${status} to ${endpoint}, and nothing is changed`, async () => {
      const before = structuredClone(items);

      assert.equal(await ask(endpoint, 'key-of-globex'), status);

      assert.deepEqual(items, before);
    });

  it("is distinguished from one's own, which is shown and changed", async () => {
    for (const change of ['GET', 'PUT'])
      assert.equal(await ask(`${change} ${LIMIT}`, 'key-of-acme'), 200, change);
    for (const verb of ['top-up', 'reset', 'suspend', 'resume'])
      assert.equal(await ask(`POST ${LIMIT}/${verb}`, 'key-of-acme'), 200, verb);
  });
});
