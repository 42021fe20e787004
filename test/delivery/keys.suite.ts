/**
 * API keys, revoked tokens and tickets, from the command line to a protected route and back, on the toolkit's own
 * stack.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { APIGatewayClient, GetApiKeysCommand, GetUsagePlansCommand } from '@aws-sdk/client-api-gateway';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { aToolkit, KEY_PAIR } from '../support/a-toolkit.ts';
import type { Toolkit } from '../support/a-toolkit.ts';
import { runCommand } from '../support/command.ts';
import { aClient } from '../support/orders-table.ts';
import type { Finished } from '../support/command.ts';
import { WebSocket } from 'ws';

let toolkit: Toolkit;
before(async () => {
  toolkit = await aToolkit();
});

const keys = (...args: readonly string[]): Promise<Finished> =>
  runCommand(['keys', ...args], { cwd: toolkit.directory });

async function makeKey(
  ...args: readonly string[]
): Promise<{ readonly key: string; readonly keyId: string }> {
  const made = await keys('create', '--tenant', 'acme', '--prefix', 'shop_live', '--json', ...args);
  assert.equal(made.code, 0, made.stderr);
  return JSON.parse(made.stdout) as { key: string; keyId: string };
}

const explained = async (key: string): Promise<string> => {
  const { stdout, stderr } = await runCommand(
    ['access', 'explain', 'shop-rest', 'GET', '/orders', '--key', key],
    {
      cwd: toolkit.directory,
    },
  );
  return `${stdout}${stderr}`;
};
const urlOf = (logicalId: string, stack = 'shop'): string =>
  toolkit.apis.find((api) => api.stack === stack && api.logicalId === logicalId)?.url ?? '';
const statusOf = async (url: string, key: string): Promise<number> =>
  (await fetch(url, { headers: { 'x-api-key': key } })).status;
const rest = (path: string, key: string) => statusOf(`${urlOf('Api')}${path}`, key);
const http = (path: string, key: string) => statusOf(`${urlOf('HttpApi')}${path}`, key);

/** How much the authorizer's function has said so far. */
const asked = (): number =>
  toolkit.running.output().stderr.match(/"service":"token-authorizer"/g)?.length ?? 0;

