import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import { leaveForGood } from '#shared/websocket/presence.ts';
import { ADA, ChannelWorld } from '../../support/a-channel-world.ts';

const HERE = 'rooms/1!here';
const BOB = { ...ADA, principalId: 'main|bob', sub: 'bob' };

/** Returns the members that joined and left, as the connection was told. */
async function messagesTo(world: ChannelWorld, connectionId: string): Promise<readonly string[]> {
  await world.deliverAll();
  return world
    .framesOf(connectionId)
    .flatMap((frame) => (frame.type === 'messages' ? frame.messages : []))
    .flatMap((entry) => ('event' in entry ? [`${entry.event} ${entry.member.sub}`] : []));
}

describe('joins and leaves', () => {
  it('are reported once for a repeated join, as after a lost answer', async () => {
    const world = new ChannelWorld();
    await world.subscribe('a=', HERE);
    for (let time = 0; time < 2; time += 1) await world.subscribe('b=', HERE, BOB);

    assert.deepEqual(await messagesTo(world, 'a='), ['join main|ada', 'join main|bob']);
  });

  it('are reported for a member who leaves the channel, stays connected, and is listed no more', async () => {
    const world = new ChannelWorld();
    await world.subscribe('a=', HERE);
    await world.subscribe('b=', HERE, BOB);
    await world.say('b=', { action: 'unsubscribe', id: 'u', channel: HERE }, BOB);

    assert.deepEqual(await messagesTo(world, 'a='), ['join main|ada', 'join main|bob', 'leave main|bob']);
    const again = await world.subscribe('a=', HERE);
    assert.deepEqual(again.type === 'subscribed' && again.members?.map(({ sub }) => sub), ['main|ada']);
  });

  it('are reported for a member who comes back', async () => {
    const world = new ChannelWorld();
    await world.subscribe('a=', HERE);
    await world.subscribe('b=', HERE, BOB);
    await world.say('b=', { action: 'unsubscribe', id: 'u', channel: HERE }, BOB);
    await world.subscribe('b=', HERE, BOB);

    assert.deepEqual((await messagesTo(world, 'a=')).slice(2), ['leave main|bob', 'join main|bob']);
  });

  it('keep no function announcing for longer than it may take, however many continue to leave', async () => {
    const world = new ChannelWorld();
    const address = `chat:${HERE}`;
    for (const name of ['a=', 'b=']) await world.subscribe(name, HERE);
    const teller = 'head#chat:rooms/1!here\nteller';
    let writes = 0;
    const { items } = world.ports;
    const leavingOn: ItemStore = {
      transact: (all) => items.transact(all),
      read: (key, options) => items.read(key, options),
      update: async (write) => {
        const outcome = await items.update(write);
        const found = world.items.get(teller);
        // Before each look whether that was all, another has left, and half a second has gone by.
        if (write.key.sk === 'teller' && found?.['teller'] !== undefined) {
          assert.ok((writes += 1) < 30, 'tells for ever');
          world.items.set(teller, { ...found, more: 1 });
          world.nowMs += 500;
        }
        return outcome;
      },
    };
    await leaveForGood({ ...world.ports, items: leavingOn }, address, world.event('b='));

    const { teller: who, more } = world.items.get(teller) ?? {};
    assert.deepEqual([who, more], [undefined, 1], 'the next who tells reads what is left');
  });
});
