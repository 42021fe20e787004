/** What the functions of the channels read and write in their table, as IAM evaluates it. */
import type { ItemStore, LiveStore } from '#shared/ports.ts';
import { runPublisher } from '#shared/websocket/run-publisher.ts';
import { ADA, ChannelWorld, NOW_MS } from './a-channel-world.ts';
import type { RecordingTable } from './table-calls.ts';

type Calls = Pick<RecordingTable, 'calls' | 'take'>;

/** A world whose table records the calls that it gets. */
function recordedWorld({ calls }: Calls): ChannelWorld {
  const world = new ChannelWorld();
  const note = (action: string, leadingKey: string): void =>
    void calls.push({
      action: `dynamodb:${action}`,
      resource: 'ConnectionsTable.Arn',
      leadingKey,
      attributes: [],
    });
  const { items, store } = { items: { ...world.ports.items }, store: { ...world.ports.store } };
  const recordedItems: Pick<ItemStore, 'update' | 'read'> = {
    update: (write) => {
      note(write.change.kind === 'put' ? 'PutItem' : 'UpdateItem', write.key.pk);
      return items.update(write);
    },
    read: (key, options) => (note('GetItem', key.pk), items.read(key, options)),
  };
  const recordedStore: LiveStore = {
    put: (kept) => {
      for (const { key } of kept) note('BatchWriteItem', key.pk);
      return store.put(kept);
    },
    remove: (keys) => {
      for (const { pk } of keys) note('BatchWriteItem', pk);
      return store.remove(keys);
    },
    page: (asked) => (note('Query', asked.pk), store.page(asked)),
  };
  Object.assign(world.ports.items, recordedItems);
  Object.assign(world.ports.store, recordedStore);
  return world;
}

/** Runs a function with messages, one of which arrives after the credential has expired. */
async function work(table: Calls, run: (world: ChannelWorld) => Promise<unknown>): Promise<void> {
  const world = recordedWorld(table);
  const ending = { ...ADA, exp: String(NOW_MS / 1000 + 600) };
  const present = async (): Promise<void> => {
    await world.connect('a=', ending);
    for (const channel of ['rooms/1', 'rooms/1!here']) await world.subscribe('a=', channel, ending);
    // Resets the channels to a state in which nothing was ever published and the limits of the last minute have passed.
    for (const name of world.items.keys()) if (/^(head|rate)#/.test(name)) world.items.delete(name);
    table.take();
  };
  await present();
  await run(world);
  const calls = table.take();
  await present();
  world.nowMs += 700_000;
  // Other connections have ended as well, and the function that had to announce this failed.
  world.items.set('head#chat:rooms/1!here\nteller', { more: 1 });
  await world.say('a=', { action: 'ping' }, ending);
  table.calls.push(...calls);
}

/** Returns, by role, what the function of the role does. */
export function channelRoles(table: () => Calls): Readonly<Record<string, () => Promise<void>>> {
  return {
    async WsConnectRole() {
      await recordedWorld(table()).connect('a=');
    },
    WsDisconnectRole: () => work(table(), (world) => world.disconnect('a=')),
    WsUnsubscribeRole: () =>
      work(table(), (world) => world.say('a=', { action: 'unsubscribe', id: 'q', channel: 'rooms/1!here' })),
    WsPublishRole: () => work(table(), (world) => world.publish('a=', 'rooms/1', 'x')),
    WsSubscribeRole: () =>
      work(table(), async (world) => {
        for (const channel of ['rooms/2', 'rooms/2!here']) await world.subscribe('b=', channel);
        const after = { log: 0, seq: 0 };
        await world.say('b=', { action: 'read', id: 'q', channel: 'rooms/2!here', after });
      }),
    WsDefaultRole: () =>
      work(table(), (world) =>
        world.say('a=', { action: 'ping', seen: { 'rooms/1!here': { log: 0, seq: 0 } } }),
      ),
    WsPublisherRole: () =>
      work(table(), async (world) => {
        world.gone.add('a=');
        const publications = [{ address: 'chat:rooms/1', messages: [{ id: 'x', data: 1 }] }];
        await runPublisher(world.ports, { kind: 'publish', publications });
        // The publisher reads items that other functions have written, such as a client's message.
        await runPublisher(world.ports, {
          kind: 'deliver',
          job: { address: 'chat:rooms/1', from: 1, to: 1 },
        });
      }),
  };
}
