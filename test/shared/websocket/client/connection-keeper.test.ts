import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ChannelClient } from '#shared/websocket/client/channel-client.ts';
import { ConnectionKeeper } from '#shared/websocket/client/connection-keeper.ts';
import { ConnectionProblem } from '#shared/websocket/client/connection-problem.ts';
import type { HandshakeFailure } from '#shared/websocket/client/connection-problem.ts';
import type { Host, Socket } from '#shared/websocket/client/host.ts';
import { ChannelNetwork } from '../../../support/a-channel-network.ts';
import { ADA } from '../../../support/a-channel-world.ts';

describe('a connection that is kept', () => {
  it('says why it could not even be tried, and is tried again', async () => {
    const network = new ChannelNetwork({ seed: 15 });
    const host = network.host(() => ADA);
    const connect = host.connect.bind(host);
    // A WebSocket throws for a subprotocol with a blank.
    host.connect = (url, protocols) => {
      if (protocols.some((protocol) => protocol.includes(' '))) throw new SyntaxError('subprotocol');
      return connect(url, protocols);
    };
    const tokens = ['', 'Bearer e30', 'e30'].values();
    const problems: unknown[] = [];
    const states: string[] = [];
    const client = new ChannelClient(host, {
      url: 'wss://example',
      token: () => {
        const { value: token = 'e30' } = tokens.next();
        if (token === '') throw new RangeError('signed out');
        return token;
      },
      onState: (state) => states.push(state),
      onProblem: (error) => problems.push(error),
    });
    await network.run(10_000);
    client.close();

    const [signedOut, unusable] = problems;
    assert.deepEqual(signedOut, new RangeError('signed out'));
    assert.ok(unusable instanceof ConnectionProblem);
    assert.deepEqual([unusable.code, unusable.isFinal, problems.length], ['invalid', false, 2]);
    assert.deepEqual(states, ['connecting', 'open', 'closed']);
  });

  it('is made again with more patience each time if it is accepted and not answered', async () => {
    const network = new ChannelNetwork({ seed: 14, lost: 1 });
    const connectedMs: number[] = [];
    const host = network.host(() => {
      connectedMs.push(network.nowMs);
      return ADA;
    });
    // The longest pause that there may be.
    host.fraction = () => 0.999;
    const client = new ChannelClient(host, { url: 'wss://example' });
    await network.run(180_000);
    client.close();
    const pauses = connectedMs.slice(1).map((at, index) => at - (connectedMs[index] ?? 0));

    // 10 s until a connection counts as dead, and the pause before the next one, which doubles.
    for (const [index, least] of [10_600, 11_100, 12_100, 14_100, 18_100, 26_000, 30_000].entries())
      assert.ok((pauses[index] ?? 0) >= least, `${index}: ${pauses.join(', ')}`);
  });
});

type Made = Socket & { readonly sent: string[]; readonly closedWith: (number | undefined)[] };

/**
 * A host whose timers go off on request, in the order of their time; to cancel a timer that is over is an
 * error.
 */
class HandHost implements Host {
  readonly sockets: Made[] = [];
  readonly waiting = new Map<number, { readonly ms: number; readonly run: () => void }>();
  #timers = 0;

