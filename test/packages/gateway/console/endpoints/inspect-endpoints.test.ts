/** What the console shows about a start, and what it changes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { serveInspection } from '../../../../../packages/gateway/console/endpoints/inspect-endpoints.ts';
import { aConsoleGateway } from '../../../../support/console-gateway.ts';
import type { InspectPorts } from '../../../../../packages/gateway/console/endpoints/inspect-endpoints.ts';
import type { ShownInvoices } from '../../../../../packages/gateway/console/endpoints/invoice-model.ts';
import type { TrafficShape } from '../../../../../packages/gateway/console/endpoints/cost-model.ts';
import type {
  ShownAccessBook,
  ShownRouteAnswer,
} from '../../../../../packages/gateway/console/endpoints/access-model.ts';
import type {
  ShownApi,
  ShownCacheEntry,
  ShownConnection,
  ShownFunction,
  ShownIdentities,
  ShownKeys,
  ShownNumbers,
} from '../../../../../packages/gateway/console/endpoints/inspect-model.ts';
import type { StackMap } from '../../../../../packages/gateway/console/endpoints/map-model.ts';
import type { RequestDetail, RequestRow } from '../../../../../packages/gateway/console/records/model.ts';
import type { ConsoleGateway } from '../../../../support/console-gateway.ts';

type Flushed = { readonly flushed: number };
type Status = { readonly status: number };

describe('a question to a table', () => {
  it('is refused in a start without DynamoDB', async () => {
    const body = Buffer.from('{"operation":"Scan","input":{"TableName":"orders"}}');
    const request = { method: 'POST', path: '', query: '', rawHeaders: [], host: '', body };
    const ports = { tableRegion: () => undefined } as unknown as InspectPorts;

    const reply = await serveInspection(request, 'console/tables', ports);

    assert.deepEqual(
      [reply?.status, String(reply?.body)],
      [409, '{"message":"This gateway was started without its own DynamoDB, so it has no tables to show."}'],
    );
  });
});

describe('the console’s endpoints', () => {
  let at: ConsoleGateway;
  before(async () => {
    at = await aConsoleGateway();
  });
  after(() => at[Symbol.asyncDispose]());
  const get = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
    const response = await fetch(`${at.urlOf('shop')}${path}`, { headers });
    await response.text();
    return response.status;
  };

  it('show routes with what guards, limits and answers them', async () => {
    const { apis } = (await at.ask('GET', 'console/apis')) as { apis: ShownApi[] };
    const routes = apis.find(({ name }) => name === 'shop')!.routes;

    assert.deepEqual(
      routes.map(({ routeKey, guard, apiKeyRequired, target, cacheSeconds }) => [
        routeKey,
        guard.name,
        apiKeyRequired,
        target,
        cacheSeconds,
      ]),
      [
        ['GET /guarded', 'gate', false, 'hello', 60],
        ['GET /metered', 'open', true, 'hello', undefined],
      ],
    );
    assert.deepEqual(routes[0]?.guard.sources, ['header authorization']);
  });

  it('show the cached results without the credential, and flush one entry or all', async () => {
    const headers = { authorization: 'Bearer good-token-of-alice' };
    assert.deepEqual([await get('/guarded', headers), await get('/guarded', headers)], [200, 200]);
    assert.equal(((await at.ask('GET', 'requests/last')) as RequestDetail).cache, 'hit');

    const { entries } = (await at.ask('GET', 'console/caches')) as { entries: ShownCacheEntry[] };
    assert.deepEqual(
      entries.map(({ kind, holds }) => [kind, holds.split(',', 1).join()]),
      [
        ['authorizer', 'alice'],
        ['response', '200'],
      ],
    );
    assert.ok(!JSON.stringify(entries).includes('good-token'));
    const [grant, reply] = entries;
    assert.equal(((await at.ask('POST', 'console/caches/flush', grant)) as Flushed).flushed, 1);
    assert.equal(
      ((await at.ask('POST', 'console/caches/flush', { ...reply, id: undefined })) as Flushed).flushed,
      1,
    );
    assert.deepEqual(((await at.ask('GET', 'console/caches')) as { entries: ShownCacheEntry[] }).entries, []);
  });

  it('show a quota as it drains, top it up, suspend a key, and open again when the clock moves', async () => {
    const headers = { 'x-api-key': 'partner-key-value-0123456789' };
    assert.deepEqual(
      [await get('/metered', headers), await get('/metered', headers), await get('/metered', headers)],
      [200, 200, 429],
    );
    const plan = ((await at.ask('GET', 'console/keys')) as ShownKeys).plans[0]!;
    const key = plan.keys[0]!;
    assert.deepEqual(
      [plan.name, plan.quota, plan.stages[0]?.apiName, key.name, key.left, key.days.at(-1)?.[1]],
      ['basic', { limit: 2, period: 'DAY' }, 'shop', 'partner', 0, 2],
    );

    await at.ask('POST', 'console/keys/remaining', { planId: plan.id, keyId: key.keyId, remaining: 1 });
    assert.deepEqual([await get('/metered', headers), await get('/metered', headers)], [200, 429]);
    const { request } = (await at.ask('POST', 'requests/last/replay', {
      shiftMs: 86_400_000,
    })) as { request: RequestDetail };
    assert.equal(request.status, 200);
    await at.ask('POST', 'console/keys/enabled', { keyId: key.keyId, enabled: false });
    assert.equal(await get('/metered', headers), 403);
    assert.match(
      ((await at.ask('GET', 'requests/last')) as RequestDetail).story.sentences.join(' '),
      /is disabled/,
    );
    await at.ask('POST', 'console/keys/enabled', { keyId: key.keyId, enabled: true });
  });

  it('show open connections, what goes both ways, send to one and close it', async () => {
    const socket = new WebSocket(at.urlOf('chat'));
    await once(socket, 'open');
    const connection = ((await at.ask('GET', 'console/connections')) as { connections: ShownConnection[] })
      .connections[0]!;
    assert.equal(connection.apiName, 'chat');

    socket.send('hello');
    assert.equal(String((await once(socket, 'message'))[0]), 'heard hello');
    const posted = once(socket, 'message');
    await at.ask('POST', 'console/connections/send', {
      connectionId: connection.id,
      text: 'from the console',
    });
    assert.equal(String((await posted)[0]), 'from the console');
    const closed = once(socket, 'close');
    await at.ask('POST', 'console/connections/close', { connectionId: connection.id });
    await closed;

    const { rows } = (await at.ask('GET', 'requests?limit=3')) as { rows: RequestRow[] };
    assert.deepEqual(
      rows
        .map(({ kind }) => kind)
        .toReversed()
        .slice(0, 2),
      ['message', 'post'],
    );
    assert.equal(
      ((await at.ask('POST', 'console/connections/close', { connectionId: connection.id })) as Status).status,
      404,
    );
  });

  it('show functions with instances, durations and lines, their secrets hidden', async () => {
    const { functions } = (await at.ask('GET', 'console/functions')) as { functions: ShownFunction[] };
    const hello = functions.find(({ name }) => name === 'hello')!;

    assert.ok(hello.coldMs.length >= 1 && hello.coldMs.every((tookMs) => tookMs > 0));
    assert.ok(hello.started >= 1 && hello.calls >= 1 && (hello.p50Ms ?? 0) > 0);
    assert.ok(hello.lines.some(({ message }) => message === 'greeting /metered'));
    assert.ok(!JSON.stringify(functions).includes('very-secret-variable'));
    assert.ok(JSON.stringify(hello.environment).includes('STAGE'));
  });

  it('read and write tables, and return what DynamoDB answers', async () => {
    const call = async (operation: string, input: object) =>
      (await at.ask('POST', 'console/tables', { operation, input })) as Readonly<Record<string, unknown>>;

    assert.deepEqual((await call('ListTables', {}))['TableNames'], ['orders']);
    await call('PutItem', { TableName: 'orders', Item: { id: { S: 'o-1' } } });
    assert.deepEqual((await call('Scan', { TableName: 'orders' }))['Items'], [{ id: { S: 'o-1' } }]);
    assert.equal((await call('Scan', { TableName: 'nowhere' }))['status'], 400);
    assert.equal((await call('DeleteTable', { TableName: 'orders' }))['status'], 400);
  });

  it('show customers as the command reads them, one by one, and say what they cannot read', async () => {
    assert.deepEqual(await at.ask('GET', 'console/customers'), {
      status: 200,
      customers: [{ tenant: 'acme', state: 'active', plan: 'gold' }],
    });
    for (const [query, status, message] of [
      ['?tenant=nobody', 404, 'There is no customer nobody.'],
      ['?tenant=broken', 409, 'The table is unreachable.'],
      ['', 400, 'Expected the name of a customer: ?tenant=acme'],
      [`?tenant=${'a'.repeat(129)}`, 400, 'Expected the name of a customer: ?tenant=acme'],
    ] as const)
      assert.deepEqual(await at.ask('GET', `console/customers/one${query}`), { status, message });
  });

  it('show the members of a customer, invite somebody and withdraw an invitation, and say what is refused', async () => {
    const shown = (await at.ask('GET', 'console/portal?tenant=acme')) as Readonly<Record<string, unknown>>;
    assert.deepEqual([shown['status'], shown['hasPortal']], [200, true]);
    const bare = (await at.ask('GET', 'console/portal?tenant=bare')) as Readonly<Record<string, unknown>>;
    assert.equal(bare['hasPortal'], false);
    assert.deepEqual(await at.ask('POST', 'console/portal/invite', { tenant: 'acme', role: 'owner' }), {
      status: 200,
      link: 'http://portal/#/invitation/gwinv_of_acme',
      role: 'owner',
      expiresAt: '2026-11-29T12:00:00.000Z',
    });
    assert.deepEqual(await at.ask('POST', 'console/portal/withdraw', { tenant: 'acme', id: 'i-1' }), {
      status: 200,
      withdrawn: 'i-1',
    });
    for (const [path, body, status, message] of [
      ['invite', { tenant: 'acme', role: 'king' }, 409, 'role must be owner, not king'],
      ['withdraw', { tenant: 'acme', id: 'i-2' }, 409, 'The invitation is not open.'],
      ['invite', { tenant: 'acme' }, 400, 'Expected {"tenant": name, "role": role of the new member}'],
      ['withdraw', { id: 'i-1' }, 400, 'Expected {"tenant": name, "id": id of the invitation}'],
    ] as const)
      assert.deepEqual(await at.ask('POST', `console/portal/${path}`, body), { status, message });
  });

  it('tell what the page begins with: commands to try, and no customers without a usage table', async () => {
    assert.deepEqual(await at.ask('GET', 'console/overview'), {
      status: 200,
      hasOwnApis: true,
      tries: ['# open to everyone', 'curl -i http://127.0.0.1:3000/'],
      hasCustomers: false,
    });
  });

  it('count requests by route and second, name identities and what differs on AWS', async () => {
    const { routes, count, seconds } = (await at.ask('GET', 'console/numbers')) as ShownNumbers;
    const guarded = routes.find(({ route }) => route === 'GET /guarded')!;

    assert.ok(count > 5 && seconds.length === 300);
    assert.deepEqual([guarded.count, guarded.clientErrors], [2, 0]);
    const { signers, keys } = (await at.ask('GET', 'console/identities')) as ShownIdentities;
    assert.deepEqual([signers[0]?.name, keys[0]?.name], ['admin', 'partner']);
    const { assumptions, unsupported } = (await at.ask('GET', 'console/differs')) as {
      assumptions: unknown[];
      unsupported: unknown[];
    };
    assert.ok(assumptions.length > 0 && Array.isArray(unsupported));
    assert.equal(((await at.ask('GET', 'console/start')) as { isRecording: boolean }).isRecording, true);
    assert.deepEqual(((await at.ask('GET', 'console/calls')) as { calls: unknown[] }).calls, []);
  });

  it('report what AWS would meter: billed and refused requests, messages by size, calls with their durations', async () => {
    const { events, apis, functions, caches, tables, eventsOfTables } = (await at.ask(
      'GET',
      'console/cost',
    )) as TrafficShape;
    // The console itself has put an item and looked at it, which costs nothing.
    assert.deepEqual([tables, eventsOfTables], [[], 11]);
    const [shop, chat] = ['shop', 'chat'].map((name) => apis.find(({ apiName }) => apiName === name)!);

    // Two of /guarded, four of /metered that got through; two over quota, one of a suspended key.
    assert.deepEqual([shop?.requests, shop?.unbilled], [6, 3]);
    assert.deepEqual(shop?.onlyRest, ['API keys and usage plans', 'the stage cache']);
    // The handshake, a message with its answer, a post.
    assert.deepEqual([chat?.requests, chat?.units], [1, 4]);
    assert.ok((chat?.connectionMinutes ?? 0) > 0);
    assert.equal(events, 11);
    assert.deepEqual(
      caches.map(({ gigabytes, hits, misses }) => [gigabytes, hits, misses]),
      [['0.5', 1, 1]],
    );
    const gate = functions.find(({ name }) => name === 'gate')!;
    assert.deepEqual([gate.calls, gate.keptSeconds, gate.architecture], [1, 300, 'x86_64']);
    const hello = functions.find(({ name }) => name === 'hello')!;
    assert.ok(hello.totalMs > 0 && hello.keptSeconds === undefined);
    assert.ok(hello.logBytes > hello.calls * 300, 'lines that it printed count');
  });

  it('pass questions about access to the service that knows the documents', async () => {
    const shown = (await at.ask('GET', 'console/access')) as ShownAccessBook;
    assert.deepEqual([shown.documents[0]?.name, shown.isPublished], ['shop', false]);

    const reply = (await at.ask('POST', 'console/access/ask', {
      document: 'shop',
      roles: ['clerk'],
    })) as { routes: ShownRouteAnswer[] };
    assert.equal(reply.routes[0]?.reason, 'as clerk');
    const { roles } = (await at.ask('GET', 'console/identities')) as ShownIdentities;
    assert.deepEqual(roles, ['clerk']);
    for (const wrong of [{}, { document: 'other' }, { document: 'shop', roles: 'clerk' }])
      assert.equal(((await at.ask('POST', 'console/access/ask', wrong)) as Status).status, 400);
  });

  it('return invoices from the service that creates them, with its refusals', async () => {
    const made = (await at.ask('GET', 'console/invoices?month=2026-11')) as ShownInvoices;
    assert.deepEqual([made.month, made.notClosed], ['2026-11', 'one period']);

    const refused = (await at.ask('POST', 'console/invoices/close', { month: '2026-11' })) as Status;
    assert.deepEqual(refused, { status: 409, message: '2026-11 cannot be closed' });
    assert.equal(((await at.ask('GET', 'console/invoices?month=2026-13')) as Status).status, 400);
  });

  it('invoke a function with an event, and hide the secrets of its answer', async () => {
    const invoked = (await at.ask('POST', 'console/functions/invoke', {
      function: 'hello',
      payload: '{}',
    })) as { readonly kind: string; readonly answer: string };
    assert.equal(invoked.kind, 'returned');
    assert.match(invoked.answer, /"statusCode": 200/);

    // Lambda's limit of 6 MB is in bytes (quota "Invocation payload").
    const tooLarge = JSON.stringify('ü'.repeat(3 * 1024 * 1024));
    for (const [body, status] of [
      [{ function: 'hello', payload: tooLarge }, 400],
      [{ function: 'nobody', payload: '{}' }, 404],
      [{ function: 'hello', payload: '{' }, 400],
      [{ function: 'hello' }, 400],
    ] as const)
      assert.equal(
        ((await at.ask('POST', 'console/functions/invoke', body)) as Status).status,
        status,
        JSON.stringify(body).slice(0, 60),
      );
  });

  it('show which functions and services call each other', async () => {
    const { nodes, edges } = (await at.ask('GET', 'console/map')) as StackMap;
    const nameOf = (id: string): string => nodes.find((node) => node.id === id)?.name ?? '';

    const lines = edges.map(({ from, to }) => `${nameOf(from)} → ${nameOf(to)}`);
    for (const line of ['shop → GET /guarded', 'GET /guarded → gate', 'GET /guarded → hello'])
      assert.ok(lines.includes(line), lines.join('\n'));
    assert.match(nodes.find(({ name }) => name === 'hello')?.place ?? '', /:\d+$/);
  });

  it('refuse what is not wanted', async () => {
    const wrong: readonly (readonly [string, string, object])[] = [
      ['POST', 'console/caches/flush', { apiId: 1 }],
      ['POST', 'console/keys/remaining', { planId: 'x', keyId: 'y', remaining: -1 }],
      ['POST', 'console/keys/enabled', { keyId: 'y' }],
      ['POST', 'console/tables', { operation: 'Scan' }],
    ];
    for (const [method, path, body] of wrong)
      assert.equal(((await at.ask(method, path, body)) as Status).status, 400, path);
    const bearer = { authorization: `Bearer ${at.secret}` };
    const noJson = await at.send('POST', '/_gatewright/console/tables', bearer, 'Scan orders');
    assert.deepEqual([noJson.status, noJson.text], [400, '{"message":"Expected a JSON object as the body"}']);
    assert.equal(((await at.ask('GET', 'console/nothing')) as Status).status, 404);
    assert.equal(
      ((await at.ask('POST', 'console/keys/enabled', { keyId: 'nobody', enabled: true })) as Status).status,
      404,
    );
  });
});
