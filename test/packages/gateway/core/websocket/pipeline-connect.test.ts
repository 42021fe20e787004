import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Connections } from '../../../../../packages/gateway/core/websocket/connections.ts';
import { anApi, AUTHORIZED, FAILS, OK, policy, SLOW } from './fixture.ts';
import { open, shakeHands, startApi } from './server.ts';
import type { InvocationResult } from '../../../../../packages/gateway/core/ports.ts';
import type { Handler, RouteOptions } from './fixture.ts';

describe('connect', () => {
  type Row = {
    readonly name: string;
    readonly routes: Readonly<Record<string, RouteOptions>>;
    readonly handlers?: Readonly<Record<string, Handler | InvocationResult>>;
    readonly path?: string;
    readonly status: number;
    readonly body?: string;
    readonly source: string;
  };
  const withConnect = { $connect: { functionName: 'connect' } };
  const rows: readonly Row[] = [
    {
      name: 'accepts if there is no $connect route',
      routes: { $default: { functionName: 'connect' } },
      status: 101,
      source: 'docs/aws §11.1',
    },
    {
      name: 'accepts if $connect has no integration',
      routes: { $connect: {} },
      status: 101,
      source: 'docs/aws §11.1',
    },
    {
      name: 'accepts what the function answers with 2xx',
      routes: withConnect,
      status: 101,
      source: 'docs/aws §11.1',
    },
    {
      name: 'accepts a query and a trailing slash behind the stage',
      routes: withConnect,
      path: '/dev/?t=1',
      status: 101,
      source: 'docs/aws §11.1',
    },
    {
      name: 'returns any other status without the body',
      routes: withConnect,
      handlers: { connect: () => ({ statusCode: 418, body: 'secret' }) },
      status: 418,
      body: '',
      source: 'docs/aws §11.1',
    },
    {
      name: 'answers 502 if the function fails',
      routes: withConnect,
      handlers: { connect: FAILS },
      status: 502,
      body: '{"message": "Internal server error"}',
      source: 'docs/aws §3.7',
    },
    {
      name: 'answers 502 if the answer is malformed',
      routes: withConnect,
      handlers: { connect: () => 'yes' },
      status: 502,
      source: 'docs/aws §11.1',
    },
    {
      name: 'answers 502 if a header of the function carries a line break',
      routes: withConnect,
      handlers: { connect: () => ({ statusCode: 200, headers: { 'x-a': 'b\r\nset-cookie: c' } }) },
      status: 502,
      source: 'response splitting',
    },
    {
      name: 'answers 504 if the function is too slow',
      routes: withConnect,
      handlers: { connect: SLOW },
      status: 504,
      source: 'docs/aws §11.1',
    },
    {
      name: 'answers 500 if there is no such function',
      routes: { $connect: { functionName: 'nobody' } },
      status: 500,
      source: 'docs/aws §3.7',
    },
    {
      name: 'answers 403 on an unknown stage',
      routes: withConnect,
      path: '/prod',
      status: 403,
      body: '{"message":"Forbidden"}',
      source: 'docs/aws §1.1 step 0',
    },
    {
      name: 'answers 404 on a path below the stage',
      routes: withConnect,
      path: '/dev/room',
      status: 404,
      source: 'docs/aws §11.1 (inferred)',
    },
    {
      name: 'answers 414 on a URL over 4,096 characters',
      routes: withConnect,
      path: `/dev?t=${'x'.repeat(4096)}`,
      status: 414,
      source: 'docs/aws §11.6',
    },
    {
      name: 'refuses a handshake without the API key that $connect needs',
      routes: { $connect: { functionName: 'connect', apiKeyRequired: true } },
      status: 403,
      body: '{"message":"Forbidden"}',
      source: 'docs/aws §11.1',
    },
    {
      name: 'answers 403 to an unsigned handshake if IAM authorizes',
      routes: {
        $connect: {
          functionName: 'connect',
          authorization: { kind: 'iam', unsigned: 'MISSING_AUTHENTICATION_TOKEN' },
        },
      },
      status: 403,
      body: '{"message":"Missing Authentication Token"}',
      source: 'docs/aws §4.6',
    },
    {
      name: 'answers 401 if an identity source is missing, without asking the authorizer',
      routes: AUTHORIZED,
      handlers: { auth: FAILS },
      status: 401,
      body: '{"message":"Unauthorized"}',
      source: 'docs/aws §4.7',
    },
    {
      name: 'answers 401 if the authorizer says Unauthorized',
      routes: AUTHORIZED,
      handlers: {
        auth: () => {
          throw new Error('Unauthorized');
        },
      },
      path: '/dev?token=t',
      status: 401,
      source: 'docs/aws §4.7',
    },
    {
      name: 'answers 500 if the authorizer fails',
      routes: AUTHORIZED,
      handlers: { auth: FAILS },
      path: '/dev?token=t',
      status: 500,
      body: '{"message":null}',
      source: 'docs/aws §4.3',
    },
    {
      name: 'answers 403 if the policy denies',
      routes: AUTHORIZED,
      handlers: { auth: policy('Deny') },
      path: '/dev?token=t',
      status: 403,
      body: '{"Message":"User is not authorized to access this resource with an explicit deny"}',
      source: 'docs/aws §4.3',
    },
    {
      name: 'accepts if the policy allows $connect',
      routes: AUTHORIZED,
      handlers: { auth: policy('Allow') },
      path: '/dev?token=t',
      status: 101,
      source: 'docs/aws §4.7',
    },
  ];
  for (const { name, routes, handlers = {}, path = '/dev', status, body, source } of rows) {
    it(name, async () => {
      const running = await startApi(anApi(routes), { connect: OK, ...handlers });
      after(() => running.close());

      const handshake = await shakeHands(`ws://${running.host}${path}`);

      assert.equal(handshake.kind === 'open' ? 101 : handshake.status, status, source);
      if (body !== undefined) assert.equal(handshake.kind === 'refused' && handshake.body, body, source);
      assert.match(running.at.lines[0] ?? '', new RegExp(`^GET /\\S* ${status} [\\d.]+ ms `));
    });
  }

  it('gives the function the handshake and the id of the connection', async () => {
    const running = await startApi(anApi({ $connect: { functionName: 'connect' } }), { connect: OK });
    after(() => running.close());

    await open(`ws://${running.host}/dev?room=1`, { headers: { 'X-Custom': 'yes' } });

    const [event] = running.at.invoker.events;
    assert.equal(event?.requestContext.routeKey, '$connect');
    assert.equal(event.requestContext.eventType, 'CONNECT');
    assert.match(event.requestContext.connectionId, /^[A-Za-z0-9_-]{14,15}=$/);
    assert.equal(event.headers?.['X-Custom'], 'yes');
    assert.deepEqual(event.queryStringParameters, { room: '1' });
    assert.deepEqual(event.stageVariables, { table: 'blue' });
    assert.equal(event.body, undefined);
  });

  it('asks the authorizer about the very connection that $connect then gets', async () => {
    const running = await startApi(anApi(AUTHORIZED), { connect: OK, auth: policy('Allow') });
    after(() => running.close());

    await open(`ws://${running.host}/dev?token=t`);

    const [asked, connected] = running.at.invoker.events;
    assert.equal(asked?.type, 'REQUEST');
    assert.equal(asked.methodArn, 'arn:aws:execute-api:us-east-1:123456789012:abc123defg/dev/$connect');
    assert.equal(asked.requestContext.connectionId, connected?.requestContext.connectionId);
  });

  const protocols: readonly {
    readonly name: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly expected: string | undefined;
  }[] = [
    { name: 'negotiates no subprotocol itself', headers: {}, expected: undefined },
    {
      name: 'negotiates the subprotocol that the function names',
      headers: { 'Sec-WebSocket-Protocol': 'chat.2' },
      expected: 'chat.2',
    },
  ];
  for (const { name, headers, expected } of protocols) {
    it(name, async () => {
      const connect: Handler = () => ({ statusCode: 200, headers });
      const running = await startApi(anApi({ $connect: { functionName: 'connect' } }), { connect });
      after(() => running.close());

      // A browser fails without the header, as on AWS; this client reports what came.
      const handshake = shakeHands(`ws://${running.host}/dev`, {}, ['chat.1', 'chat.2']);

      if (expected === undefined) await assert.rejects(handshake, /no subprotocol/i);
      else assert.equal((await handshake).headers['sec-websocket-protocol'], expected);
    });
  }

  it("sends the function's other headers on the 101, but none that would break the upgrade", async () => {
    const connect: Handler = () => ({
      statusCode: 200,
      headers: { 'Set-Cookie': 'a=b', 'Content-Length': '5', Upgrade: 'h2c', 'Sec-WebSocket-Accept': 'x' },
    });
    const running = await startApi(anApi({ $connect: { functionName: 'connect' } }), { connect });
    after(() => running.close());

    const { kind, headers } = await shakeHands(`ws://${running.host}/dev`);

    assert.equal(kind, 'open');
    assert.deepEqual(headers['set-cookie'], ['a=b']);
    assert.equal(headers['content-length'], undefined);
  });

  it('answers 429 if the gateway has the maximum number of connections', async () => {
    class FullConnections extends Connections {
      override get isFull(): boolean {
        return true;
      }
    }
    const api = anApi({});
    const running = await startApi(api, {}, undefined, (clock) => new FullConnections(clock));
    after(() => running.close());

    const handshake = await shakeHands(`ws://${running.host}/dev`);

    assert.equal(handshake.kind === 'refused' && handshake.status, 429);
  });
});
