import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { admitConnection } from '#shared/websocket/admit-connection.ts';
import { ADA, ChannelWorld } from '../../support/a-channel-world.ts';

describe('a connection', () => {
  it('counts against the number that its caller may have, without those that were left behind', async () => {
    const world = new ChannelWorld({ connectionsPerCaller: 2 });
    assert.deepEqual(
      [await world.connect('a='), await world.connect('b='), await world.connect('c=')],
      [200, 200, 429],
    );
    assert.equal(await world.connect('d=', { ...ADA, principalId: 'main|bob' }), 200);
    await world.disconnect('a=');
    assert.equal(await world.connect('c='), 200);
    world.nowMs += 16 * 60_000;
    await world.say('b=', { action: 'ping' });
    assert.deepEqual([await world.connect('e='), await world.connect('f=')], [200, 429]);
  });

  it('counts even if all are opened at the same time, and all the room that exists can be used', async () => {
    const world = new ChannelWorld();
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => world.connect(`c${index}=`)),
    );
    const listed = (kind: string) =>
      [...world.items.keys()].filter((name) => name.startsWith(`live#${kind}#`));
    assert.deepEqual(
      [
        statuses.filter((status) => status === 200).length,
        listed('caller').length,
        listed('connection').length,
      ],
      [20, 20, 20],
    );
    assert.equal(await world.connect('more='), 429);
  });

  for (const [index, message] of [
    { action: 'ping' },
    { action: 'unsubscribe', id: 'q', channel: 'rooms/1' },
    { action: 'subscribe', id: 'q' },
  ].entries())
    it(`stays one of so many while it sends anything: ${message.action}, ${index}`, async () => {
      const world = new ChannelWorld({ connectionsPerCaller: 1 });
      await world.connect('a=');
      for (let minutes = 0; minutes < 30; minutes += 9) {
        world.nowMs += 9 * 60_000;
        await world.say('a=', message);
      }
      assert.equal(await world.connect('b='), 429);
    });

  it('stays one of so many while its messages are over the limit of its caller', async () => {
    const world = new ChannelWorld({ connectionsPerCaller: 2, messagesPerCaller: 1 });
    await world.connect('a=');
    await world.connect('b=');
    for (let minutes = 0; minutes < 30; minutes += 9) {
      world.nowMs += 9 * 60_000;
      for (const id of ['a=', 'b=']) await world.publish(id, 'rooms/1', minutes);
    }
    assert.equal(await world.connect('c='), 429);
  });

  it('finds no room behind many that were left behind', async () => {
    const world = new ChannelWorld({ connectionsPerCaller: 300 });
    for (let index = 0; index < 250; index += 1) await world.connect(`left${index}=`);
    world.nowMs += 16 * 60_000;
    const ports = { ...world.ports, limits: { ...world.ports.limits, connectionsPerCaller: 2 } };
    const statuses: number[] = [];
    for (let index = 0; index < 4; index += 1)
      statuses.push((await admitConnection(ports, world.event(`open${index}=`))).statusCode);
    assert.deepEqual(statuses, [200, 200, 429, 429]);
  });

  it('removes everything, and announces in its presence channels that it has left', async () => {
    const world = new ChannelWorld();
    await world.connect('a=');
    for (const channel of ['rooms/1', 'rooms/1!here', 'rooms/2']) await world.subscribe('a=', channel);
    await world.deliverAll();
    await world.disconnect('a=');
    assert.deepEqual(
      [...world.items.keys()].filter((name) => /^(live|presence)#/.test(name)),
      [],
    );
    assert.equal(world.jobs.length, 1);
    await world.disconnect('a=');
    assert.equal(world.jobs.length, 1);
  });
});
