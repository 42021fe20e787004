import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  outsideSteps,
  printValue,
  readPages,
  requireOutside,
  rowsToTable,
  sendChange,
  sortRows,
  without,
} from '../../../../../packages/toolkit/stack/commands/admin-commands.ts';
import { planCommand } from '../../../../../packages/toolkit/stack/quota/commands/plan.ts';
import { AdminError } from '../../../../../packages/toolkit/terminal/admin-client.ts';
import { cellsOf, openAdminEndpoint } from '../../../../support/an-admin-endpoint.ts';
import type { AdminEndpoint } from '../../../../support/an-admin-endpoint.ts';

type Answer = { readonly status: number; readonly body: object };

describe('a change at an admin endpoint', () => {
  let server: Server;
  let origin: string;
  let answers: Answer[] = [];
  let requests: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        requests.push(`${request.method} ${Buffer.concat(parts).toString()}`);
        const { status, body } = answers.shift() ?? { status: 200, body: {} };
        response.writeHead(status).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env['AWS_REGION'] = 'us-east-1';
    process.env['AWS_ACCESS_KEY_ID'] = 'AKID';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  });
  after(() => server.close());

  const send = () => sendChange({ method: 'POST', path: '/' }, { url: origin, operation: 'op-1' });

  it('names the operation if the store did not answer, but not if a message only looks like it', async () => {
    const detail = 'STORE_UNAVAILABLE is what it says';
    answers = [{ status: 503, body: { detail: 'the table did not answer', code: 'STORE_UNAVAILABLE' } }];
    await assert.rejects(
      send(),
      /\(STORE_UNAVAILABLE, 503\); .*Run the same command again with --operation op-1$/,
    );

    answers = [{ status: 422, body: { detail, code: 'REQUEST_INVALID' } }];
    await assert.rejects(send(), (error: unknown) => {
      assert.ok(error instanceof AdminError);
      assert.equal(error.code, 'REQUEST_INVALID');
      assert.equal(error.message, `${detail} (REQUEST_INVALID, 422)`);
      return true;
    });
  });

  it('names the operation if nothing answers', async () => {
    const closed = { url: 'http://127.0.0.1:1', operation: 'op-2' };

    await assert.rejects(
      sendChange({ method: 'POST', path: '/' }, closed),
      /cannot be reached; .*Run the same command again with --operation op-2$/,
    );
  });

  it('reads page by page, as long as the endpoint names a next one', async () => {
    const listing = { path: '/access/keys', member: 'keys', query: { tenant: 'acme' } };
    answers = [
      { status: 200, body: { keys: [{ keyId: 'k-1' }], next: 'c' } },
      { status: 200, body: { others: [], next: 'd' } },
      { status: 200, body: { keys: [{ keyId: 'k-2' }], next: 7 } },
    ];
    requests = [];

    assert.deepEqual(await readPages(listing, { url: origin }), [{ keyId: 'k-1' }, { keyId: 'k-2' }]);
    assert.equal(requests.length, 3);
  });

  it('assigns the next version of a key that was taken off its plan', async () => {
    answers = [
      { status: 404, body: { detail: 'no plan is assigned to the key', code: 'KEY_UNKNOWN' } },
      { status: 409, body: { detail: 'overtaken', code: 'EDIT_CONFLICT', nextVersion: 5 } },
      { status: 200, body: { plan: 'gold', version: 5 } },
    ];
    requests = [];

    await planCommand().parseAsync(['assign', 'acme', 'key-1', 'gold', '--url', origin], { from: 'user' });

    assert.deepEqual(requests, [
      'GET ',
      'PUT {"plan":"gold","version":1}',
      'PUT {"plan":"gold","version":5}',
      // whether there is such a key
      'GET ',
    ]);
  });
});

describe('what API Gateway did of a change', () => {
  const done = { step: 'flush a', done: true };
  const failed = { step: 'flush b', done: false, reason: 'too many requests' };
  const sent = (outside: unknown) => ({ answer: { outside }, operationId: 'op-1' });

  it('is not reported if there is nothing to do or everything is done', () => {
    for (const outside of [undefined, 'none', [], [done, done]]) requireOutside(sent(outside));

    assert.deepEqual(outsideSteps({ outside: { step: 'a' } }), []);
    assert.deepEqual(outsideSteps({ outside: [done] }), [done]);
  });

  it('is refused with each step that is not done, its reason, and how to repeat it', () => {
    assert.throws(() => requireOutside(sent([done, failed, { step: 'flush c', done: 'yes' }])), {
      code: 'USAGE',
      message:
        /the calls to API Gateway failed \(flush b: too many requests; flush c: -\)\. Cached results remain .* again with --operation op-1$/,
    });
  });
});

