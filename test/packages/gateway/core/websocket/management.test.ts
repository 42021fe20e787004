import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { TokenBucket, TokenBuckets } from '../../../../../packages/gateway/core/metering/token-bucket.ts';
import { BUFFER_LIMIT_BYTES } from '../../../../../packages/gateway/core/websocket/limits.ts';
import { aDetail, anApi, API_ID, FakeSocket } from './fixture.ts';
import { idOf, ROUTES, sdk, start } from './sdk.ts';
import { open } from './server.ts';
import { createStageThrottle } from '../../../../../packages/gateway/control/serve-stage.ts';
import type { SeenEvent } from './fixture.ts';
import type { RunningApi } from './server.ts';

describe('@connections', () => {
  it('posts text to the client as one message', async () => {
    const running = await start();
    const client = await open(`ws://${running.host}/dev`);

    const result = await sdk(running).send(
      new PostToConnectionCommand({ ConnectionId: idOf(running), Data: '{"hello":"wörld"}' }),
    );

    assert.equal(await client.next(), '{"hello":"wörld"}');
    assert.equal(result.$metadata.httpStatusCode, 200);
    assert.match(result.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
  });

  it('posts bytes that are not UTF-8 as text that a client can accept', async () => {
    const running = await start();
    const client = await open(`ws://${running.host}/dev`);

    await sdk(running).send(
      new PostToConnectionCommand({ ConnectionId: idOf(running), Data: new Uint8Array([0x68, 0x69, 0xff]) }),
    );

    assert.equal(await client.next(), 'hi\ufffd');
  });

  it('posts a message of 128 KB in frames that the client joins', async () => {
    const running = await start();
    const client = await open(`ws://${running.host}/dev`);
    const data = 'x'.repeat(128 * 1024);

    await sdk(running).send(new PostToConnectionCommand({ ConnectionId: idOf(running), Data: data }));

    assert.equal(await client.next(), data);
  });

  it('describes the connection', async () => {
    const running = await start();
    await open(`ws://${running.host}/dev`, { headers: { 'User-Agent': 'tester/1' } });
    const connectedAt = running.at.clock.nowEpochMs();
    running.at.clock.pass(2000);
    await sdk(running).send(new PostToConnectionCommand({ ConnectionId: idOf(running), Data: 'x' }));

    const found = await sdk(running).send(new GetConnectionCommand({ ConnectionId: idOf(running) }));

    assert.equal(found.ConnectedAt?.getTime(), connectedAt);
    assert.equal(found.LastActiveAt?.getTime(), connectedAt + 2000);
    assert.deepEqual(found.Identity, { SourceIp: '127.0.0.1', UserAgent: 'tester/1' });
  });

  // https://docs.aws.amazon.com/apigatewaymanagementapi/latest/api/API_Identity.html requires both members; a client
  // that sent no User-Agent has none.
  it('describes a connection without a User-Agent', async () => {
    const running = await start();
    await open(`ws://${running.host}/dev`);

    const found = await sdk(running).send(new GetConnectionCommand({ ConnectionId: idOf(running) }));

    assert.deepEqual(found.Identity, { SourceIp: '127.0.0.1' });
  });

  it('ends the connection with 1000 and gives $disconnect the reason', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<SeenEvent>();
    const running = await start({ bye: resolve });
    const client = await open(`ws://${running.host}/dev`);

    const result = await sdk(running).send(new DeleteConnectionCommand({ ConnectionId: idOf(running) }));

    assert.equal(result.$metadata.httpStatusCode, 204);
    assert.equal((await client.closed).code, 1000);
    const { requestContext } = await ended;
    assert.equal(requestContext.disconnectStatusCode, 1000);
    assert.equal(requestContext.disconnectReason, 'Connection Closed Normally');
  });

  it('answers GoneException to a post from inside the $connect function of that connection', async () => {
    let outcome: unknown;
    const running: RunningApi = await start({
      connect: async (event) => {
        const { connectionId } = event.requestContext;
        const post = new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'welcome' });
        outcome = await sdk(running)
          .send(post)
          .catch((error: unknown) => error);
        return { statusCode: 200 };
      },
    });

    await open(`ws://${running.host}/dev`);

    assert.ok(outcome instanceof GoneException);
    assert.equal(outcome.$metadata.httpStatusCode, 410);
  });

  it('answers GoneException once the connection is closed', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<SeenEvent>();
    const running = await start({ bye: resolve });
    const client = await open(`ws://${running.host}/dev`);
    client.socket.close();
    await ended;

    const ConnectionId = idOf(running);
    const posted = sdk(running).send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));
    await assert.rejects(posted, GoneException);
    await assert.rejects(sdk(running).send(new GetConnectionCommand({ ConnectionId })), GoneException);
    await assert.rejects(sdk(running).send(new DeleteConnectionCommand({ ConnectionId })), GoneException);
  });

  const misuse: readonly {
    readonly name: string;
    readonly id: string;
    readonly data?: string;
    readonly expected: string;
    readonly status: number;
    readonly source: string;
  }[] = [
    {
      name: 'answers GoneException to a well-formed id that never was',
      id: 'AAAAAAAAAAAAAAA=',
      expected: 'GoneException',
      status: 410,
      source: 'docs/aws §11.5, localstack#4694',
    },
    {
      name: 'answers BadRequestException to a malformed id',
      id: 'abc',
      expected: 'BadRequestException',
      status: 400,
      source: 'docs/aws §11.5',
    },
    {
      name: 'answers BadRequestException to an id with a slash in it',
      id: '../../AAAAAA=',
      expected: 'BadRequestException',
      status: 400,
      source: 'docs/aws §11.5',
    },
    {
      name: 'answers PayloadTooLargeException to more than 128 KB',
      id: 'AAAAAAAAAAAAAAA=',
      data: 'x'.repeat(128 * 1024 + 1),
      expected: 'PayloadTooLargeException',
      status: 413,
      source: 'docs/aws §11.5',
    },
  ];
  for (const { name, id, data = 'x', expected, status, source } of misuse) {
    it(name, async () => {
      const running = await start();

      const post = sdk(running).send(new PostToConnectionCommand({ ConnectionId: id, Data: data }));

      await assert.rejects(post, (error) => {
        assert.ok(error instanceof ApiGatewayManagementApiServiceException, String(error));
        assert.equal(error.name, expected, source);
        assert.equal(error.$metadata.httpStatusCode, status, source);
        return true;
      });
    });
  }

  it('answers LimitExceededException when the client reads nothing', async () => {
    const running = await start();
    const { connectionId } = aDetail();
    const socket = new FakeSocket();
    running.at.connections.open(aDetail(), socket);
    socket.bufferedBytes = BUFFER_LIMIT_BYTES;

    const post = sdk(running).send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'x' }));

    await assert.rejects(post, LimitExceededException);
  });

  it('answers LimitExceededException beyond what the account may send, and counts every call', async () => {
    const { stages, ...api } = anApi(ROUTES);
    const stage = stages.get('dev');
    assert.ok(stage !== undefined);
    const account = new TokenBucket({ rateLimit: 0, burstLimit: 3 }, 0);
    const throttle = createStageThrottle(undefined, new TokenBuckets(), account);
    const running = await start({}, { ...api, stages: new Map([['dev', { ...stage, throttle }]]) });
    // The handshake is the first.
    const client = await open(`ws://${running.host}/dev`);
    const at = { ConnectionId: idOf(running) };

    await sdk(running).send(new GetConnectionCommand(at));
    await sdk(running).send(new PostToConnectionCommand({ ...at, Data: 'x' }));
    await assert.rejects(
      sdk(running).send(new PostToConnectionCommand({ ...at, Data: 'y' })),
      LimitExceededException,
    );
    await assert.rejects(sdk(running).send(new DeleteConnectionCommand(at)), LimitExceededException);

    assert.equal(await client.next(), 'x');
  });

  it('answers under the id of the API, as on the control port', async () => {
    const running = await start();
    const client = await open(`ws://${running.host}/dev`);

    await sdk(running, { stage: `${API_ID}/dev` }).send(
      new PostToConnectionCommand({ ConnectionId: idOf(running), Data: 'hi' }),
    );

    assert.equal(await client.next(), 'hi');
  });
});
