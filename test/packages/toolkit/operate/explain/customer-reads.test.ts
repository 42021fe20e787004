/** What the customer of a deployed API reads about a refused request, from its log line and the admin API. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { printAccessDecision } from '@gatewright/aws/access-decision';
import type { AccessOutcome } from '@gatewright/aws/access-decision';
import { portalAdminRoutes } from '#shared/portal/admin-routes.ts';
import { readCustomerReads } from '../../../../../packages/toolkit/operate/explain/customer-reads.ts';
import { gatherFacts } from '../../../../../packages/toolkit/operate/explain/explain-api.ts';
import { readLogLine, recommendedFormat } from '../../../../../packages/toolkit/operate/explain/log-line.ts';
import { anHttpApiToAttach } from '../../../../support/an-api-to-attach.ts';
import { ORIGIN, PORTAL, Portal } from '../../../../support/a-portal.ts';
import { openQuotaAdmin } from '../../../../support/quota-admin-server.ts';
import type { QuotaAdminServer } from '../../../../support/quota-admin-server.ts';

const portal = new Portal();
const former = { ...process.env };
let admin: QuotaAdminServer;

before(async () => {
  const { ports, usage: customers } = portal;
  const routes = portalAdminRoutes({ ports, customers, portal: PORTAL, portalUrl: ORIGIN });
  admin = await openQuotaAdmin(customers, () => (portal.nowMs += 1), {}, routes);
  await portal.addCustomer('acme', 'free', 'Acme Ltd');
  await portal.spend('acme', 4);
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 's',
  });
});
after(() => {
  admin.close();
  process.env = former;
});

async function readsOf(
  status: string,
  outcome: AccessOutcome,
  url: string | undefined,
): Promise<readonly string[]> {
  await using api = await anHttpApiToAttach({ count: 1 });
  const { plan } = await api.plan();
  await api.apply(plan);
  const { live } = await api.plan();
  const format = recommendedFormat('http');
  const values: Readonly<Record<string, string>> = {
    httpMethod: 'GET',
    path: '/prod/things-1',
    routeKey: 'GET /things-1',
    status,
    'authorizer.accessDecision':
      printAccessDecision({ document: 'shop', outcome, customer: 'acme', limit: 'monthly' }) ?? '-',
  };
  const line = format.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => values[name] ?? '-');
  const fields = readLogLine(format, line);
  assert.ok(fields !== undefined);
  return await readCustomerReads(await gatherFacts(api.plane, live, fields), url);
}

const LINE =
  'What the customer reads: Requests of your organisation are refused: all 3 units of the limit monthly of your plan Free are used. The next period begins on 1 Dec 2026, 00:00 UTC.';

describe('a refused request to a deployed API', () => {
  it('is explained with the sentence that the portal shows, if the address of the admin API is set', async () => {
    assert.deepEqual(await readsOf('403', 'over-quota', admin.url), [LINE]);
  });

  it('is explained without it if the address is not set, the admin API cannot be reached, or a rule refused', async () => {
    assert.deepEqual(await readsOf('403', 'over-quota', undefined), []);
    assert.deepEqual(await readsOf('403', 'over-quota', 'http://127.0.0.1:9'), []);
    assert.deepEqual(await readsOf('403', 'no-rule', admin.url), []);
  });
});
