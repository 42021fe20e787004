/** The features for which the functions of the channels need their roles. */
import { listenersKey } from '#shared/websocket/channel-address.ts';
import { append } from '#shared/websocket/channel-log.ts';
import { deliver } from '#shared/websocket/deliver.ts';
import { endConnection } from '#shared/websocket/end-connection.ts';
import { toConnection } from '#shared/websocket/connection.ts';
import { channelsOf, interestItems } from '#shared/websocket/listeners.ts';
import { remember } from '#shared/websocket/live.ts';
import { spend } from '#shared/websocket/message-limit.ts';
import { heartbeat, join, listMembers, sweep } from '#shared/websocket/presence.ts';
import { runPublisher } from '#shared/websocket/run-publisher.ts';
import type { ChannelPorts } from '#shared/websocket/channel-ports.ts';
import { REAL_RANDOM } from '../support/real-quota-ports.ts';

export type Feature = { readonly name: string; readonly run: () => Promise<unknown> };

/** The table and the control port, called with certain credentials. */
type ChannelDesk = {
  readonly channels: ChannelPorts;
  handOver(): Promise<void>;
  /** Posts to an unknown connection. */
  post(): Promise<void>;
};

/** Ports with which every delivery succeeds at once, and nothing is sent. */
const UNTOLD = {
  sockets: { post: () => Promise.resolve('sent' as const) },
  random: REAL_RANDOM,
  timer: { pause: () => Promise.resolve() },
};

/** Uses new names at each try, because a feature would write less if it found the items of an earlier try. */
function aRoom() {
  const name = REAL_RANDOM.hex(12);
  const connection = { apiId: 'abcdef1234', stage: 'dev', connectionId: `${name}AA=` };
  const event = {
    ...connection,
    connectedAtEpochMs: Date.now(),
    authorizer: { principalId: `main|${name}` },
    subprotocols: [],
    body: '',
  };
  return { connection, event, channel: `chat:${name}`, presence: `chat:${name}!here` };
}

type Room = ReturnType<typeof aRoom>;

const MESSAGE = { id: 'x', data: 1 };

/** Returns the features that end a connection whose credential has expired. */
async function ending(mine: ChannelDesk, other: ChannelDesk, room: Room): Promise<readonly Feature[]> {
  await remember(other.channels, room.event);
  // The same state as after a `subscribe`: a listener of the presence channel is also in the channel.
  await other.channels.store.put(interestItems(toConnection(room.event), listenersKey(room.presence)));
  await join(other.channels, room.presence, room.connection, 'ada');
  return [
    { name: 'connections are removed', run: () => endConnection(mine.channels, room.connection) },
    { name: 'deliveries are handed over', run: () => mine.handOver() },
  ];
}

/** Returns the features that answer a message. */
async function answering(mine: ChannelDesk, other: ChannelDesk, room: Room): Promise<readonly Feature[]> {
  return [
    { name: 'messages are counted', run: () => spend(mine.channels, room.event, 1) },
    ...(await ending(mine, other, room)),
  ];
}

export const CHANNEL_FEATURES: Readonly<
  Record<string, (mine: ChannelDesk, other: ChannelDesk) => Promise<readonly Feature[]>>
> = {
  WsConnectRole: (mine) =>
    Promise.resolve([
      { name: 'connections are recorded', run: () => remember(mine.channels, aRoom().event) },
    ]),
  WsDisconnectRole: (mine, other) => ending(mine, other, aRoom()),
  WsUnsubscribeRole: (mine, other) => answering(mine, other, aRoom()),
  WsPublishRole: async (mine, other) => {
    const room = aRoom();
    return [
      ...(await answering(mine, other, room)),
      { name: 'messages are written', run: () => append(mine.channels, room.channel, [MESSAGE], 60) },
    ];
  },
  WsSubscribeRole: async (mine, other) => {
    const room = aRoom();
    const { connection, presence } = room;
    return [
      ...(await answering(mine, other, room)),
      {
        name: 'the channels of a connection are found',
        run: () => channelsOf(mine.channels.store, connection),
      },
      { name: 'a member becomes present', run: () => join(mine.channels, presence, connection, 'ada') },
      { name: 'members are listed', run: () => listMembers(mine.channels, presence) },
    ];
  },
  WsDefaultRole: async (mine, other) => {
    const room = aRoom();
    const { connection, presence } = room;
    return [
      ...(await answering(mine, other, room)),
      { name: 'pings are recorded', run: () => heartbeat(mine.channels, presence, connection) },
      { name: 'overdue members are noticed', run: () => sweep(mine.channels, presence) },
    ];
  },
  WsPublisherRole: async (mine, other) => {
    const room = aRoom();
    const { channel: address } = room;
    const carrying = { ...mine.channels, ...UNTOLD };
    return [
      ...(await ending(mine, other, room)),
      { name: 'messages are written', run: () => append(mine.channels, address, [MESSAGE], 60) },
      {
        name: 'messages are delivered',
        run: () => {
          const publications = [{ address, messages: [{ id: 'y', data: 1 }] }];
          return runPublisher(carrying, { kind: 'publish', publications });
        },
      },
      // A job of an earlier version does not name the log.
      { name: 'delivery jobs are carried out', run: () => deliver(carrying, { address, from: 1, to: 1 }) },
      { name: 'connections get messages', run: () => mine.post() },
    ];
  },
};
