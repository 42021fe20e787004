/** The client library against the functions, over a network that does what networks do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ChannelClient } from '#shared/websocket/client/channel-client.ts';
import { ConnectionProblem } from '#shared/websocket/client/connection-problem.ts';
import type { ChannelMessage, Gap } from '#shared/websocket/client/subscription.ts';
import type { Member } from '#shared/websocket/frames.ts';
import { ChannelNetwork } from '../../../support/a-channel-network.ts';
import { ADA, ChannelWorld, EVERYTHING, NOW_MS } from '../../../support/a-channel-world.ts';
import type { Caller } from '../../../support/a-channel-world.ts';

const URL = 'wss://example';
const caller = (sub: string, over: Caller = {}): Caller => ({
  ...ADA,
  principalId: `main|${sub}`,
  sub,
  ...over,
});

type Heard = { readonly messages: ChannelMessage[]; readonly gaps: Gap[]; readonly errors: string[] };

function listen(client: ChannelClient, channel: string, after?: { log: number; seq: number }): Heard {
  const heard: Heard = { messages: [], gaps: [], errors: [] };
  client.subscribe(
    channel,
    {
      message: (message) => heard.messages.push(message),
      gap: (gap) => heard.gaps.push(gap),
      error: ({ code }) => heard.errors.push(code),
    },
    after === undefined ? {} : { after },
  );
  return heard;
}

describe('the client library', () => {
  it('passes on every message once and in order, despite loss, delay, duplicates and faults', async () => {
    const run = fc.asyncProperty(fc.integer({ min: 1 }), async (seed) => {
      const network = new ChannelNetwork({ seed, slowMs: 400, lost: 0.1, twice: 0.1, silentEnds: 0.3 });
      const clients = Array.from(
        { length: 4 },
        (_, index) =>
          new ChannelClient(
            network.host(() => caller(`u${index}`)),
            { url: URL },
          ),
      );
      const heard = clients.map((client) => listen(client, 'rooms/1'));
      await network.run(60_000);
      const published: Promise<number>[] = [];
      for (let index = 0; index < 40; index += 1) {
        const client = clients[index % clients.length]!;
        published.push(client.publish('rooms/1', index));
        if (network.fraction() < 0.3) {
          const { open } = network;
          network.breakLine(open[Math.floor(network.fraction() * open.length)] ?? '');
        }
        await network.run(network.fraction() * 800);
      }
      // The last one of all is found by a ping, at the latest.
      await network.run(400_000);

      await Promise.all(published);
      for (const { messages, gaps, errors } of heard) {
        assert.deepEqual(
          [...messages.map(({ data }) => data as number)].sort((a, b) => a - b),
          [...Array(40).keys()],
        );
        assert.deepEqual(
          messages.map(({ id }) => id),
          heard[0]!.messages.map(({ id }) => id),
        );
        assert.deepEqual([gaps, errors], [[], []]);
      }
      clients.forEach((client) => client.close());
    });
    await fc.assert(run, { numRuns: 6 });
  });

  it('drops what one client publishes twice, and nothing of other clients that use the same id', async () => {
    const network = new ChannelNetwork({ seed: 1 });
    const client = new ChannelClient(
      network.host(() => caller('ada')),
      { url: URL },
    );
    const heard = listen(client, 'rooms/1');
    await network.run(10_000);
    const publish = async (sub: string, data: string) => {
      const text = JSON.stringify({ action: 'publish', id: 'order-17', channel: 'rooms/1', data });
      return await network.world.sayText(sub, text, caller(sub));
    };
    for (const [sub, data] of [
      ['eve', 'forged'],
      ['eve', 'forged again'],
      ['service', 'paid'],
    ] as const)
      assert.equal((await publish(sub, data)).type, 'published');
    await network.run(10_000);

    assert.deepEqual(
      heard.messages.map(({ data }) => data),
      ['forged', 'paid'],
    );
    client.close();
  });

  it('refuses to send what would end its connection, and continues', async () => {
    const network = new ChannelNetwork({ seed: 1 });
    const client = new ChannelClient(
      network.host(() => caller('ada')),
      { url: URL },
    );
    const heard = listen(client, 'rooms/1');
    const most = 'ä'.repeat(16_300);
    const refused = assert.rejects(client.publish('rooms/1', `${most}${'ä'.repeat(100)}`), {
      code: 'too-large',
    });
    const published = client.publish('rooms/1', most);
    await network.run(60_000);

    await refused;
    assert.equal(await published, 1);
    assert.deepEqual(
      heard.messages.map(({ data }) => data),
      [most],
    );
    client.close();
  });

  it('continues at its last position, in another client too', async () => {
    const network = new ChannelNetwork({ seed: 7 });
    const first = new ChannelClient(network.host(), { url: URL });
    const subscription = first.subscribe('rooms/1', { message: () => undefined });
    await network.run(5_000);
    const publishing = first.publish('rooms/1', 'a');
    await network.run(5_000);
    await publishing;
    const { position } = subscription;
    first.close();
    const other = new ChannelClient(network.host(), { url: URL });
    for (const data of ['b', 'c']) {
      void other.publish('rooms/1', data);
      await network.run(5_000);
    }

    const heard = listen(other, 'rooms/1', position);
    await network.run(5_000);

    assert.deepEqual(
      heard.messages.map(({ data }) => data),
      ['b', 'c'],
    );
    other.close();
  });

  it('reports a gap if what it missed is no longer stored', async () => {
    const network = new ChannelNetwork({ seed: 8 }, new ChannelWorld({ keptSeconds: 60 }));
    const { world } = network;
    const publisher = new ChannelClient(network.host(), { url: URL });
    for (let index = 0; index < 3; index += 1) void publisher.publish('rooms/1', index);
    await network.run(120_000);
    void publisher.publish('rooms/1', 3);
    await network.run(20_000);
    const log = Number([...world.items.values()].find((item) => 'log' in item)?.['log']);

    const heard = listen(publisher, 'rooms/1', { log, seq: 1 });
    await network.run(20_000);

    assert.deepEqual(heard.gaps, [{ channel: 'rooms/1', from: 2, to: 3 }]);
    assert.deepEqual(
      heard.messages.map(({ seq }) => seq),
      [4],
    );
    publisher.close();
  });

  it('reports a barred client, by one clear error and nothing else', async () => {
    const network = new ChannelNetwork({ seed: 9 });
    const barred = caller('eve', {
      channels: JSON.stringify({ space: 'chat', subscribe: ['rooms/public'] }),
    });
    const eve = new ChannelClient(
      network.host(() => barred),
      { url: URL },
    );
    const ada = new ChannelClient(network.host(), { url: URL });
    const heard = listen(eve, 'rooms/1');
    await network.run(5_000);
    void ada.publish('rooms/1', 'secret');
    const refused = assert.rejects(eve.publish('rooms/1', 'spam'), { code: 'forbidden' });
    await network.run(20_000);

    await refused;
    assert.deepEqual(heard, { messages: [], gaps: [], errors: ['forbidden'] });
    eve.close();
    ada.close();
  });

  it('reconnects with a new credential before the old one ends, and misses nothing', async () => {
    const network = new ChannelNetwork({ seed: 10 });
    let tokens = 0;
    const renewed = (): Caller => {
      tokens += 1;
      return caller('ada', { exp: String(Math.ceil((NOW_MS + network.nowMs) / 1000) + 300) });
    };
    const ada = new ChannelClient(network.host(renewed), { url: URL });
    const heard = listen(ada, 'rooms/1');
    const bob = new ChannelClient(
      network.host(() => caller('bob')),
      { url: URL },
    );
    await network.run(2_000);
    for (let index = 0; index < 60; index += 1) {
      void bob.publish('rooms/1', index);
      await network.run(20_000);
    }
    assert.deepEqual(
      heard.messages.map(({ data }) => data),
      [...Array(60).keys()],
    );
    assert.deepEqual(heard.gaps, []);
    assert.ok(tokens >= 4, `${tokens} connections`);
    ada.close();
    bob.close();
  });

  it('uses a fixed token as long as the server accepts it, and then stops and says so', async () => {
    const network = new ChannelNetwork({ seed: 12 });
    let connections = 0;
    const problems: unknown[] = [];
    const states: string[] = [];
    const end = Math.ceil(NOW_MS / 1000) + 12;
    const ada = new ChannelClient(
      network.host(() => {
        connections += 1;
        return caller('ada', { exp: String(end) });
      }),
      {
        url: URL,
        token: 'e30',
        onState: (state) => states.push(state),
        onProblem: (error) => problems.push(error),
      },
    );
    const heard = listen(ada, 'rooms/1');
    const listed: (readonly Member[])[] = [];
    ada.subscribe('rooms/2', { message: () => undefined, members: (members) => listed.push(members) });
    await network.run(60_000);

    assert.deepEqual([connections, states], [1, ['connecting', 'open', 'closed']]);
    assert.ok(listed.every((members) => members.length <= 1));
    const [problem] = problems;
    assert.ok(problem instanceof ConnectionProblem);
    assert.deepEqual([problem.code, problem.isFinal, problems.length], ['refused', true, 1]);
    assert.match(
      problem.message,
      /credential has expired.*The client stops.*a function that returns a new token/,
    );
    assert.deepEqual(heard.errors, ['refused']);
  });

  for (const skewSeconds of [30, 120])
    it(`asks a function that returns the old token ever more rarely, and stops in the end (accepted ${skewSeconds} s longer)`, async () => {
      const network = new ChannelNetwork({ seed: 13 });
      let connections = 0;
      let tokens = 0;
      const problems: unknown[] = [];
      const end = Math.ceil(NOW_MS / 1000) + 12;
      const host = network.host(() => {
        connections += 1;
        return caller('ada', { exp: String(end) });
      });
      host.failureOf = () => ({ status: 401 });
      const connect = host.connect.bind(host);
      host.connect = (url, protocols) => {
        if (network.nowMs <= 12_000 + skewSeconds * 1000) return connect(url, protocols);
        const socket = connect(url, protocols);
        socket.close();
        network.after(5, () => socket.onerror?.({} as never));
        return socket;
      };
      const ada = new ChannelClient(host, {
        url: URL,
        token: () => {
          tokens += 1;
          return 'e30';
        },
        onProblem: (error) => problems.push(error),
      });
      const heard = listen(ada, 'rooms/1');
      await network.run(600_000);

      assert.ok(tokens < 16 && connections <= 4, `${tokens} tokens, ${connections} connections`);
      assert.ok(problems.length >= 3 && problems.every((each) => each instanceof ConnectionProblem));
      assert.deepEqual([ada.state, heard.errors], ['closed', ['refused']]);
    });

  it('reconnects before API Gateway ends the connection after two hours', async () => {
    const network = new ChannelNetwork({ seed: 11 });
    let connections = 0;
    const client = new ChannelClient(
      network.host(() => {
        connections += 1;
        return ADA;
      }),
      { url: URL },
    );
    await network.run(7_190_000);
    assert.equal(connections, 2);
    assert.equal(client.state, 'open');
    client.close();
  });

  it('knows who is present, and within two ping intervals who has died without notice', async () => {
    const run = fc.asyncProperty(fc.integer({ min: 1 }), async (seed) => {
      const network = new ChannelNetwork({ seed, silentEnds: 1 });
      let members: readonly Member[] = [];
      const subs = ['ada', 'bob', 'cyd', 'dan'];
      const clients = subs.map((sub) => {
        const client = new ChannelClient(
          network.host(() => caller(sub)),
          { url: URL },
        );
        const watch = sub === 'ada' ? (list: readonly Member[]) => void (members = list) : () => undefined;
        client.subscribe('rooms/1', { message: () => undefined, members: watch });
        return client;
      });
      await network.run(30_000 + network.fraction() * 120_000);
      assert.deepEqual(
        members.map(({ sub }) => sub).sort(),
        subs.map((sub) => `main|${sub}`),
      );

      // Nobody is told: neither they nor the function that would be.
      const lines = network.open;
      clients[1]!.close();
      clients[2]!.close();
      network.breakLine(lines[1]!);
      network.breakLine(lines[2]!);
      await network.run(2 * 60_000);

      assert.deepEqual(members.map(({ sub }) => sub).sort(), ['main|ada', 'main|dan']);
      clients.forEach((client) => client.close());
    });
    await fc.assert(run, { numRuns: 6 });
  });

  it('asks to join again if it counts as gone although it is there', async () => {
    const network = new ChannelNetwork({ seed: 12 });
    const lists: string[][] = [];
    const client = new ChannelClient(network.host(), { url: URL });
    client.subscribe('rooms/1', {
      message: () => undefined,
      members: (list) => lists.push(list.map(({ sub }) => sub)),
    });
    await network.run(5_000);
    for (const name of network.world.items.keys())
      if (name.startsWith('presence#')) network.world.items.delete(name);
    await network.run(130_000);

    assert.ok([...network.world.items.keys()].some((name) => name.startsWith('presence#')));
    assert.deepEqual(lists.at(-1), ['main|ada']);
    client.close();
  });

  it('ends what is refused and continues with the rest', async () => {
    const network = new ChannelNetwork({ seed: 13 });
    const some = caller('ada', {
      channels: EVERYTHING.replace('"subscribe":["**"]', '"subscribe":["rooms/*"]'),
    });
    const client = new ChannelClient(
      network.host(() => some),
      { url: URL },
    );
    const refused = listen(client, 'other/1');
    const heard = listen(client, 'rooms/1');
    await network.run(5_000);
    void client.publish('rooms/1', 'x');
    await network.run(5_000);

    assert.deepEqual(refused.errors, ['forbidden']);
    assert.equal(heard.messages.length, 1);
    assert.throws(
      () => client.subscribe('rooms/1', { message: () => undefined }),
      /already has a subscription/,
    );
    client.close();
    await assert.rejects(client.publish('rooms/1', 'late'), { code: 'closed' });
  });
});