describe('the answer of an endpoint as text', () => {
  it('is a table of the named members, with - for missing members, and members and lists as text', () => {
    const rows = [{ id: 'a', roles: ['x'], limit: 7 }, { id: 'bcd' }];

    assert.deepEqual(rowsToTable(rows, ['id', 'roles', 'limit'], ['ID', 'ROLES', 'LIMIT']), [
      'ID   ROLES  LIMIT',
      'a    x      7',
      'bcd  -      -',
    ]);
    assert.deepEqual(rowsToTable(rows, ['id']), ['id', 'a', 'bcd']);
    assert.deepEqual([null, false, '', undefined, [], {}].map(printValue), ['-', 'false', '', '-', '-', '-']);
    assert.deepEqual(
      [
        { 'API keys': 1, heads: 2 },
        ['a', 'b'],
        [{ createdAt: 't' }],
        { plan: { id: 'pro', limits: [7] } },
      ].map(printValue),
      ['API keys 1, heads 2', 'a, b', '(createdAt t)', 'plan (id pro, limits (7))'],
    );
    assert.deepEqual(without({ a: 1, b: 2, c: 3 }, 'a', 'c'), { b: 2 });
  });

  it('is sorted by its names, with rows without a name last', () => {
    const rows = [
      { n: 1 },
      { name: 'shop-10', n: 2 },
      { name: 'shop-9', n: 3 },
      { n: 4 },
      { name: 'shop-9', n: 5 },
    ];

    assert.deepEqual(
      sortRows(rows, 'name').map(({ n }) => n),
      [3, 5, 2, 1, 4],
    );
  });
});

