import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { disconnect, message } from '../../../../../packages/gateway/core/websocket/pipeline.ts';
import { GOING_AWAY } from '../../../../../packages/gateway/core/websocket/limits.ts';
import { aDetail, anApi, AUTHORIZED, FAILS, FakeSocket, OK, policy, SLOW, somePorts } from './fixture.ts';
import { open, startApi } from './server.ts';
import type { InvocationResult } from '../../../../../packages/gateway/core/ports.ts';
import type { Handler, RouteOptions } from './fixture.ts';

describe('message', () => {
  type Row = {
    readonly name: string;
    readonly routes: Readonly<Record<string, RouteOptions>>;
    readonly handler?: Handler | InvocationResult;
    readonly body: string;
    /** Route key that the function sees; undefined = it sees nothing. */
    readonly routeKey?: string;
    readonly frame: string | undefined;
    readonly source: string;
  };
  const FORBIDDEN = '{"message": "Forbidden", "connectionId":"ID", "requestId":"ID"}';
  const BROKEN = '{"message": "Internal server error", "connectionId":"ID", "requestId":"ID"}';
  const twoWay = { functionName: 'fn', repliesToClient: true };
  const oneWay = { functionName: 'fn' };
  const says: Handler = () => ({ statusCode: 200, body: 'hello' });
  const rows: readonly Row[] = [
    {
      name: 'sends the body of a route with a route response',
      routes: { hi: twoWay },
      handler: says,
      body: '{"action":"hi"}',
      routeKey: 'hi',
      frame: 'hello',
      source: 'docs/aws §11.3',
    },
    {
      name: 'sends it with any status',
      routes: { hi: twoWay },
      handler: () => ({ statusCode: 500, body: 'hello' }),
      body: '{"action":"hi"}',
      routeKey: 'hi',
      frame: 'hello',
      source: 'docs/aws §11.3',
    },
    {
      name: 'sends nothing back without a route response',
      routes: { hi: oneWay },
      handler: says,
      body: '{"action":"hi"}',
      routeKey: 'hi',
      frame: undefined,
      source: 'docs/aws §11.3',
    },
    {
      name: 'takes text that is not JSON to $default',
      routes: { hi: oneWay, $default: twoWay },
      handler: says,
      body: 'hi',
      routeKey: '$default',
      frame: 'hello',
      source: 'docs/aws §11.2',
    },
    {
      name: 'takes an unknown key to $default',
      routes: { $default: twoWay },
      handler: says,
      body: '{"action":"what"}',
      routeKey: '$default',
      frame: 'hello',
      source: 'docs/aws §11.2',
    },
    {
      name: 'answers Forbidden without a route and without $default',
      routes: { hi: oneWay },
      body: '{"action":"what"}',
      frame: FORBIDDEN,
      source: 'docs/aws §11.2',
    },
    {
      name: 'stops a client from running $connect',
      routes: { $connect: twoWay },
      body: '{"action":"$connect"}',
      frame: FORBIDDEN,
      source: 'docs/aws §11.2',
    },
    {
      name: 'stops a client from running $disconnect',
      routes: { $disconnect: twoWay, $default: twoWay },
      handler: says,
      body: '{"action":"$disconnect"}',
      routeKey: '$default',
      frame: 'hello',
      source: 'docs/aws §11.2',
    },
    {
      name: 'answers with an error frame if the API may not invoke the function',
      routes: { hi: { ...oneWay, mayInvoke: () => false } },
      handler: says,
      body: '{"action":"hi"}',
      frame: BROKEN,
      source: 'docs/aws §3.7',
    },
    {
      name: 'answers with an error frame if the function fails, one-way or not',
      routes: { hi: oneWay },
      handler: FAILS,
      body: '{"action":"hi"}',
      routeKey: 'hi',
      frame: BROKEN,
      source: 'docs/aws §11.2',
    },
    {
      name: 'answers with an error frame if the function is too slow',
      routes: { hi: twoWay },
      handler: SLOW,
      body: '{"action":"hi"}',
      routeKey: 'hi',
      frame: BROKEN,
      source: 'docs/aws §3.7',
    },
    {
      name: 'answers with an error frame if the answer is malformed',
      routes: { hi: oneWay },
      handler: () => null,
      body: '{"action":"hi"}',
      routeKey: 'hi',
      frame: BROKEN,
      source: 'docs/aws §11.2',
    },
    {
      name: 'answers with an error frame if the answer is longer than a message may be',
      routes: { hi: twoWay },
      handler: () => ({ statusCode: 200, body: 'x'.repeat(128 * 1024 + 1) }),
      body: '{"action":"hi"}',
      routeKey: 'hi',
      frame: BROKEN,
      source: 'docs/aws §11.6',
    },
    {
      name: 'answers with an error frame if the route has no integration',
      routes: { hi: {} },
      body: '{"action":"hi"}',
      frame: BROKEN,
      source: 'docs/aws §11.2',
    },
  ];
  for (const { name, routes, handler, body, routeKey, frame, source } of rows) {
    it(name, async () => {
      const at = somePorts(anApi(routes), handler === undefined ? {} : { fn: handler });
      const connection = at.connections.open(aDetail(), new FakeSocket());

      const sent = await message(connection, body, at);

      const ids = /"(L0SM9cOFvHcCIhw=|[0-9a-zA]{15}=)"/g;
      assert.equal(sent?.replaceAll(ids, '"ID"'), frame, source);
      const [event] = at.invoker.events;
      assert.equal(event?.requestContext.routeKey, routeKey, source);
      if (event !== undefined) assert.equal(event.body, body);
      assert.match(at.lines[0] ?? '', /^MESSAGE \/dev \S+ (200|403|500) [\d.]+ ms /);
    });
  }

  it('carries who connected and the authorizer context on every message', async () => {
    const routes = { ...AUTHORIZED, $default: { functionName: 'fn', repliesToClient: true } };
    const fn: Handler = (event) => ({ statusCode: 200, body: JSON.stringify(event.requestContext) });
    const running = await startApi(anApi(routes), { connect: OK, auth: policy('Allow'), fn });
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev?token=t`);

    client.send('one');
    client.send('two');
    const first = JSON.parse(await client.next());
    const second = JSON.parse(await client.next());

    for (const context of [first, second]) {
      assert.equal(context.authorizer.principalId, 'alice');
      assert.equal(context.authorizer.role, 'admin');
      assert.equal(context.authorizer.level, '3');
      assert.equal(context.eventType, 'MESSAGE');
    }
    assert.equal(first.connectionId, running.at.invoker.events[1]?.requestContext.connectionId);
    assert.notEqual(first.messageId, second.messageId);
  });

  it('calls the function in the order of arrival, and no slow answer delays another', async () => {
    const release = Promise.withResolvers<undefined>();
    const fn: Handler = async (event) => {
      if (event.body === 'slow') await release.promise;
      return { statusCode: 200, body: event.body };
    };
    const api = anApi({ $default: { functionName: 'fn', repliesToClient: true } });
    const running = await startApi(api, { fn });
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev`);

    client.send('slow');
    client.send('fast');
    const first = await client.next();
    release.resolve(undefined);
    const second = await client.next();

    assert.deepEqual([first, second], ['fast', 'slow']);
    assert.deepEqual(
      running.at.invoker.events.map((event) => event.body),
      ['slow', 'fast'],
    );
  });

  it('ends a connection whose API or stage no longer exists', async () => {
    const at = somePorts(anApi({ $default: { functionName: 'fn' } }), { fn: OK });
    const socket = new FakeSocket();
    const connection = at.connections.open(aDetail({ stageName: 'gone' }), socket);

    assert.equal(await message(connection, 'hello', at), undefined);

    assert.deepEqual(socket.closures, [GOING_AWAY]);
    assert.equal(at.connections.count, 0);
  });
});

describe('disconnect', () => {
  it('swallows what the function throws and writes a line about it', async () => {
    const at = somePorts(anApi({ $disconnect: { functionName: 'fn' } }), { fn: FAILS });

    await disconnect(aDetail(), { code: 1001, reason: 'Going away' }, at);

    assert.match(
      at.lines[0] ?? '',
      /^DISCONNECT \/dev \$disconnect 1001 [\d.]+ ms integrate \(Error: boom\)$/,
    );
  });

  it('calls no function without a $disconnect route', async () => {
    const at = somePorts(anApi({}), {});

    await disconnect(aDetail(), { code: 1000, reason: '' }, at);

    assert.deepEqual(at.invoker.events, []);
  });
});
