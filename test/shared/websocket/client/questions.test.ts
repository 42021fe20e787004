import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import { ChannelClient } from '#shared/websocket/client/channel-client.ts';
import { ChannelNetwork } from '../../../support/a-channel-network.ts';

describe('a question', () => {
  it('is asked again until it is accepted, less and less often', async () => {
    const network = new ChannelNetwork({ seed: 15 });
    const { courier } = network.world.ports;
    const deliver = courier.deliver.bind(courier);
    let asked = 0;
    courier.deliver = async (job): Promise<void> => {
      asked += 1;
      if (asked <= 8) throw new DomainError('TARGET_UNAVAILABLE', 'not now');
      return deliver(job);
    };
    const client = new ChannelClient(network.host(), { url: 'wss://example' });
    const published = client.publish('rooms/1', 'x');
    await network.run(5_000);
    const early = asked;
    await network.run(120_000);
    client.close();

    assert.ok(early < 6, `${early} within 5 s`);
    assert.equal(typeof (await published), 'number');
    assert.equal(asked, 9);
  });
});
