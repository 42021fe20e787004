/** `gatewright quota` and `usage`: what is asked of the admin endpoint, and what is printed of its answers. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { quotaCommand } from '../../../../../../packages/toolkit/stack/quota/commands/quota.ts';
import { usageCommand } from '../../../../../../packages/toolkit/stack/quota/commands/usage.ts';
import { cellsOf, openAdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';
import type { AdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';

let admin: AdminEndpoint;
before(async () => {
  admin = await openAdminEndpoint();
});
after(() => admin.close());

const OF_TENANT = '/quota/tenants/acme/limits/daily';
const OF_KEY = '/quota/tenants/acme/keys/k-1/limits/daily';
const PERIOD = '2026-11-20T00:00:00Z';
const AT = 'period=2026-11-20T00%3A00%3A00Z';

describe('gatewright quota', () => {
  it('has a command for each change of a limit, the log and forgetting', () => {
    const names = quotaCommand().commands.map((command) => command.name());

    assert.deepEqual(names.join(' '), 'show top-up set-limit reset suspend resume close audit forget');
  });

  const rows: readonly { readonly args: string; readonly asks: string }[] = [
    { args: 'show acme daily', asks: `GET ${OF_TENANT}` },
    {
      args: `show acme daily --key k-1 --route GET/a --plan gold --period ${PERIOD}`,
      asks: `GET ${OF_KEY}?route=GET%2Fa&plan=gold&${AT}`,
    },
    { args: 'top-up acme daily 5 --key k-1', asks: `POST ${OF_KEY}/top-up {"units":5}` },
    { args: `top-up acme daily 0 --period ${PERIOD}`, asks: `POST ${OF_TENANT}/top-up?${AT} {"units":0}` },
    { args: 'set-limit acme daily 1000', asks: `PUT ${OF_TENANT} {"limit":1000}` },
    { args: 'set-limit acme daily 9 --plan gold', asks: `PUT ${OF_TENANT}?plan=gold {"limit":9}` },
    { args: 'reset acme daily', asks: `POST ${OF_TENANT}/reset {}` },
    { args: 'suspend acme daily --key k-1', asks: `POST ${OF_KEY}/suspend {}` },
    { args: 'resume acme daily', asks: `POST ${OF_TENANT}/resume {}` },
    { args: 'close acme daily --period 2026-11-20', asks: `POST ${OF_TENANT}/close?period=2026-11-20 {}` },
  ];
  for (const { args, asks } of rows)
    it(`${args} asks ${asks}, and prints the answer`, async () => {
      const { code, requests, stdout, stderr } = await admin.ask(['quota', ...args.split(' ')], {
        body: { limit: 'daily', left: 7 },
      });

      // After it, the command looks up the key or the customer (unknown-names.test.ts).
      assert.deepEqual([code, requests[0]], [0, asks], stderr);
      assert.ok(requests.slice(1).every((request) => request.startsWith('GET ')));
      assert.deepEqual(cellsOf(stdout), [
        ['limit', 'daily'],
        ['left', '7'],
      ]);
    });

  // docs/guides/sell/quota.md, "When a change is in force"
  for (const { args, says } of [
    {
      args: 'top-up acme daily 5',
      says: /^Callers whose requests are currently refused get the new decision within 2 s\.$/m,
    },
    { args: 'set-limit acme daily 9', says: /get the new decision within 2 s/ },
    { args: 'reset acme daily', says: /get the new decision within 2 s/ },
    { args: 'resume acme daily', says: /get the new decision within 2 s/ },
    {
      args: 'suspend acme daily',
      says: /^Within 30 s \(60 s if the customer has no record\), every process refuses .*\.$/m,
    },
    { args: 'close acme daily --period 2026-11-20', says: /^$/ },
    { args: 'show acme daily', says: /^$/ },
  ])
    it(`${args} says when the change is in force`, async () => {
      const { stderr } = await admin.ask(['quota', ...args.split(' ')], { body: { limit: 'daily' } });

      assert.match(stderr, says);
    });

  for (const { args, says } of [
    { args: 'top-up acme daily', says: /missing required argument 'units'/ },
    { args: 'set-limit acme daily', says: /missing required argument 'units'/ },
    { args: 'top-up acme daily 1.5', says: /It must be a whole number of units\./ },
    { args: 'top-up acme daily 99999999999999999', says: /It must be a whole number of units\./ },
    // Sixteen digits, and more than a number holds exactly.
    { args: 'top-up acme daily 9007199254740993', says: /It must be a whole number of units\./ },
    {
      args: 'show acme daily --period 20-11-2026',
      says: /It must be an instant such as 2026-11-20T00:00:00Z, or a day/,
    },
    { args: 'show acme daily --period 2026-13-01', says: /It must be an instant such as/ },
    { args: 'show', says: /missing required argument 'tenant'/ },
    { args: 'show acme', says: /missing required argument 'limit'/ },
    { args: 'close acme daily', says: /required option '--period <instant>' not specified/ },
  ])
    it(`${args} is refused before anything is called`, async () => {
      const { code, requests, stderr } = await admin.ask(['quota', ...args.split(' ')]);

      assert.deepEqual([code, requests], [1, []]);
      assert.match(stderr, says);
    });

  it('lists the changes of a day', async () => {
    const entry = { at: 't', by: 'ada', kind: 'top-up', target: { tenant: 'acme' }, input: { units: 5 } };
    const { requests, stdout } = await admin.ask(
      ['quota', 'audit', '--day', '2026-11-20'],
      { body: { entries: [{ ...entry, operationId: 'op-1' }], next: 'c' } },
      { body: { entries: [entry] } },
    );

    const path = '/quota/audit?day=2026-11-20';
    assert.deepEqual(requests, [`GET ${path}`, `GET ${path}&cursor=c`]);
    assert.deepEqual(cellsOf(stdout), [
      ['at', 'by', 'kind', 'target', 'input', 'operationId'],
      ['t', 'ada', 'top-up', 'tenant acme', 'units 5', 'op-1'],
      ['t', 'ada', 'top-up', 'tenant acme', 'units 5', '-'],
    ]);
  });
});

describe('gatewright usage', () => {
  const ROW = {
    tenant: 'acme',
    limit: 'daily',
    periodStart: 'p',
    state: 'open',
    allowance: 9,
    counted: 2,
    left: 7,
  };
  const lines = (...rows: readonly object[]): string =>
    rows.map((row) => `${JSON.stringify(row)}\n`).join('');

  it('has a command for each view of usage and for each step to an invoice', () => {
    const names = usageCommand().commands.map((command) => command.name());

    assert.deepEqual(names.join(' '), 'show export close invoice stripe sql');
  });

  it('says that no usage is recorded if the list is empty', async () => {
    const { stderr } = await admin.ask(['usage', 'show'], { body: { usage: [] } });

    assert.match(
      stderr,
      /^No usage is recorded in the current periods: usage is listed after the first request that is charged\.$/m,
    );
  });

  it('shows all tenants, or one and its keys, at an instant', async () => {
    const all = await admin.ask(['usage', 'show'], { body: { usage: [ROW] } });
    const one = await admin.ask(['usage', 'show', '--tenant', 'acme', '--at', '2026-11-20'], { body: {} });

    // After an empty list, the command looks up the customer (unknown-names.test.ts).
    assert.deepEqual(
      [...all.requests, ...one.requests.slice(0, 1)],
      ['GET /quota/usage', 'GET /quota/tenants/acme/usage?at=2026-11-20'],
    );
    assert.deepEqual(cellsOf(all.stdout), [
      ['tenant', 'key', 'route', 'limit', 'periodStart', 'state', 'allowance', 'counted', 'left'],
      ['acme', '-', '-', 'daily', 'p', 'open', '9', '2', '7'],
    ]);
  });

  it('exports page by page as the endpoint prints it', async () => {
    const { code, requests, stdout, stderr } = await admin.ask(
      ['usage', 'export', '--from', '2026-11-01', '--to', '2026-12-01'],
      { body: lines(ROW), headers: { 'x-next-cursor': 'c' } },
      { body: lines({ ...ROW, tenant: 'globex' }) },
    );

    const query = '/quota/export?of=usage&format=ndjson&from=2026-11-01&to=2026-12-01';
    assert.deepEqual([code, requests], [0, [`GET ${query}`, `GET ${query}&cursor=c`]]);
    assert.deepEqual([stdout, stderr], [lines(ROW, { ...ROW, tenant: 'globex' }), '']);
  });

  it('exports closed periods for invoices, and says which periods are open and not included', async () => {
    const closed = { ...ROW, state: 'closed' };
    const due = { ...ROW, tenant: 'idle', key: 'k-1' };
    const export_ = ['usage', 'export', '--format', 'invoice', '--tenant', 'acme'];

    const open = await admin.ask(
      export_,
      { body: 'csv\r\n' },
      { body: lines(closed, ROW) },
      { body: lines(due) },
    );
    const whole = await admin.ask(export_, { body: 'csv\r\n' }, { body: lines(closed) }, { body: '' });

    assert.deepEqual(
      open.requests.map((request) => request.replace('GET /quota/tenants/acme/export?', '')),
      ['of=records&format=csv', 'of=usage&format=ndjson', 'of=due&format=ndjson'],
    );
    assert.deepEqual([open.stdout, whole.stdout], ['csv\r\n', 'csv\r\n']);
    assert.equal(
      open.stderr,
      '2 periods are not closed (acme/daily/p, idle/k-1/daily/p), so the export does not include the usage of these periods\n',
    );
    assert.equal(whole.stderr, '');
  });
});

describe('gatewright usage stripe', () => {
  const DAY_MS = 86_400_000;
  const PLAN = {
    id: 'gold',
    version: 1,
    limits: [{ id: 'daily', level: 'tenant', quota: 9, period: 'DAY' }],
    invoice: { currency: 'EUR', customers: { acme: { name: 'Acme', stripe: 'cus_1' } } },
  };
  const RECORD = {
    tenant: 'acme',
    month: '2026-11',
    plan: 'gold',
    recordId: 'r-1',
    price: { fee: '0', included: 0, tiers: [], meter: 'requests' },
    usedDelta: 7,
  };

  /** Reports usage of a record that ended at `endMs`, and of others that are not reported. Nothing is open or sent. */
  async function report(endMs: number) {
    const others = [{ usedDelta: 0 }, { price: undefined }, { month: '2026-10' }];
    const records = [...others, {}].map((over) => ({
      ...RECORD,
      periodEnd: new Date(endMs).toISOString(),
      ...over,
    }));
    return admin.ask(
      ['usage', 'stripe', '--period', '2026-11', '--dry-run'],
      { body: '' },
      { body: '' },
      { body: records.map((record) => `${JSON.stringify(record)}\n`).join('') },
      { body: PLAN },
    );
  }

  // https://docs.stripe.com/api/billing/meter-event/create: within the past 35 calendar days, up to 5 minutes ahead.
  for (const { name, endsInDays, sentAfterEndMs } of [
    { name: 'the last second of a period that has ended', endsInDays: -33.5, sentAfterEndMs: -1000 },
    { name: 'now, of a period that is not over', endsInDays: 3, sentAfterEndMs: -3 * DAY_MS },
  ])
    it(`reports usage at ${name}`, async () => {
      const endMs = Date.now() + endsInDays * DAY_MS;

      const { stdout, stderr } = await report(endMs);

      const event = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
      // The clock is this machine's, and may be late by seconds.
      const lateMs = Number(event['timestamp']) * 1000 - endMs - sentAfterEndMs;
      assert.ok(lateMs > -2000 && lateMs < 60_000, `${lateMs} ms`);
      assert.deepEqual(event['payload'], { stripe_customer_id: 'cus_1', value: '7' });
      assert.match(stderr, /^events sent: 0, sent before: 0; records without usage: 1, without a meter: 1$/m);
    });

  it('is refused if the journal is there and cannot be read, since what was sent is not known', async () => {
    const args = ['usage', 'stripe', '--period', '2026-11', '--dry-run', '--journal', import.meta.dirname];
    const { code, stderr } = await admin.ask(args, { body: '' }, { body: '' });

    assert.equal(code, 1);
    assert.match(stderr, /^error: .*commands cannot be read: EISDIR/m);
  });

  it('says that Stripe does not accept a period that ended more than 34 days ago, before its usage is lost', async () => {
    const { code, stderr } = await report(Date.now() - 34.5 * DAY_MS);

    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: the period of record r-1 ended more than 34 days ago\. Stripe does not accept events older than 35 days/,
    );
  });
});
