/** Quotas' admin endpoints and the commands over them, with local identities as IAM's. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { signRequest } from '../../packages/base/aws/sign-request.ts';
import { sign } from '../../packages/gateway/console/page/connection/sign.ts';
import { runCommand, startCommand } from '../support/command.ts';
import type { Finished } from '../support/command.ts';
import { OPERATOR, READER, startedToolkit, STRANGER, VIEWER } from '../support/started-toolkit.ts';

const QUOTA = 100;

type Row = Readonly<Record<string, unknown>>;

let folder = '';
let adminUrl = '';
let menuUrl = '';
before(async () => {
  const toolkit = await startedToolkit();
  folder = toolkit.folder;
  adminUrl = toolkit.urlOf(({ name }) => name === 'gatewright-dev-admin');
  const orders = toolkit.urlOf(({ kind, stack }) => kind === 'http' && stack.startsWith('food-delivery'));
  menuUrl = `${orders}/partner/menu`;
});

const gatewright = (...args: readonly string[]): Promise<Finished> => runCommand(args, { cwd: folder });

async function listed(...args: readonly string[]): Promise<readonly Row[]> {
  const { code, stdout, stderr } = await gatewright(...args, '--json');
  assert.equal(code, 0, stderr);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
}

async function printed(...args: readonly string[]): Promise<unknown> {
  const [only] = await listed(...args);
  return only;
}

async function signed(
  method: string,
  path: string,
  signer: { readonly accessKeyId: string; readonly secretAccessKey: string },
  body = '',
): Promise<number> {
  const url = new URL(`${adminUrl}${path}`);
  const headers = signRequest({
    method,
    url,
    body,
    service: 'execute-api',
    region: 'us-east-1',
    nowEpochMs: Date.now(),
    ...signer,
    headers: method === 'GET' ? {} : { 'Idempotency-Key': 'op-1', 'Content-Type': 'application/json' },
  });
  // Clients set it themselves.
  Reflect.deleteProperty(headers, 'Host');
  return (await fetch(url, { method, headers, ...(body !== '' && { body }) })).status;
}

describe('the admin endpoints', () => {
  it('refuse callers that have not signed, whose policies do not allow the call, or who sign with a wrong secret', async () => {
    const unsigned = await fetch(`${adminUrl}/quota/plans`);
    const wrongSecret = await signed('GET', '/quota/plans', { ...READER, secretAccessKey: 'guessed-it' });
    const stranger = await signed('GET', '/quota/plans', STRANGER);
    const reader = await signed('GET', '/quota/plans', READER);
    const topUp = '/quota/tenants/acme/keys/nobody/limits/daily/top-up';
    const readerWrites = await signed('POST', topUp, READER, '{"units":1}');
    const operatorWrites = await signed('POST', topUp, OPERATOR, '{"units":1}');
    const disguised = await signed('POST', topUp.replace('/top-up', '/reset'), OPERATOR, '{}');

    assert.deepEqual([unsigned.status, wrongSecret, stranger, reader], [403, 403, 403, 200]);
    // The operator is admitted, and gets 404 for the unknown key.
    assert.deepEqual([readerWrites, operatorWrites, disguised], [403, 404, 403]);
  });

  it('describe themselves, refuse a plan that cannot be kept by its field, and say 404 and 405', async () => {
    assert.equal(await signed('GET', '/quota/openapi.json', READER), 200);
    assert.equal(await signed('GET', '/quota/nothing', READER), 404);
    assert.equal(await signed('GET', '/quota/tenants/a/limits/daily/top-up', READER), 405);

    const plan = { id: 'tiny', version: 1, limits: [{ id: 'burst', level: 'key', rate: 100, burst: 1 }] };
    await writeFile(join(folder, 'tiny.json'), JSON.stringify(plan));
    const { code, stderr } = await gatewright('plan', 'save', 'tiny.json');

    assert.equal(code, 1);
    assert.match(
      stderr,
      /tiny\.json:1:\d+: limits\[0\]\.burst is too small .*PLAN_INVALID, 422\)\n {2}.*"burst":1.*\n +\^\n/,
    );
  });
});

describe('a partner of 100 requests a day, administered', () => {
  const limit = ['food-delivery', 'daily', '--key', 'pizzeria'];

  async function callMenu(times: number): Promise<Readonly<Record<number, number>>> {
    const { stdout: token } = await gatewright('token', '--sub', 'pizzeria', '--role', 'partner');
    const counts: Record<number, number> = {};
    for (let call = 0; call < times; call += 1) {
      const { status } = await fetch(menuUrl, { headers: { authorization: `Bearer ${token.trim()}` } });
      counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  }

  it('is exported with the 100 that were charged, and topped up once by two requests of one id', async () => {
    assert.deepEqual(await callMenu(QUOTA), { 200: QUOTA });

    const { stdout } = await gatewright('usage', 'export', '--tenant', 'food-delivery');
    const rows = stdout.trim().split('\n');
    assert.equal(rows.length, 1);
    assert.equal((JSON.parse(rows[0] ?? '') as Row)['charged'], QUOTA);
    const csv = await gatewright('usage', 'export', '--format', 'csv');
    assert.match(csv.stdout, /^tenant,key,route,limit,.*\r\nfood-delivery,pizzeria,,daily,/);

    const first = await printed('quota', 'top-up', ...limit, '5', '--operation', 'more');
    const again = await printed('quota', 'top-up', ...limit, '5', '--operation', 'more');
    const other = await gatewright('quota', 'top-up', ...limit, '6', '--operation', 'more');
    assert.deepEqual([(first as Row)['repeated'], (again as Row)['repeated']], [false, true]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /OPERATION_REUSED, 422/);
    assert.equal(((await printed('quota', 'show', ...limit)) as Row)['credits'], QUOTA + 5);
  });

  it('is closed and invoiced when the day has ended, and opens again on the next day', async () => {
    const { periodStart } = (await printed('quota', 'show', ...limit)) as { readonly periodStart: string };
    const early = await gatewright('quota', 'close', ...limit, '--period', periodStart);
    assert.match(early.stderr, /PERIOD_RUNNING, 409/);
    assert.equal((await gatewright('clock', '+2d')).code, 0);

    const closed = (await printed('quota', 'close', ...limit, '--period', periodStart)) as {
      readonly record: Row;
    };
    assert.equal(closed.record['version'], 1);
    assert.equal(Number(closed.record['used']) + Number(closed.record['lost']), QUOTA);
    const { stdout: invoice } = await gatewright('usage', 'export', '--format', 'invoice');
    assert.match(invoice, /^recordId,version,recordedAt,tenant,.*withinQuota,overage,lost/);
    assert.equal(invoice.trim().split('\r\n').length, 2);
    assert.deepEqual(await callMenu(1), { 200: 1 });
  });

  it('is refused while suspended, on later days too, and its changes are in the audit log', async () => {
    await printed('quota', 'suspend', ...limit);
    assert.equal((await gatewright('clock', '+1d')).code, 0);
    assert.deepEqual(await callMenu(1), { 403: 1 });
    await printed('quota', 'resume', ...limit);
    // A denial is remembered for a second or so.
    assert.equal((await gatewright('clock', '+10s')).code, 0);
    assert.deepEqual(await callMenu(1), { 200: 1 });

    const entries = await listed('quota', 'audit');
    // The day that is over is closed by the stack's own schedule, before or after.
    assert.deepEqual(
      entries.filter(({ by }) => by !== 'usage-closer').map(({ kind, by }) => [kind, by]),
      [['resume', 'arn:aws:iam::123456789012:user/admin']],
    );
  });

  it('saves plans, and puts keys on them', async () => {
    const plan = { id: 'gold', version: 1, limits: [{ id: 'daily', level: 'key', quota: 7, period: 'DAY' }] };
    await writeFile(join(folder, 'gold.yml'), JSON.stringify(plan));
    await printed('plan', 'save', 'gold.yml');
    // A file that says no version is the next one, of a plan that is there and of one that is not.
    const { limits } = plan;
    for (const id of ['next', 'next']) {
      await writeFile(join(folder, 'next.yml'), JSON.stringify({ id, limits }));
      await printed('plan', 'save', 'next.yml');
    }
    assert.equal(((await printed('plan', 'get', 'next')) as Row)['version'], 2);
    await printed('plan', 'assign', 'acme', 'a/b', 'gold');
    await printed('plan', 'assign', 'acme', 'a/b', 'gold');

    assert.deepEqual(await printed('plan', 'get', 'gold'), plan);
    assert.deepEqual(await listed('plan', 'keys', 'acme'), [
      { tenant: 'acme', key: 'a/b', plan: 'gold', version: 2 },
    ]);
    assert.equal(((await printed('quota', 'show', 'acme', 'daily', '--key', 'a/b')) as Row)['credits'], 7);
    const unknown = await gatewright('plan', 'get', 'silver');
    assert.match(unknown.stderr, /PLAN_UNKNOWN, 404/);
    assert.equal(unknown.code, 1);
  });
});

describe('the console of a deployed stack', () => {
  it('shows its customers to a caller who may only read', async () => {
    await printed('customers', 'create', 'globex', 'gold', '--name', 'Globex Ltd');
    const shown = await startCommand(['console', '--url', adminUrl, '--json'], '"console"', {
      cwd: folder,
      environment: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: VIEWER.accessKeyId,
        AWS_SECRET_ACCESS_KEY: VIEWER.secretAccessKey,
      },
    });
    try {
      const { console: address } = JSON.parse(shown.output().stdout) as { readonly console: string };
      const link = new URL(address);
      const { start } = (await (await fetch(`${link.origin}/console/start`)).json()) as { start: string };
      const Authorization = `Bearer ${await sign(link.hash.slice(1), start, link.host)}`;
      const read = async (path: string): Promise<Row> =>
        (await (
          await fetch(`${link.origin}/_gatewright/console/${path}`, { headers: { Authorization } })
        ).json()) as Row;

      const { customers } = await read('customers');
      const globex = await read('customers/one?tenant=globex');

      assert.deepEqual(
        (customers as readonly Row[]).map(({ tenant, plan }) => [tenant, plan]),
        [
          // It has no record; its use is known by the claims of its tokens.
          ['food-delivery', 'food-delivery-partner'],
          ['globex', 'gold'],
        ],
      );
      assert.deepEqual([globex['name'], globex['state'], globex['keys']], ['Globex Ltd', 'active', []]);
      assert.equal((await fetch(link.origin + link.pathname)).status, 200);
    } finally {
      await shown.stop();
    }
  });
});