describe('gatewright plan', () => {
  let admin: AdminEndpoint;
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-plan-'));
  before(async () => {
    admin = await openAdminEndpoint(folder);
  });
  after(() => {
    admin.close();
    rmSync(folder, { recursive: true });
  });
  const plan = (...args: readonly string[]): readonly string[] => ['plan', ...args];

  it('lists plans with their limits as text, and unchanged with --json', async () => {
    const gold = {
      id: 'gold',
      version: 2,
      limits: [
        { id: 'daily', quota: 100, period: 'DAY' },
        { id: 'burst', rate: 10, burst: 20 },
        { id: 'slow', rate: 1, perSeconds: 60 },
        { id: 'odd', quota: 5, period: { months: 3 } },
        { id: 'jobs', concurrency: 3 },
      ],
    };
    const plans = { body: { plans: [gold, { id: 'free', version: 1 }] } };

    const text = await admin.ask(plan('list'), plans);
    const json = await admin.ask(plan('list', '--json'), plans);

    assert.deepEqual(text.requests, ['GET /quota/plans']);
    assert.deepEqual(cellsOf(text.stdout), [
      ['id', 'version', 'limits'],
      ['free', '1'],
      ['gold', '2', 'daily 100/DAY, burst 10/s, slow 1/60 s, odd 5/{months:3}, jobs 3 at once'],
    ]);
    assert.deepEqual(JSON.parse(json.stdout.split('\n')[1] ?? ''), gold);
  });

  const lists: readonly {
    readonly command: readonly string[];
    readonly member: string;
    readonly name: string;
  }[] = [
    { command: ['customers', 'list'], member: 'customers', name: 'tenant' },
    { command: ['usage', 'show'], member: 'usage', name: 'tenant' },
    { command: ['keys', 'list', '--tenant', 'acme'], member: 'keys', name: 'name' },
    { command: ['plan', 'list'], member: 'plans', name: 'id' },
    { command: ['plan', 'keys', 'acme'], member: 'keys', name: 'key' },
  ];
  for (const { command, member, name } of lists)
    it(`lists what gatewright ${command.join(' ')} names as people sort names`, async () => {
      const names = ['shop-104', 'shop-16', 'Bolt', 'acme'];

      const { stdout } = await admin.ask(command, {
        body: { [member]: names.map((one) => ({ [name]: one })) },
      });

      const found = ['acme', 'Bolt', 'shop-16', 'shop-104'].map((one) => stdout.indexOf(one));
      assert.ok(!found.includes(-1), stdout);
      assert.deepEqual(
        found,
        found.toSorted((a, b) => a - b),
        stdout,
      );
    });

  it('says that plans of access documents need not be saved, if none is', async () => {
    const { stderr } = await admin.ask(plan('list'), { body: { plans: [] } });

    assert.match(
      stderr,
      /^No plan is saved yet\. You can already assign plans from access documents to customers/,
    );
  });

  it('saves the next version of a plan, or the first', async () => {
    writeFileSync(join(folder, 'gold.yml'), 'id: gold/a\nlimits: []\n');
    const path = '/quota/plans/gold~1a';

    const next = await admin.ask(
      plan('save', 'gold.yml', '--operation', 'op-1'),
      { body: { version: 4 } },
      {
        body: { id: 'gold/a', version: 5 },
      },
    );
    const first = await admin.ask(plan('save', 'gold.yml'), { status: 404, body: { code: 'PLAN_UNKNOWN' } });
    const lost = await admin.ask(plan('save', 'gold.yml'), { status: 403, body: { message: 'Forbidden' } });

    assert.deepEqual(next.requests, [`GET ${path}`, `PUT ${path} {"id":"gold/a","limits":[],"version":5}`]);
    assert.deepEqual([next.operations, cellsOf(next.stdout)[1]], [['op-1'], ['version', '5']]);
    assert.equal(first.requests[1], `PUT ${path} {"id":"gold/a","limits":[],"version":1}`);
    assert.deepEqual([lost.code, lost.requests.length], [1, 1]);
    assert.match(lost.stderr, /Forbidden \(403\)/);
  });

  it('names the place in the file of what the endpoint refuses, as far as it is known', async () => {
    writeFileSync(join(folder, 'bad.yml'), 'id: bad\nversion: 1\nlimits:\n  - { id: daily, quota: -1 }\n');
    const refuse = (problem: object) =>
      admin.ask(plan('save', 'bad.yml'), { status: 422, body: { detail: 'must be 0 or more', ...problem } });

    const placed = await refuse({ code: 'PLAN_INVALID', field: 'limits[0].quota' });
    const whole = await refuse({ code: 'PLAN_INVALID' });
    const other = await refuse({ code: 'REQUEST_INVALID', field: 'limits[0].quota' });

    assert.match(placed.stderr, /^error: bad\.yml:4:\d+: .*must be 0 or more/);
    for (const { code, stderr } of [whole, other]) {
      assert.equal(code, 1);
      assert.match(stderr, /^error: must be 0 or more \((PLAN|REQUEST)_INVALID, 422\)\n$/);
    }
  });

  const rows: readonly { readonly args: string; readonly asks: readonly string[] }[] = [
    { args: 'get gold', asks: ['GET /quota/plans/gold'] },
    // The last request of these two finds a misspelt name.
    { args: 'keys acme', asks: ['GET /quota/tenants/acme/keys', 'GET /quota/customers/acme'] },
    {
      args: 'assign acme k-1 gold',
      asks: [
        'GET /quota/tenants/acme/keys/k-1/plan',
        'PUT /quota/tenants/acme/keys/k-1/plan {"plan":"gold","version":3}',
        'GET /access/keys/k-1',
      ],
    },
    { args: 'unassign acme k-1', asks: ['DELETE /quota/tenants/acme/keys/k-1/plan'] },
  ];
  for (const { args, asks } of rows)
    it(`${args} asks ${asks.join(', then ')}`, async () => {
      const { code, requests, stderr } = await admin.ask(plan(...args.split(' ')), { body: { version: 2 } });

      assert.deepEqual([code, requests], [0, asks], stderr);
    });

  it('lists the keys of a tenant with plan and version', async () => {
    const { stdout } = await admin.ask(plan('keys', 'acme'), {
      body: { keys: [{ key: 'k-1', plan: 'gold', version: 3 }] },
    });

    assert.deepEqual(cellsOf(stdout), [
      ['key', 'plan', 'version'],
      ['k-1', 'gold', '3'],
    ]);
  });

  it('passes on what else is wrong with an assignment', async () => {
    const conflict = { status: 409, body: { detail: 'overtaken', code: 'EDIT_CONFLICT', nextVersion: 9 } };
    const overtaken = await admin.ask(
      plan('assign', 'acme', 'k-1', 'gold'),
      { body: { version: 2 } },
      conflict,
    );
    const refused = await admin.ask(plan('assign', 'acme', 'k-1', 'gold'), { status: 403, body: {} });

    assert.deepEqual([overtaken.code, overtaken.requests.length], [1, 2]);
    assert.match(overtaken.stderr, /overtaken \(EDIT_CONFLICT, 409\)/);
    assert.deepEqual([refused.code, refused.requests.length], [1, 1]);
  });
});
