/** What `gatewright usage close` says that it has closed, and that it has left, agrees with `usage invoice`. */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { createCustomer } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import type { Finished } from '../../../../../support/command.ts';
import { memoryAdminPorts, requested } from '../../../../../support/quota-admin.ts';
import { openQuotaAdmin } from '../../../../../support/quota-admin-server.ts';
import type { QuotaAdminServer } from '../../../../../support/quota-admin-server.ts';

const START_MS = Date.UTC(2026, 10, 3);
const LIMITS = [{ id: 'monthly', level: 'tenant', quota: 10, period: 'MONTH', price: { fee: '5.00' } }];
let nowMs = START_MS;
let admin: QuotaAdminServer;
before(async () => {
  const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => nowMs });
  admin = await openQuotaAdmin(ports, () => nowMs);
  const plan = { id: 'gold', version: 1, invoice: { currency: 'EUR' }, limits: LIMITS };
  await savePlan(ports, requested('gold', START_MS), 'gold', plan);
  await createCustomer(ports, requested('idle', START_MS), { tenant: 'idle', plan: 'gold' });
});
after(() => admin.close());

const usage = (command: string): Promise<Finished> =>
  runCommandHere(['usage', ...command.split(' '), '--url', admin.url], {
    cwd: tmpdir(),
    environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' },
  });
const periodOf = (month: string): string => `idle/monthly/${month}-01T00:00:00.000Z`;

describe('gatewright usage close', () => {
  it('names a period that ended more than 35 days ago, as the invoice does, and closes it with --period', async () => {
    // The gateway's clock was moved by 40 days at once, so no run of usage-closer has closed November.
    nowMs = Date.UTC(2027, 0, 9);

    const [all, refused] = [await usage('close'), await usage('invoice --period 2026-11')];
    const one = await usage('close --period 2026-11');
    const again = await usage('close');

    assert.equal(
      all.stdout,
      `closed 1 period (${periodOf('2026-12')}) and wrote 1 record of usage and fees\n`,
    );
    assert.equal(
      all.stderr,
      `1 period is not closed (${periodOf('2026-11')}), because without --period, only periods that ended in the last 35 days are closed. Run: gatewright usage close --period 2026-11\n`,
    );
    assert.ok(refused.stderr.includes(`1 period is not closed (${periodOf('2026-11')})`), refused.stderr);
    assert.equal(
      one.stdout,
      `closed 1 period (${periodOf('2026-11')}) and wrote 1 record of usage and fees\n`,
    );
    assert.equal(again.stdout, '');
    assert.match(
      again.stderr,
      /^Nothing to do: every period that ended in the last 35 days is closed already/,
    );
  });
});
