/**
 * Invoices and meter events with the command, against the admin routes over a table in memory and a stand-in for
 * Stripe.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import { createRouter } from '#shared/http/router.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';
import { createCustomer } from '#shared/quota/admin/customers.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import type { Item } from '#shared/table/item-write.ts';
import { openInvoiceBook } from '../../../../../../packages/toolkit/stack/quota/commands/invoice-book.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import type { Finished } from '../../../../../support/command.ts';
import {
  AdministeredTable,
  anAdminEvent,
  memoryAdminPorts,
  requested,
} from '../../../../../support/quota-admin.ts';

const START_MS = Date.UTC(2026, 10, 3);
const KEY = 'sk_test_only_of_this_test';
const PLAN = {
  id: 'gold',
  version: 1,
  invoice: {
    currency: 'EUR',
    customers: { acme: { name: 'Ächme & Söhne (Ltd)', address: ['1 High Street'], stripe: 'cus_1' } },
  },
  limits: [
    {
      id: 'monthly',
      level: 'tenant',
      quota: 100_000,
      period: 'MONTH',
      price: { fee: '49.00', included: 10, tiers: [{ unitPrice: '0.125' }], meter: 'requests' },
    },
  ],
};

let nowMs = START_MS;
const items = new Map<string, Item>();
const ports = memoryAdminPorts(items, { nowEpochMs: () => nowMs });
let folder = '';
let admin: Server;
let stripe: Server;
const messages: { readonly form: URLSearchParams; readonly headers: IncomingMessage['headers'] }[] = [];
let failures = 0;

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function open(
  answer: (request: IncomingMessage) => Promise<{ status: number; headers?: object; body: string }>,
): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request).then(({ status, headers, body }) =>
      response.writeHead(status, { ...headers }).end(body),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'invoices-'));
  const route = createRouter(quotaAdminRoutes(ports));
  admin = await open(async (request) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const [, plan] = /^\/quota\/plans\/(.+)$/.exec(url.pathname) ?? [];
    const [, tenant] = /^\/quota\/customers\/(.+)$/.exec(url.pathname) ?? [];
    const named = tenant === undefined ? url.pathname : '/quota/customers/{tenant}';
    const routeKey = `${request.method ?? ''} ${plan === undefined ? named : '/quota/plans/{plan}'}`;
    const body = await text(request);
    const event = anAdminEvent(routeKey, {
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      ...(plan !== undefined && { parameters: { plan } }),
      ...(tenant !== undefined && { parameters: { tenant } }),
      ...(body !== '' && { body }),
    });
    const timed = { ...event, requestContext: { ...Reflect.get(event, 'requestContext'), timeEpoch: nowMs } };
    const { statusCode, headers, body: answered } = await route(timed, () => undefined);
    return { status: statusCode, ...(headers !== undefined && { headers }), body: answered ?? '' };
  });
  stripe = await open(async (request) => {
    const form = new URLSearchParams(await text(request));
    if (request.url !== '/v1/billing/meter_events' || request.headers.authorization !== `Bearer ${KEY}`)
      return { status: 401, body: '{"error":{"message":"Invalid API Key provided"}}' };
    if (failures-- > 0) return { status: 500, body: '' };
    messages.push({ form, headers: request.headers });
    return { status: 200, body: '{"object":"billing.meter_event"}' };
  });
  await savePlan(ports, requested('new', START_MS), 'gold', PLAN);
  const at = new AdministeredTable({
    ports,
    moveTo: (epochMs) => void (nowMs = epochMs),
    close: () => Promise.resolve(),
  });
  for (let call = 0; call < 1013; call += 1)
    await at.aHolder(() => START_MS).consume({ plan: 'gold', tenant: 'acme', key: 'k', atEpochMs: START_MS });
});
after(() => {
  admin.close();
  stripe.close();
  rmSync(folder, { recursive: true, force: true });
});

const ENVIRONMENT = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' };

const usage = (...args: readonly string[]): Promise<Finished> => usageOf('2026-11', ...args);

const usageOf = (month: string, ...args: readonly string[]): Promise<Finished> =>
  runCommandHere(['usage', ...args, '--period', month, '--url', urlOf(admin)], {
    cwd: folder,
    environment: {
      ...ENVIRONMENT,
      STRIPE_API_KEY: KEY,
      STRIPE_API_BASE: urlOf(stripe),
    },
  });

describe('the invoices of a month', () => {
  it('are refused while a period of it is not closed, naming it, and can be drafted', async () => {
    const [refused, draft] = [await usage('invoice'), await usage('invoice', '--draft')];

    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /1 period is not closed \(acme\/monthly\/2026-11-01T00:00:00.000Z\): after 2026-12-01T00:15:00.000Z, run gatewright usage close --period 2026-11; or pass --draft/,
    );
    const { stdout, stderr } = await usage('close', '--json');
    assert.deepEqual(JSON.parse(stdout), { closed: 0, recorded: 0, corrected: 0, running: 1 });
    assert.match(
      stderr,
      /^Nothing to do yet: 1 period of 2026-11 is still open, and a period can be closed 15 minutes after its end\./m,
    );
    assert.equal(draft.code, 0, draft.stderr);
    assert.match(
      draft.stderr,
      /draft: 1 period is not closed .*the amounts may change until all periods are closed/,
    );
  });

  it('are drafted of open periods by what closing would record, are marked, and leave nothing behind', async () => {
    const before = items.size;
    const [json, csv, pdf] = [
      await usage('invoice', '--draft', '--json'),
      await usage('invoice', '--draft', '--format', 'csv'),
      await usage('invoice', '--draft', '--format', 'pdf', '--out', folder),
    ];

    const made = JSON.parse(json.stdout) as Record<string, unknown>;
    // As below, when it is closed: 49.00 + 1,003 * 0.125.
    assert.deepEqual([made['total'], made['tenant'], made['draft']], ['174.38', 'acme', true]);
    assert.match(String(made['number']), /^2026-11-[0-9a-f]{12}-1-draft$/);
    assert.match(csv.stdout, /^2026-11-[0-9a-f]{12}-1-draft,2026-11,acme,/m);
    assert.equal(pdf.code, 0, pdf.stderr);
    const file = join(folder, `${String(made['number'])}.pdf`);
    assert.match(
      readFileSync(file, 'latin1'),
      /This draft is not an invoice: it shows open periods as they are now/,
    );
    rmSync(file);
    assert.equal(items.size, before);
  });

  it('are closed by one command, and printed as JSON, CSV and PDF', async () => {
    nowMs = Date.UTC(2026, 11, 1, 1);

    const closed = await usage('close');
    const json = await usage('invoice', '--json');
    const text = await usage('invoice');
    const csv = await usage('invoice', '--format', 'csv');
    const pdf = await usage('invoice', '--format', 'pdf', '--out', folder);

    assert.equal(
      closed.stdout,
      'closed 1 period (acme/monthly/2026-11-01T00:00:00.000Z) and wrote 1 record of usage and fees\n',
    );
    assert.equal(closed.stderr, '');
    const again = await usage('close', '--json');
    assert.match(
      again.stderr,
      /^Nothing to do: every .* is closed already, by an earlier command or by the function usage-closer, which makes one round a day\./m,
    );
    const invoice = JSON.parse(json.stdout) as Record<string, unknown>;
    // 49.00 + 1,003 * 0.125 = 174.375
    assert.deepEqual([invoice['total'], invoice['currency'], invoice['tenant']], ['174.38', 'EUR', 'acme']);
    assert.equal((await usage('invoice', '--format', 'json')).stdout, json.stdout);
    assert.deepEqual(text.stdout.split('\n'), [
      `Invoice   ${String(invoice['number'])}`,
      'Customer  Ächme & Söhne (Ltd) (acme)',
      'Month     2026-11',
      'Total     174.38 EUR',
      'Limit    Plan  Periods  Used   Included  Amount  Price',
      'monthly  gold  1        1,013  10        174.38  49.00 a period, the first 10 included, 0.125 a unit',
      '',
    ]);
    assert.match((await usage('invoice', '--json', '--format', 'csv')).stderr, /--json prints JSON/);
    const [header = '', line = ''] = csv.stdout.split('\r\n');
    assert.match(
      header,
      /^number,month,tenant,customer,currency,limit,key,route,plan,periods,used,included,lost,amount,total$/,
    );
    assert.equal(
      line,
      `${String(invoice['number'])},2026-11,acme,Ächme & Söhne (Ltd),EUR,monthly,,,gold,1,1013,10,0,174.38,174.38`,
    );
    assert.equal(pdf.code, 0, pdf.stderr);
    const made = join(folder, 'new', 'invoices');
    assert.equal((await usage('invoice', '--out', made)).code, 0);
    assert.deepEqual(readdirSync(made), [`${String(invoice['number'])}.txt`]);
    const refused = await usage('invoice', '--out', join(made, `${String(invoice['number'])}.txt`));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /the folder .*\.txt cannot be created: it is a file/);
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.pdf'));
    assert.equal(file, `${String(invoice['number'])}.pdf`);
    const bytes = readFileSync(join(folder, file), 'latin1');
    assert.match(bytes, /^%PDF-1\.4\n/);
    assert.match(bytes, /\(174\.38 EUR\) Tj/);
    assert.match(bytes, /\(\\304chme & S\\366hne \\050Ltd\\051\) Tj/);
  });
});

describe('the invoices that the console shows', () => {
  const keys = { accessKeyId: 'a', secretAccessKey: 's' };
  const book = openInvoiceBook(() => ({ origin: urlOf(admin), region: 'us-east-1', ...keys }));

  it('are those that the command prints', async () => {
    const shown = await book.close('2026-11');
    const printed = JSON.parse((await usage('invoice', '--json')).stdout) as Readonly<
      Record<string, unknown>
    >;

    assert.deepEqual(shown, await book.ofMonth('2026-11'));
    const [invoice] = shown.invoices;
    assert.deepEqual([invoice?.number, invoice?.total], [printed['number'], '174.38']);
    assert.deepEqual(invoice?.lines, [
      { what: 'monthly', plan: 'gold', periods: 1, used: 1013, included: 10, amount: '174.38' },
    ]);
    assert.deepEqual([shown.notClosed, shown.unpriced], [undefined, undefined]);
  });

  it('are refused in a sentence if the stack that counts is not served', async () => {
    await assert.rejects(
      openInvoiceBook(() => undefined).ofMonth('2026-11'),
      /does not serve Gatewright’s stack/,
    );
  });
});

describe('a month without requests', () => {
  it('is refused until it is closed, and then has the fee on its invoice', async () => {
    const tenant = { tenant: 'idle', key: 'k-1', plan: 'gold', version: 1 };
    await assignPlan(ports, requested('idle', Date.UTC(2026, 11, 5)), tenant);
    nowMs = Date.UTC(2027, 0, 1, 1);

    const refused = await usageOf('2026-12', 'invoice', '--json');
    const closed = await usageOf('2026-12', 'close', '--json');
    const invoice = await usageOf('2026-12', 'invoice', '--json');

    assert.match(refused.stderr, /1 period is not closed \(idle\/monthly\/2026-12-01T00:00:00.000Z\)/);
    const named = [{ tenant: 'idle', limit: 'monthly', periodStart: '2026-12-01T00:00:00.000Z' }];
    assert.deepEqual(JSON.parse(closed.stdout), { closed: 1, recorded: 1, corrected: 0, running: 0, named });
    const { total, tenant: who } = JSON.parse(invoice.stdout) as Record<string, unknown>;
    assert.deepEqual([total, who], ['49.00', 'idle']);
  });
});

describe('a month that is not over, and without a request', () => {
  it('has the fees of its customers on drafts, and says where they are', async () => {
    nowMs = Date.UTC(2028, 2, 5);
    await createCustomer(ports, requested('quiet', nowMs), { tenant: 'quiet', plan: 'gold' });
    nowMs += 60_000;

    const [made, draft, later] = [
      await usageOf('2028-03', 'invoice', '--json'),
      await usageOf('2028-03', 'invoice', '--draft', '--json'),
      await usageOf('2028-04', 'invoice', '--draft', '--json'),
    ];

    assert.deepEqual([made.code, made.stdout], [0, '']);
    assert.match(made.stderr, /^No usage or fee of 2028-03 is recorded.*; --draft shows them before\.$/m);
    const line = draft.stdout.split('\n').find((each) => each.includes('"quiet"')) ?? '{}';
    const { total, draft: isDraft } = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual([total, isDraft], ['49.00', true]);
    assert.match(draft.stderr, /^draft: the amounts may change until the periods end$/m);
    assert.equal(later.stdout, '', 'the month has not begun');
  });
});

describe('a month of which nothing is recorded', () => {
  it('has no invoice, and says so', async () => {
    const { code, stdout, stderr } = await usageOf('2025-01', 'invoice', '--json');
    assert.deepEqual([code, stdout], [0, '']);
    assert.match(stderr, /^No usage or fee of 2025-01 is recorded, so there is no invoice\./);
  });
});

describe('meter events for Stripe', () => {
  it('are not sent if the journal cannot be written', async () => {
    nowMs = Date.UTC(2026, 11, 1, 1);
    await usage('close');

    const { code, stderr } = await usage('stripe', '--journal', join(folder, 'missing', 'journal.ndjson'));

    assert.equal(code, 1);
    assert.match(stderr, /the journal cannot be written, so nothing was sent/);
    assert.equal(messages.length, 0);
  });

  it("are sent up to the first that Stripe refuses, with Stripe's own message", async () => {
    nowMs = Date.UTC(2026, 11, 1, 1);
    await usage('close');
    const journal = join(folder, 'refused.ndjson');

    const { code, stderr } = await runCommandHere(
      ['usage', 'stripe', '--period', '2026-11', '--journal', journal, '--url', urlOf(admin)],
      { environment: { ...ENVIRONMENT, STRIPE_API_BASE: urlOf(stripe), STRIPE_API_KEY: 'sk_test_other' } },
    );

    assert.equal(code, 1);
    assert.match(stderr, /event [0-9a-f]{64} could not be sent: Invalid API Key provided \(401\)/);
    assert.equal(readFileSync(journal, 'utf8'), '');
  });

  it('are sent once each, though Stripe fails and the command runs again', async () => {
    nowMs = Date.UTC(2026, 11, 1, 1);
    await usage('close');
    failures = 1;

    const dry = await usage('stripe', '--dry-run');
    const first = await usage('stripe');
    const again = await usage('stripe');

    assert.match(dry.stdout, /"event_name":"requests"/);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /events sent: 1/);
    assert.match(again.stderr, /events sent: 0, sent before: 1/);
    assert.equal(messages.length, 1);
    const [{ form, headers }] = messages as [(typeof messages)[number]];
    assert.deepEqual(
      ['event_name', 'payload[stripe_customer_id]', 'payload[value]'].map((name) => form.get(name)),
      ['requests', 'cus_1', '1013'],
    );
    assert.match(form.get('identifier') ?? '', /^[0-9a-f]{64}$/);
    assert.equal(headers['idempotency-key'], form.get('identifier'));
    for (const { stdout, stderr } of [dry, first, again]) assert.ok(!`${stdout}${stderr}`.includes(KEY));
    assert.ok(!readFileSync(join(folder, 'stripe-meter-events.ndjson'), 'utf8').includes(KEY));
  });
});

describe('a draft of a month whose open periods have no price', () => {
  it('has no invoice, and names the periods that have no price', async () => {
    const octoberMs = Date.UTC(2026, 9, 3);
    nowMs = octoberMs;
    const unpriced = { ...PLAN, id: 'trial', limits: [{ ...PLAN.limits[0], price: undefined }] };
    await savePlan(ports, requested('trial', octoberMs), 'trial', unpriced);
    const at = new AdministeredTable({ ports, moveTo: () => undefined, close: () => Promise.resolve() });
    await at
      .aHolder(() => octoberMs)
      .consume({ plan: 'trial', tenant: 'visitor', key: 'k', atEpochMs: octoberMs });

    const { code, stdout, stderr } = await usageOf('2026-10', 'invoice', '--draft', '--json');

    assert.deepEqual([code, stdout], [0, ''], stderr);
    assert.match(
      stderr,
      /^draft: 1 period is not closed .*\nNot on any invoice, because the plan has no price: customer visitor, limit monthly of plan trial: \d+ units? used since 2026-10-01T00:00:00\.000Z\.\n$/,
    );
  });
});

describe('a draft of a month that is not over', () => {
  const FEBRUARY_MS = Date.UTC(2027, 1, 3);

  it('is refused while a process holds units that have a price, and includes fees of customers without requests', async () => {
    nowMs = FEBRUARY_MS;
    const leased = { ...PLAN.limits[0], billing: 'leased', lease: { seconds: 30 } };
    const plan = { ...PLAN, id: 'leased', limits: [leased] };
    await savePlan(ports, requested('leased', FEBRUARY_MS), 'leased', plan);
    const at = new AdministeredTable({ ports, moveTo: () => undefined, close: () => Promise.resolve() });
    const holder = at.aHolder(() => nowMs);
    const charge = { plan: 'leased', tenant: 'held', key: 'k' };
    for (let call = 0; call < 12; call += 1, nowMs += 100)
      await holder.consume({ ...charge, atEpochMs: nowMs });

    const refused = await usageOf('2027-02', 'invoice', '--draft', '--json');
    await holder.flush();
    const made = await usageOf('2027-02', 'invoice', '--draft', '--json');

    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /would not be exact, .*1 period is not closed \(held\/monthly\/2027-02-01/);
    const invoices = made.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      new Map(invoices.map(({ tenant, total }) => [tenant, total])),
      // 49.00 + 2 * 0.125
      new Map([
        ['held', '49.25'],
        ['idle', '49.00'],
      ]),
    );
  });
});

describe('invoices as PDF, if a name has a letter that the fonts lack', () => {
  it('are written for all other customers, and the message names the invoice and its customer', async () => {
    const startMs = Date.UTC(2027, 2, 3);
    nowMs = startMs;
    const customers = { abel: { name: 'Łódź' }, zen: { name: 'Zen' } };
    const plan = { ...PLAN, id: 'letters', invoice: { ...PLAN.invoice, customers } };
    await savePlan(ports, requested('letters', startMs), 'letters', plan);
    const at = new AdministeredTable({
      ports,
      moveTo: (epochMs) => void (nowMs = epochMs),
      close: () => Promise.resolve(),
    });
    const atEpochMs = startMs;
    const holder = at.aHolder(() => startMs);
    for (const tenant of ['abel', 'zen'])
      for (let call = 0; call < 12; call += 1)
        await holder.consume({ plan: 'letters', tenant, key: 'k', atEpochMs });
    await holder.flush();
    const out = join(folder, 'letters');

    const printed = await usageOf('2027-03', 'invoice', '--draft', '--format', 'pdf', '--out', out);

    assert.equal(printed.code, 1, printed.stdout + printed.stderr);
    assert.match(
      printed.stderr,
      /invoice 2027-03-\S+ of abel is not written: .* not Ł \(U\+0141\); print it with --tenant abel and --format json or csv/,
    );
    assert.ok(readdirSync(out).every((name) => name.endsWith('-draft.pdf')));
    assert.match(printed.stdout, / zen /);
  });
});
