/**
 * `gatewright cache` against the admin endpoint of a deployed stack, whose table is in memory. Alone in its process:
 * the command reads `process.env`.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { invalidatorRoutes } from '#shared/cache/invalidator-routes.ts';
import { createRouter } from '#shared/http/router.ts';
import { CacheDesk, countedHandler } from '../../../../../support/a-response-cache.ts';
import { portsAt, recordAt } from '../../../../../support/a-stage-cache.ts';
import { cacheCommand } from '../../../../../../packages/toolkit/stack/cache/commands/cache.ts';
import { cellsOf, openAdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';
import type { AdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';

const desk = new CacheDesk();
const answer = createRouter(invalidatorRoutes(portsAt(desk)));

/** As API Gateway passes a request to the function; about the signature, it only says that there is one. */
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://admin');
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const isSigned = /^AWS4-HMAC-SHA256 .*\/eu-central-1\/execute-api\//.test(
      request.headers.authorization ?? '',
    );
    const event = {
      version: '2.0',
      routeKey: `${request.method} ${url.pathname}`,
      headers: request.headers,
      queryStringParameters: Object.fromEntries(url.searchParams),
      body: Buffer.concat(parts).toString(),
      requestContext: {
        stage: '$default',
        requestId: 'r-1',
        timeEpoch: desk.nowMs,
        http: { method: request.method, path: url.pathname },
        ...(isSigned && { authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } } }),
      },
    };
    void answer(event, () => undefined).then(({ statusCode, body }) => {
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(body);
    });
  });
});
const environment: Record<string, string> = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDOFADEPLOYEDSTACK',
  AWS_SECRET_ACCESS_KEY: 'of-ada',
};
const cache = (...args: readonly string[]) => runCommandHere(['cache', ...args], { environment });

describe('gatewright cache, of a deployed stack', () => {
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    environment['GATEWRIGHT_ADMIN_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await recordAt(desk, 1, 'authorizer');
    await countedHandler(desk, { scope: 'public', tags: () => ['t'] })({ query: 'page=2' });
  });
  after(() => server.close());

  it('shows cached entries, labelled by where they are known from, and drops them', async () => {
    const shown = await cache('show', 'orders', '--tag', 't');
    assert.match(shown.stdout, /recorded-by-cacheTags +GET abcdefghij\/dev\/p\/0 +authorizer/, shown.stderr);
    assert.match(shown.stdout, /response +path:\/orders query\.page=2 tag:t +-/);

    const dry = await cache('invalidate', 'orders', '--part', 'query.page=2', '--dry-run', '--json');
    assert.equal((JSON.parse(dry.stdout) as { state: string }).state, 'dry-run');
    const done = await cache('invalidate', 'orders', '--part', 'query.page=2');
    assert.match(done.stdout, /state +done\n(.*\n)*dropped +1\n/);
    const left = await cache('show', 'orders');
    assert.doesNotMatch(left.stdout, /response/);
    assert.match(left.stdout, /recorded-by-cacheTags/);
  });

  it('reports the same errors in a request as the endpoint', async () => {
    const refused = await cache('invalidate', 'orders', '--part', 'page=2');

    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /parts must be .*query\.page=2.*REQUEST_INVALID, 400/);
  });
});

