/** The customers of a deployed stack, as its console reads them: by GET requests only, which only read its table. */
import assert from 'node:assert/strict';
import { createServer, request as forward } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { createCustomer, setState } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { openDeployedCustomers } from '../../../../packages/toolkit/operate/deployed-customers.ts';
import { callAdmin } from '../../../../packages/toolkit/terminal/admin-client.ts';
import { anAccount, FRESH, xml, xmlError } from '../../../support/an-aws-account.ts';
import type { Answers } from '../../../support/an-aws-account.ts';
import { AdministeredTable, memoryAdminPorts, requested } from '../../../support/quota-admin.ts';
import { openQuotaAdmin } from '../../../support/quota-admin-server.ts';
import type { QuotaAdminServer } from '../../../support/quota-admin-server.ts';

const CREATED_MS = Date.UTC(2026, 10, 2);
const NOW_MS = Date.UTC(2026, 10, 3);
const CUSTOMERS = 500;
const LIMITS = [
  { id: 'daily', level: 'tenant', quota: 2, period: 'DAY', lease: false },
  {
    id: 'monthly',
    level: 'tenant',
    quota: 2,
    overage: 5,
    period: 'MONTH',
    lease: false,
    price: { fee: '5.00' },
  },
];

const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => NOW_MS });
/** The methods of table and listing that the admin functions called. */
const operations: string[] = [];
const methods: string[] = [];
let admin: QuotaAdminServer;
let api: { readonly url: string; readonly close: () => unknown };
const environment = { ...process.env };

before(async () => {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAVIEWER',
    AWS_SECRET_ACCESS_KEY: 'secret-of-a-test',
  });
  admin = await openQuotaAdmin(recorded(ports), () => NOW_MS, { '/access/keys': { keys: [] } });
  api = await recordMethods(admin.url);
  const plan = { id: 'free', version: 1, invoice: { currency: 'EUR' }, limits: LIMITS };
  await savePlan(ports, requested('free', CREATED_MS), 'free', plan);
  for (let at = 0; at < CUSTOMERS; at += 1) {
    const tenant = `customer-${String(at).padStart(3, '0')}`;
    await createCustomer(ports, requested(tenant, CREATED_MS), {
      tenant,
      plan: 'free',
      name: `${tenant} Ltd`,
    });
  }
  await setState(ports, requested('halt', NOW_MS), 'customer-001', 'suspended');
  const table = new AdministeredTable({
    ports,
    moveTo: () => undefined,
    close: () => Promise.resolve(),
  });
  const holder = table.aHolder(() => NOW_MS);
  const caller = { plan: 'free', key: 'k-1', atEpochMs: NOW_MS };
  for (let unit = 0; unit < 3; unit += 1) await holder.consume({ ...caller, tenant: 'customer-007' });
});
after(() => {
  for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
    if (environment[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = environment[name];
  api.close();
  admin.close();
});

function recorded(all: AdminPorts): AdminPorts {
  const watch = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          operations.push(String(name));
          return Reflect.apply(value, target, given);
        };
      },
    });
  return { ...all, store: watch(all.store), listing: watch(all.listing) };
}