  connect(): Socket {
    const sent: string[] = [];
    const closedWith: (number | undefined)[] = [];
    const socket: Made = {
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      sent,
      closedWith,
      send: (text) => void sent.push(text),
      close: (code) => void closedWith.push(code),
    };
    this.sockets.push(socket);
    return socket;
  }
  failure: HandshakeFailure = {};
  failureOf = (): HandshakeFailure => this.failure;
  warn = (): void => undefined;
  nowMs = (): number => 0;
  fraction = (): number => 0.5;
  newId = (): string => 'q';
  after(ms: number, run: () => void): () => void {
    const timer = (this.#timers += 1);
    this.waiting.set(timer, { ms, run });
    return () => assert.ok(this.waiting.delete(timer), 'a timer is cancelled that is none any more');
  }
  async goOff(): Promise<void> {
    const [next] = [...this.waiting].toSorted(([, one], [, other]) => one.ms - other.ms);
    assert.ok(next !== undefined);
    this.waiting.delete(next[0]);
    next[1].run();
    await turn();
  }
}

describe('one connection after the other', () => {
  async function aKeeper(protocols: () => string[] | Promise<string[]> = () => [], isRenewable = true) {
    const host = new HandHost();
    const states: string[] = [];
    const problems: unknown[] = [];
    const refusals: unknown[] = [];
    const nothing = () => undefined;
    const keeper = new ConnectionKeeper(
      host,
      { url: () => 'wss://example', protocols, isRenewable },
      {
        opened: nothing,
        frame: nothing,
        ping: () => 'ping',
        problem: (error) => problems.push(error),
        state: (state) => states.push(state),
        refused: (problem) => refusals.push(problem),
      },
    );
    keeper.start();
    await turn();
    return { host, keeper, states, problems, refusals };
  }
  const EVENT = {} as never;

  for (const [status, isRenewable, attempts] of [
    [400, false, 1],
    [401, false, 1],
    [403, false, 1],
    [404, false, 1],
    [401, true, 3],
    [403, true, 3],
    // Too many connections, or a fault of the server: both may pass.
    [429, false, undefined],
    [500, false, undefined],
    [undefined, false, undefined],
  ] as const)
    it(`that is refused with ${status ?? 'an unknown status'}, ${isRenewable ? 'with new credentials' : 'with the same credential'}, is ${attempts === undefined ? 'tried again' : `given up after ${attempts}`}`, async () => {
      const { host, states, problems, refusals } = await aKeeper(() => [], isRenewable);
      host.failure = { status, text: 'said' };
      for (let attempt = 0; attempt < (attempts ?? 6); attempt += 1) {
        host.sockets.at(-1)?.onerror?.(EVENT);
        if (host.waiting.size > 0) await host.goOff();
      }

      assert.equal(problems.length, attempts ?? 6, 'each attempt is reported');
      for (const problem of problems) assert.ok(problem instanceof ConnectionProblem);
      assert.equal((problems.at(-1) as ConnectionProblem).isFinal, attempts !== undefined);
      assert.equal(refusals.length, attempts === undefined ? 0 : 1);
      assert.equal(states.at(-1), attempts === undefined ? 'connecting' : 'closed');
      assert.equal(host.waiting.size === 0, attempts !== undefined, 'no attempt is planned');
    });

  it('that is refused while an earlier one is open continues with the earlier one', async () => {
    const { host, refusals, states } = await aKeeper(() => [], false);
    const [first] = host.sockets as [Made];
    first.onopen?.(EVENT);
    first.onmessage?.({
      data: JSON.stringify({ type: 'pong', pingAfterMs: 100_000, closesInMs: 10_000 }),
    } as never);
    await host.goOff();
    host.failure = { status: 401 };
    host.sockets.at(-1)?.onerror?.(EVENT);

    assert.deepEqual([host.sockets.length, refusals, states], [2, [], ['open']]);
  });

  it('that is renewed has one attempt at a time, whatever the open one hears or how it ends', async () => {
    const { host } = await aKeeper();
    const [first] = host.sockets as [Made];
    first.onopen?.(EVENT);
    const { onmessage, onclose } = first;
    const hear = () =>
      onmessage?.({
        data: JSON.stringify({ type: 'pong', pingAfterMs: 100_000, closesInMs: 4_000 }),
      } as never);
    hear();
    await host.goOff();
    assert.equal(host.sockets.length, 2);
    hear();
    onclose?.(EVENT);
    assert.deepEqual(
      [...host.waiting.values()].map(({ ms }) => ms),
      [15_000],
      'only the attempt that is on its way has a timer',
    );
    host.failure = { status: 500 };
    host.sockets[1]?.onerror?.(EVENT);
    assert.equal(host.waiting.size, 1, 'only the next attempt has a timer');
  });

  it('that fails twice over is tried again once, and keeps only the timer of the next try', async () => {
    const { host, states } = await aKeeper();
    const [socket] = host.sockets as [Made];
    const { onerror, onclose } = socket;
    onerror?.(EVENT);
    onclose?.(EVENT);

    assert.equal(host.waiting.size, 1);
    assert.deepEqual([states, socket.closedWith], [['connecting'], [1000]]);
    await host.goOff();
    assert.equal(host.sockets.length, 2);
  });

  it('that opens after it counted as failed is not taken, and not given up once it is open', async () => {
    const { host, states } = await aKeeper();
    const [late] = host.sockets as [Made];
    const { onopen, onerror } = late;
    onerror?.(EVENT);
    onopen?.(EVENT);
    await host.goOff();
    const { onopen: opens, onclose: ends } = host.sockets[1] as Made;
    opens?.(EVENT);
    ends?.(EVENT);

    assert.deepEqual([late.sent, host.sockets[1]?.sent], [[], ['ping']]);
    assert.deepEqual(states, ['connecting', 'open']);
  });

  it('whose credential never comes is given up after a minute, and tried again', async () => {
    const { host, problems } = await aKeeper(() => new Promise(() => undefined));
    assert.deepEqual(
      [...host.waiting.values()].map(({ ms }) => ms),
      [60_000],
    );
    await host.goOff();
    assert.match(String(problems[0]), /token\(\) or url\(\) has returned nothing for 60 s/);
    assert.equal(host.waiting.size, 1);
  });

  it('that is closed before its credential is there reports no problem, and does not try again', async () => {
    let fail: (error: Error) => void = () => undefined;
    const asked = new Promise<string[]>((_, reject) => (fail = reject));
    const { host, keeper, states, problems } = await aKeeper(() => asked);
    keeper.close();
    fail(new Error('signed out'));
    await turn();

    assert.deepEqual([problems, states], [[], ['closed']]);
    assert.deepEqual([host.sockets.length, host.waiting.size], [0, 0]);
  });

  it('whose credential expires while it is renewed is replaced by that attempt, without another one', async () => {
    const { host, keeper, states, problems } = await aKeeper();
    const [socket] = host.sockets as [Made];
    socket.onopen?.(EVENT);
    socket.onmessage?.({
      data: JSON.stringify({ type: 'pong', pingAfterMs: 90_000, closesInMs: 2000 }),
    } as never);
    await host.goOff();
    keeper.expired();

    assert.deepEqual([host.sockets.length, states], [2, ['open', 'connecting']]);
    assert.deepEqual(
      [...host.waiting.values()].map(({ ms }) => ms),
      [15_000],
    );
    assert.match(String(problems[0]), /token\(\) or url\(\) must return a valid credential/);
    (host.sockets[1] as Made).onopen?.(EVENT);
    assert.deepEqual(states, ['open', 'connecting', 'open']);
  });

  it('is pinged as the last answer said, each timer set once', async () => {
    const { host, keeper, states } = await aKeeper();
    const [socket] = host.sockets as [Made];
    socket.onopen?.(EVENT);
    const pong = { type: 'pong', pingAfterMs: 1000, closesInMs: Number.MAX_SAFE_INTEGER };
    for (let round = 0; round < 2; round += 1) {
      socket.onmessage?.({ data: JSON.stringify(pong) } as never);
      await host.goOff();
    }

    assert.equal(socket.sent.length, 3);
    keeper.close();
    assert.deepEqual([states, host.waiting.size], [['open', 'closed'], 0]);
  });
});