describe('gatewright cache', () => {
  let admin: AdminEndpoint;
  before(async () => {
    admin = await openAdminEndpoint();
  });
  after(() => admin.close());
  const invalidate = (...args: readonly string[]): readonly string[] => [
    'cache',
    'invalidate',
    'orders',
    ...args,
  ];

  it('has three commands', () => {
    assert.deepEqual(
      cacheCommand().commands.map((command) => command.name()),
      ['invalidate', 'flush', 'show'],
    );
  });

  const nothing = { namespace: 'orders', tags: [], paths: [], parts: [], authorizers: [], edgePaths: [] };
  const usual = { allowFlush: false, dryRun: false };
  const rows: readonly { readonly args: readonly string[]; readonly sends: object }[] = [
    { args: invalidate('--tag', 'a', 'b'), sends: { ...nothing, tags: ['a', 'b'], ...usual } },
    { args: invalidate('--path', '/orders/1'), sends: { ...nothing, paths: ['/orders/1'], ...usual } },
    { args: invalidate('--part', 'query.page=2'), sends: { ...nothing, parts: ['query.page=2'], ...usual } },
    {
      args: invalidate('--authorizers', 'rest/a1/prod', '--dry-run'),
      sends: { ...nothing, authorizers: ['rest/a1/prod'], allowFlush: false, dryRun: true },
    },
    {
      args: invalidate('--edge', '/orders/*', '--allow-flush', '--flush-above', '0'),
      sends: { ...nothing, edgePaths: ['/orders/*'], allowFlush: true, flushAbove: 0, dryRun: false },
    },
    {
      args: ['cache', 'flush', 'orders'],
      sends: { namespace: 'orders', all: true, allowFlush: true, flushAbove: 0, dryRun: false },
    },
  ];
  for (const { args, sends } of rows)
    it(`${args.slice(1).join(' ')} sends what it names, and nothing else`, async () => {
      const { code, requests, stderr } = await admin.ask(args);

      assert.equal(code, 0, stderr);
      assert.deepEqual(requests.length, 1);
      const [, body = ''] = /^POST \/cache\/invalidations (.*)$/.exec(requests[0] ?? '') ?? [];
      assert.deepEqual(JSON.parse(body), sends);
    });

  it('asks for one of its choices, and for a number if there has to be one', async () => {
    const none = await admin.ask(invalidate());
    const odd = await admin.ask(invalidate('--tag', 't', '--flush-above', 'many'));

    assert.deepEqual([none.code, none.requests, odd.code, odd.requests], [1, [], 1, []]);
    assert.match(
      none.stderr,
      /pass --tag, --path, --part, --authorizers or --edge; to invalidate everything/,
    );
    const unnamed = await admin.ask(['cache', 'show']);
    assert.match(unnamed.stderr, /missing required argument 'namespace'/);
    assert.match(odd.stderr, /'many' is invalid\. It must be a whole number./);
  });

  for (const { report, shows } of [
    {
      report: { dropped: 2 },
      shows: [
        ['state', 'done'],
        ['dropped', '2'],
      ],
    },
    { report: null, shows: [['state', 'done']] },
    { report: 'later', shows: [['state', 'done']] },
    { report: undefined, shows: [['state', 'done']] },
  ])
    it(`shows the state, and of the report ${JSON.stringify(report)} its members`, async () => {
      const { stdout } = await admin.ask(['cache', 'flush', 'orders'], { body: { state: 'done', report } });

      assert.deepEqual(cellsOf(stdout), shows);
    });

  it('lists entries by where they are known from, and says where the list ends', async () => {
    const entry = { kind: 'response', entry: 'path:/orders', refusal: 'none', until: '2026-11-20' };
    const some = await admin.ask(['cache', 'show', 'orders', '--limit', '1'], {
      body: { entries: [entry], hasMore: true },
    });
    const all = await admin.ask(['cache', 'show', 'orders', '--tag', 't'], { body: { hasMore: 'no' } });

    const heading = ['KNOWN FROM', 'ENTRY', 'NOT SIGNABLE BECAUSE', 'UNTIL'];
    assert.deepEqual(some.requests, ['GET /cache/entries?namespace=orders&limit=1']);
    assert.deepEqual(cellsOf(some.stdout), [heading, ['response', 'path:/orders', 'none', '2026-11-20']]);
    assert.equal(some.stderr, 'There are more entries; to list them, raise --limit, which is 1.\n');
    assert.deepEqual(all.requests, ['GET /cache/entries?namespace=orders&tag=t&limit=100']);
    assert.deepEqual([cellsOf(all.stdout), all.stderr], [[heading], '']);
  });
});
