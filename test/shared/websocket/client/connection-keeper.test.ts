import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChannelClient } from '#shared/websocket/client/channel-client.ts';
import { ChannelNetwork } from '../../../support/a-channel-network.ts';
import { ADA } from '../../../support/a-channel-world.ts';

describe('a connection that is kept', () => {
  it('says why it could not even be tried, and is tried again', async () => {
    const network = new ChannelNetwork({ seed: 15 });
    const host = network.host(() => ADA);
    const connect = host.connect.bind(host);
    // As a WebSocket takes no subprotocol with a blank.
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

    assert.deepEqual(problems, [new RangeError('signed out'), new SyntaxError('subprotocol')]);
    assert.deepEqual(states, ['open', 'closed']);
  });

  it('is made anew with more patience each time where it is let in and not answered', async () => {
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