/** An address in front of the admin functions. */
async function recordMethods(to: string): Promise<{ url: string; close: () => unknown }> {
  const server = createServer((request, response) => {
    methods.push(request.method ?? '');
    const { method, url, headers } = request;
    const onward = forward(`${to}${url ?? ''}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

const outputsOf = (...pairs: readonly (readonly [string, string])[]): Answers => ({
  ...FRESH,
  'cloudformation DescribeStacks': ({ StackName = '' }) =>
    StackName === 'gatewright-prod'
      ? xml(
          'DescribeStacks',
          `<Stacks><member><StackName>gatewright-prod</StackName><Outputs>${pairs
            .map(
              ([name, value]) =>
                `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
            )
            .join('')}</Outputs></member></Stacks>`,
        )
      : xmlError('ValidationError', `Stack with id ${StackName} does not exist`),
});

describe('the customers of a deployed stack', () => {
  it('are read by DescribeStacks and GET requests, which only read the table', async () => {
    await using account = await anAccount(outputsOf(['AdminApiUrl', api.url]));
    const { customers, of } = await openDeployedCustomers(
      { stack: 'gatewright-prod' },
      { endpointUrl: account.url },
    );
    operations.length = 0;
    methods.length = 0;

    const early = await customers.list({ withUse: false });
    const readEarly = operations.length;
    const { customers: rows, isCut } = await customers.list({ withUse: true });
    const used = await customers.one('customer-007', NOW_MS);
    const halted = await customers.one('customer-001', NOW_MS);

    assert.equal(of, 'gatewright-prod in us-east-1');
    assert.deepEqual(account.calls, ['cloudformation DescribeStacks']);
    assert.deepEqual([...new Set(methods)], ['GET']);
    assert.deepEqual([...new Set(operations)].toSorted(), ['list', 'range', 'read']);
    assert.equal(early.customers.length, CUSTOMERS);
    assert.equal(early.customers[7]?.isUseUnread, true);
    // A page of 100 customers, and one read for each.
    assert.ok(readEarly <= CUSTOMERS * 1.1, String(readEarly));
    assert.equal(rows.length, CUSTOMERS);
    assert.equal(isCut, undefined);
    assert.deepEqual([rows[7]?.fullest?.limit, rows[7]?.fullest?.counted], ['daily', 2]);
    assert.equal(halted?.state, 'suspended');
    assert.deepEqual(
      used?.uses.map(({ limit, counted, left, refuses }) => [limit, counted, left, refuses]),
      [
        ['daily', 2, 0, true],
        ['monthly', 2, 0, undefined],
      ],
    );
    assert.deepEqual(used.cost.totals, [{ total: '5.00', currency: 'EUR' }]);
  });

  // A walk with --endpoint-url: the page said that the address of AWS cannot be reached, and not why it was called.
  it('are read at the address in the output, whatever --endpoint-url is, and a message says so', async () => {
    await using account = await anAccount(outputsOf(['AdminApiUrl', 'http://127.0.0.1:9']));
    const { customers } = await openDeployedCustomers(
      { stack: 'gatewright-prod' },
      { endpointUrl: account.url },
    );

    await assert.rejects(() => customers.one('customer-007', NOW_MS), {
      message:
        'http://127.0.0.1:9 cannot be reached; this address is the output AdminApiUrl of the stack, and --endpoint-url and AWS_ENDPOINT_URL do not change it: pass --url with the address at which the admin API is served',
    });
  });

  it('cannot be changed: a request that is not a GET is refused before it is sent', async () => {
    methods.length = 0;
    const target = {
      origin: api.url,
      region: 'us-east-1',
      accessKeyId: 'a',
      secretAccessKey: 's',
      readsOnly: true,
    } as const;
    for (const method of ['PUT', 'POST', 'DELETE'] as const)
      await assert.rejects(
        () => callAdmin({ method, path: '/quota/customers/customer-001/resume', body: {} }, { target }),
        {
          message: `${method} /quota/customers/customer-001/resume was not sent, because this command only reads`,
        },
      );

    assert.deepEqual(methods, []);
  });

  for (const [name, place, outputs, message] of [
    [
      'a stack that is not there',
      { stack: 'gatewright-test' },
      outputsOf(),
      /^there is no stack gatewright-test in us-east-1: name the stack with --stack/,
    ],
    [
      'a stack without quotas',
      { stack: 'gatewright-prod' },
      outputsOf(['OrdersUrl', 'https://example.com']),
      /^the stack gatewright-prod has no output AdminApiUrl, so it records no usage/,
    ],
    [
      'an address without TLS',
      { url: 'http://api.example.com' },
      outputsOf(),
      /^--url is http:\/\/api\.example\.com; expected an address that begins with https:\/\/$/,
    ],
  ] as const)
    it(`are not read of ${name}`, async () => {
      await using account = await anAccount(outputs);

      await assert.rejects(() => openDeployedCustomers(place, { endpointUrl: account.url }), { message });
    });
});
