/** What `gatewright usage close` says that it has closed, and that it has left, agrees with `usage invoice`. */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { createCustomer } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { describeClosed } from '../../../../../../packages/toolkit/stack/quota/commands/usage-invoice.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import type { Finished } from '../../../../../support/command.ts';
import { memoryAdminPorts, requested } from '../../../../../support/quota-admin.ts';
import { openQuotaAdmin } from '../../../../../support/quota-admin-server.ts';
import type { QuotaAdminServer } from '../../../../../support/quota-admin-server.ts';

const START_MS = Date.UTC(2026, 10, 3);
const LIMITS = [{ id: 'monthly', level: 'tenant', quota: 10, period: 'MONTH', price: { fee: '5.00' } }];
let nowMs = START_MS;
let admin: QuotaAdminServer;
const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => nowMs });
before(async () => {
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
      `1 period is not closed (${periodOf('2026-11')}), because without --period, only periods that ended in the last 35 days are closed. Run: gatewright usage close --period 2026-11 --url ${admin.url}\n`,
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

  it('names the earlier period although another one still runs, and not the one that runs, also with --json', async () => {
    await createCustomer(ports, requested('late', Date.UTC(2027, 1, 3)), { tenant: 'late', plan: 'gold' });
    // February ended 62 days ago, March ended 31 days ago, and April can be closed in 10 minutes.
    nowMs = Date.UTC(2027, 4, 1, 0, 5);

    const { stdout, stderr } = await usage('close --json');

    const { running, earlier } = JSON.parse(stdout) as Record<string, unknown>;
    const months = (earlier as readonly { readonly month: string }[]).map(({ month }) => month);
    assert.deepEqual([running, [...new Set(months)].sort()], [2, ['2027-01', '2027-02']]);
    assert.match(
      stderr,
      /^3 periods are not closed \(.*\), because .*close --period 2027-01 --url \S+; .* --period 2027-02 --url \S+\n$/,
    );
  });

  it('says of which months it counts open periods, because an invoice is of one month', async () => {
    for (const month of ['2027-01', '2027-02']) await usage(`close --period ${month}`);

    const [all, one] = [await usage('close'), await usage('close --period 2027-04')];

    assert.match(all.stderr, /^Nothing to do yet: 2 periods of all months are still open, and /);
    assert.match(one.stderr, /^Nothing to do yet: 2 periods of 2027-04 are still open, and /);
  });
});

const A = { tenant: 'a', limit: 'monthly', periodStart: '2026-11' };
const B = { ...A, tenant: 'b' };
const NONE = { closed: 0, recorded: 0, corrected: 0, running: 0 };
const CORRECTED = 'because more usage was reported after they were closed';

describe('the lines of usage close', () => {
  const cases: readonly (readonly [string, Parameters<typeof describeClosed>[0], readonly string[]])[] = [
    [
      'a period that an earlier run closed and did not record is not told as a correction',
      { ...NONE, recorded: 1 },
      ['wrote 1 record of usage and fees'],
    ],
    [
      'closed and corrected periods are counted and named apart',
      { ...NONE, closed: 1, recorded: 3, corrected: 2, named: [A], namedCorrected: [B] },
      [
        'closed 1 period (a/monthly/2026-11) and wrote 1 record of usage and fees',
        `corrected 2 records of closed periods (b/monthly/2026-11 and 1 more), ${CORRECTED}`,
      ],
    ],
    [
      'only corrections',
      { ...NONE, recorded: 1, corrected: 1, namedCorrected: [B] },
      [`corrected 1 record of closed periods (b/monthly/2026-11), ${CORRECTED}`],
    ],
  ];
  for (const [title, done, lines] of cases) it(title, () => assert.deepEqual(describeClosed(done), lines));
});
