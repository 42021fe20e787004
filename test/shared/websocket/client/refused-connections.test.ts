/** What a program learns if no connection can be made: over real sockets, with Node's class and with `ws`. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { WebSocket as WsSocket } from 'ws';
import { ChannelError, ConnectionProblem, connectChannels } from '#shared/entries/websocket-client.ts';
import type { SocketClass } from '#shared/entries/websocket-client.ts';
import { ChannelClient } from '#shared/websocket/client/channel-client.ts';
import { ChannelNetwork } from '../../../support/a-channel-network.ts';
import { ADA } from '../../../support/a-channel-world.ts';

const CLASSES: readonly (readonly [string, SocketClass | undefined])[] = [
  ['the WebSocket of Node', undefined],
  ['the package ws', WsSocket],
];

describe('connectChannels if the handshake is refused', () => {
  let server: Server;
  let handshakes = 0;
  before(async () => {
    server = createServer();
    server.on('upgrade', (request, socket) => {
      handshakes += 1;
      const status = request.url?.slice(1) ?? '';
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());
  const addressOf = (path: string): string =>
    `ws://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;

  for (const [name, webSocket] of CLASSES)
    for (const status of [401, 403])
      it(`stops at ${status}, reports it, and ends what waits (${name})`, async () => {
        const begun = handshakes;
        const states: string[] = [];
        const problems: unknown[] = [];
        const errors: unknown[] = [];
        const channels = connectChannels({
          url: addressOf(String(status)),
          token: 'e30',
          onState: (state) => states.push(state),
          onProblem: (error) => problems.push(error),
          ...(webSocket !== undefined && { webSocket }),
        });
        channels.subscribe('rooms/1', { message: () => undefined, error: (error) => errors.push(error) });
        const refused = await channels.publish('rooms/1', 'x').catch((error: unknown) => error);

        assert.ok(refused instanceof ChannelError);
        assert.equal(refused.code, 'refused');
        assert.match(refused.message, new RegExp(`with status ${status}`));
        const [problem] = problems;
        assert.ok(problem instanceof ConnectionProblem);
        assert.deepEqual([problem.status, problem.isFinal, problems.length], [status, true, 1]);
        assert.deepEqual(states, ['connecting', 'closed']);
        assert.deepEqual(errors, [refused]);
        // Node's own class sends a request that gets 401 twice, as fetch() does.
        assert.ok(handshakes - begun <= 2);
        await assert.rejects(channels.publish('rooms/1', 'y'), { code: 'refused' });
      });

  for (const [name, webSocket] of CLASSES)
    for (const { what, url, token, says } of [
      {
        what: 'an address that is none',
        url: 'shop.example/dev?ticket=t1',
        token: 'e30',
        says: /^the WebSocket refuses the address "shop\.example\/dev" \(.*\): pass an address such as wss:/,
      },
      {
        what: 'a token with its prefix',
        url: 'ws://127.0.0.1:9/dev',
        token: 'Bearer e30',
        says: /^the token cannot be sent as a subprotocol: pass it without Bearer/,
      },
      {
        what: 'an empty token',
        url: 'ws://127.0.0.1:9/dev',
        token: '',
        says: /^the token is empty: pass a token, or leave the option out/,
      },
      {
        what: 'a token that is no text',
        url: 'ws://127.0.0.1:9/dev',
        token: null as unknown as string,
        says: /^the token is not a text/,
      },
    ])
      for (const isRenewable of [false, true])
        it(`stops at ${what}${isRenewable ? ', after three attempts if it may change' : ''} (${name})`, async () => {
          const states: string[] = [];
          const problems: unknown[] = [];
          const channels = connectChannels({
            url: isRenewable ? () => url : url,
            token,
            onState: (state) => states.push(state),
            onProblem: (error) => problems.push(error),
            ...(webSocket !== undefined && { webSocket }),
          });
          const ended = await channels.publish('rooms/1', 'x').catch((error: unknown) => error);

          assert.ok(ended instanceof ChannelError);
          assert.equal(ended.code, 'refused');
          assert.match(ended.message, says);
          assert.match(ended.message, /\. The client stops$/);
          assert.doesNotMatch(ended.message, /ticket|e30/);
          assert.equal(problems.length, isRenewable ? 3 : 1);
          assert.ok(problems.every((each) => each instanceof ConnectionProblem && each.code === 'invalid'));
          assert.equal(states.at(-1), 'closed');
        });

  for (const [name, webSocket] of CLASSES)
    for (const hostname of ['127.0.0.1', 'localhost'])
      it(`reports a port of ${hostname} on which nobody listens, and tries again (${name})`, async () => {
        const closed = createServer();
        await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
        const { port } = closed.address() as AddressInfo;
        await new Promise((resolve) => closed.close(resolve));
        const problem = await new Promise<unknown>((resolve) => {
          const channels = connectChannels({
            url: `ws://${hostname}:${port}/dev`,
            onProblem: (error) => {
              channels.close();
              resolve(error);
            },
            ...(webSocket !== undefined && { webSocket }),
          });
        });

        assert.ok(problem instanceof ConnectionProblem);
        assert.deepEqual([problem.code, problem.isFinal], ['unreachable', false]);
        assert.match(
          problem.message,
          new RegExp(
            `^no connection: (.*, )?connect ECONNREFUSED 127\\.0\\.0\\.1:${port}\\. The client tries again$`,
          ),
        );
      });
});

describe('a publication without a connection', () => {
  const unreachable = (network: ChannelNetwork) => {
    const host = network.host(() => ADA);
    host.connect = () => {
      throw new Error('no network');
    };
    return host;
  };

  it('ends with an error after 30 s, or after the requested time', async () => {
    for (const [publishWaitMs, withinMs] of [
      [undefined, 30_000],
      [5_000, 5_000],
    ] as const) {
      const network = new ChannelNetwork({ seed: 3 });
      const client = new ChannelClient(unreachable(network), {
        url: 'wss://example',
        ...(publishWaitMs !== undefined && { publishWaitMs }),
      });
      const errors: unknown[] = [];
      client.publish('rooms/1', 'x').catch((error: unknown) => errors.push(error));
      await network.run(withinMs - 100);
      assert.equal(errors.length, 0);
      await network.run(200);
      client.close();

      const [ended] = errors;
      assert.ok(ended instanceof ChannelError);
      assert.equal(ended.code, 'no-connection');
      assert.match(
        ended.message,
        new RegExp(`^no connection for ${withinMs / 1000} s; the message was not published`),
      );
    }
  });

  it('warns once for each reason if no handler takes problems', async () => {
    const network = new ChannelNetwork({ seed: 4 });
    const client = new ChannelClient(unreachable(network), { url: 'wss://example' });
    await network.run(60_000);
    client.close();

    assert.deepEqual(network.warnings, ['gatewright channels: no network']);
  });

  it('ends if the server never answers, and says that it may have been published', async () => {
    const network = new ChannelNetwork({ seed: 5, lost: 1 });
    const client = new ChannelClient(network.host(), { url: 'wss://example', publishWaitMs: 1000 });
    const errors: unknown[] = [];
    client.publish('rooms/1', 'x').catch((error: unknown) => errors.push(error));
    await network.run(60_000);
    client.close();

    const [ended] = errors;
    assert.ok(ended instanceof ChannelError);
    assert.match(ended.message, /the message may have been published$/);
  });
});