describe('gatewright keys', () => {
  it('makes a key that opens what its scopes say, until it is revoked, kept answers or not', async () => {
    const planId = await nativePlan();
    const { key, keyId } = await makeKey(
      '--scope',
      'orders:read',
      '--role',
      'partner',
      '--native-plan',
      planId,
    );

    assert.deepEqual([await rest('/orders', key), await http('/orders', key)], [200, 200]);
    assert.deepEqual([await rest('/orders/acme', key), await rest('/orders/other', key)], [200, 403]);
    // The key is used as a token would be: the caller is known by the key or its id, and by its record.
    for (const held of [key, keyId]) {
      const messages = await explained(held);
      assert.match(messages, /^ALLOW.*\ncaller sub=\w{16} .*tenant: acme .*roles: partner .*\(of the key\)/);
      assert.ok(!messages.includes(key), 'the key itself is never printed');
    }
    const before = asked();
    assert.deepEqual([await rest('/orders', key), await rest('/orders/acme', key)], [200, 200]);
    assert.equal(asked(), before, 'the answer was kept');
    const revoked = await keys('revoke', keyId);
    assert.equal(revoked.code, 0, revoked.stderr);
    // Payload 2.0 has no way to say 401.
    assert.deepEqual([await rest('/orders', key), await http('/orders', key)], [401, 403]);
    assert.match((await keys('show', keyId)).stdout, /state +revoked/);
  });

  it("has API Gateway's own usage plan count the key, without ever sending the key to it", async () => {
    const { key } = await makeKey('--scope', 'orders:read', '--native-plan', await nativePlan());

    const statuses = [];
    for (let index = 0; index < 6; index += 1) statuses.push(await rest('/orders', key));

    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
    const sdk = new APIGatewayClient({
      endpoint: toolkit.control,
      region: 'us-east-1',
      credentials: KEY_PAIR,
    });
    const { items = [] } = await sdk.send(new GetApiKeysCommand({ includeValues: true }));
    sdk.destroy();
    assert.ok(items.length >= 1);
    assert.ok(!JSON.stringify(items).includes(key.slice(-36)));
  });

  it('rotates keys: with overlap both keys are valid, without it the old key is refused at once', async () => {
    const { key: first, keyId } = await makeKey('--role', 'partner');
    assert.equal(await http('/orders', first), 200);
    const second = (await keys('rotate', keyId, '--overlap', '1h')).stdout.trim();
    assert.deepEqual([await http('/orders', first), await http('/orders', second)], [200, 200]);
    const refused = await keys('rotate', keyId, '--overlap', '1h');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /has not ended.*ROTATION_RUNNING, 409/);
    const third = (await keys('rotate', keyId, '--overlap', '0s')).stdout.trim();

    assert.deepEqual(
      [await http('/orders', first), await http('/orders', second), await http('/orders', third)],
      [403, 403, 200],
    );
  });

  it('counts an operation once, and does not show the key again', async () => {
    const args = ['create', '--tenant', 'once', '--prefix', 'shop_live', '--operation', 'ticket-17'];
    args.push('--expires', '90d', '--meta', 'region=eu', '--owner', 'ada', '--plan', 'gold');
    const first = await keys(...args);
    const second = await keys(...args);

    assert.match(first.stdout, /^shop_live_\w+\n$/);
    assert.equal(second.stdout, '');
    assert.equal(second.code, 1);
    assert.match(second.stderr, /already applied/);
    assert.equal((await keys('list', '--tenant', 'once')).stdout.trim().split('\n').length, 2);
  });

  it('refuses a change that would have no effect, and explains why', async () => {
    const prefix = await keys('create', '--tenant', 'acme', '--prefix', 'shop_test');
    const role = await keys('create', '--tenant', 'acme', '--prefix', 'shop_live', '--role', 'boss');

    assert.match(
      prefix.stderr,
      /which no access document of this stage has as the prefix of an issuer; the prefixes are .*shop_(http|live)/,
    );
    assert.match(
      role.stderr,
      /roles must be declared by a document that accepts shop_live, and "\w+" is not; expected one of partner/,
    );
    assert.deepEqual([prefix.code, role.code], [1, 1]);
  });

  it('rejects unsigned callers', async () => {
    const admin = urlOf('HttpApi', 'gatewright-dev');
    const unsigned = await fetch(`${admin}/access/keys?tenant=acme`);
    const stranger = await runCommand(['keys', 'list', '--tenant', 'acme', '--url', admin], {
      cwd: toolkit.directory,
      environment: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'AKIDSTRANGER00000001',
        AWS_SECRET_ACCESS_KEY: 'x',
      },
    });

    assert.equal(unsigned.status, 403);
    assert.equal(stranger.code, 1);
    assert.match(stranger.stderr, /403/);
  });

  // docs/design/authorizers §7.15: no plaintext in table or logs.
  it('leaves no key in tables, in the output of functions, or in the log files', async () => {
    const { key, keyId } = await makeKey('--role', 'partner');
    await http('/orders', key);
    await rest('/orders', key);
    await rest('/orders', `${key}x`);
    const rotated = (await keys('rotate', keyId)).stdout.trim();
    const client = aClient(toolkit.dynamodb, KEY_PAIR);
    const tables = JSON.stringify(
      (await client.send(new ScanCommand({ TableName: 'gatewright-dev-access' }))).Items,
    );
    client.destroy();
    const { stdout, stderr } = toolkit.running.output();
    const files = readdirSync(join(toolkit.directory, '.gatewright'), {
      recursive: true,
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));

    assert.ok(tables.includes(keyId));
    assert.ok(
      files.some((text) => text.includes('/access/keys')),
      'the access log of the admin API',
    );
    assert.match(stderr, /"service":"token-authorizer"/);
    for (const secret of [key, rotated])
      for (const text of [tables, stdout, stderr, ...files])
        assert.ok(!text.includes(secret.slice(-36)) && !text.includes(secret.slice(-36, -20)));
  });
});

const gatewright = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await runCommand(args, { cwd: toolkit.directory });
  assert.equal(code, 0, stderr);
  return stdout.trim();
};
/** Calls the gateway as `gatewright token` and `gatewright clock` do, without a process for each call. */
async function askGateway(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const file = readFileSync(join(toolkit.directory, '.gatewright/credentials.json'), 'utf8');
  const { controlUrl, controlSecret } = JSON.parse(file) as { controlUrl: string; controlSecret: string };
  const response = await fetch(`${controlUrl}/_gatewright/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${controlSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Readonly<Record<string, unknown>>;
}
const tokenFor = async (sub: string, expiresInSeconds = 600): Promise<string> =>
  String((await askGateway('token', { sub, roles: ['support'], expiresInSeconds }))['token']);
const withToken = (path: string, token: string, method = 'GET') =>
  fetch(`${urlOf('TokenApi')}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
const me = async (token: string): Promise<number> => (await withToken('/me', token)).status;

describe('gatewright access revoke', () => {
  it('logs a user out everywhere, kept answers or not, until they log in again', async () => {
    const [alice, bob] = [await tokenFor('alice'), await tokenFor('bob')];
    assert.deepEqual([await me(alice), await me(bob)], [200, 200]);

    const said = await gatewright('access', 'revoke', '--issuer', 'local', '--sub', 'alice');

    assert.match(said, /state +revoked\n[^]*flush http \w+\/dev +done/);
    assert.deepEqual([await me(alice), await me(bob)], [401, 200]);
    assert.match(await gatewright('access', 'revocations', '--issuer', 'local'), /sub +alice +revoked/);
    await askGateway('clock', { shiftMs: 2000 });
    assert.equal(await me(await tokenFor('alice')), 200, 'a token that was issued afterwards');
    await gatewright('access', 'revoke', '--issuer', 'local', '--sub', 'alice', '--withdraw');
    assert.equal(await me(alice), 200);
  });

  it('revokes one token by its id, but not the other tokens of its user', async () => {
    const [first, second] = [await tokenFor('carol'), await tokenFor('carol')];
    const { jti } = JSON.parse(Buffer.from(first.split('.')[1] ?? '', 'base64url').toString()) as {
      jti: string;
    };
    assert.deepEqual([await me(first), await me(second)], [200, 200]);

    await gatewright('access', 'revoke', '--issuer', 'local', '--jti', jti);

    assert.deepEqual([await me(first), await me(second)], [401, 200]);
  });

  it('flushes cached results on demand', async () => {
    const token = await tokenFor('dora', 60);
    assert.equal(await me(token), 200);
    await askGateway('clock', { shiftMs: 120_000 });
    assert.equal(await me(token), 200, 'an answer with a TTL of 300 seconds outlives its token');

    assert.match(await gatewright('access', 'flush', 'shop-tokens'), /flush http \w+\/dev +done/);

    assert.equal(await me(token), 401);
  });

  it('refuses a revocation that would have no effect, and explains why', async () => {
    const revoke = (...args: readonly string[]) =>
      runCommand(['access', 'revoke', ...args], { cwd: toolkit.directory });

    assert.match(
      (await revoke('--issuer', 'keys', '--sub', 'x')).stderr,
      /issuer is not an issuer with revocation: true .*; expected one of local/,
    );
  });
});

describe('a ticket', () => {
  const connect = async (ticket: string): Promise<number> => {
    const socket = new WebSocket(`${urlOf('Socket').replace(/^http/, 'ws')}?ticket=${ticket}`);
    return await new Promise((resolve, reject) => {
      socket.once('open', () => {
        socket.close();
        resolve(101);
      });
      socket.once('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      socket.once('error', reject);
    });
  };

  // docs/design/authorizers §K08, §7.17.
  it('opens a WebSocket once, for a caller who may ask for one', async () => {
    const reply = await withToken('/ws-ticket', await tokenFor('erin'), 'POST');
    const { ticket, expiresInSeconds } = (await reply.json()) as { ticket: string; expiresInSeconds: number };

    assert.deepEqual([reply.status, expiresInSeconds], [200, 30]);
    assert.deepEqual([await connect(ticket), await connect(ticket)], [101, 401]);
    assert.equal(await connect('wst_made-up'), 401);
    assert.equal((await withToken('/ws-ticket', 'garbage', 'POST')).status, 401);
    // Logs must not contain anything that would give access.
    const { stdout, stderr } = toolkit.running.output();
    assert.ok(!stdout.includes(ticket) && !stderr.includes(ticket));
  });
});

async function nativePlan(): Promise<string> {
  const sdk = new APIGatewayClient({ endpoint: toolkit.control, region: 'us-east-1', credentials: KEY_PAIR });
  const { items = [] } = await sdk.send(new GetUsagePlansCommand({}));
  sdk.destroy();
  return items[0]?.id ?? '';
}
