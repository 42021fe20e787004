/** What the roles of the channels' functions are for. */
import { listenersKey } from '#shared/websocket/channel-address.ts';
import { append } from '#shared/websocket/channel-log.ts';
import { endConnection } from '#shared/websocket/end-connection.ts';
import { toConnection } from '#shared/websocket/connection.ts';
import { channelsOf, interestItems } from '#shared/websocket/listeners.ts';
import { remember } from '#shared/websocket/live.ts';
import { heartbeat, join, listMembers, sweep } from '#shared/websocket/presence.ts';
import { runPublisher } from '#shared/websocket/run-publisher.ts';
import type { ChannelPorts } from '#shared/websocket/channel-ports.ts';
import { REAL_RANDOM } from '../support/real-quota-ports.ts';

export type Feature = { readonly name: string; readonly run: () => Promise<unknown> };

/** The table and the control port, as a caller with some credentials reaches them. */
type ChannelDesk = {
  readonly channels: ChannelPorts;
  handOver(): Promise<void>;
  /** To an unknown connection. */
  post(): Promise<void>;
};

/** Everybody is told at once, by nobody. */
const UNTOLD = {
  sockets: { post: () => Promise.resolve('sent' as const) },
  random: REAL_RANDOM,
  timer: { pause: () => Promise.resolve() },
};

const CONNECTION = { apiId: 'abcdef1234', stage: 'dev', connectionId: 'AAAAAAAAAAAAAA=' };
const PRESENCE = 'chat:a!here';
const EVENT = {
  ...CONNECTION,
  connectedAtEpochMs: Date.now(),
  authorizer: { principalId: 'main|ada' },
  subprotocols: [],
  body: '',
};

/** All of them end a connection whose credential is over. */
async function ending(mine: ChannelDesk, other: ChannelDesk): Promise<readonly Feature[]> {
  await remember(other.channels, EVENT);
  // As a `subscribe` leaves it: who listens to the channel of presence is in the room.
  await other.channels.store.put(interestItems(toConnection(EVENT), listenersKey(PRESENCE)));
  await join(other.channels, PRESENCE, CONNECTION, 'ada');
  return [
    { name: 'connections are forgotten', run: () => endConnection(mine.channels, CONNECTION) },
    { name: 'deliveries are handed over', run: () => mine.handOver() },
  ];
}

export const CHANNEL_FEATURES: Readonly<
  Record<string, (mine: ChannelDesk, other: ChannelDesk) => Promise<readonly Feature[]>>
> = {
  WsConnectRole: (mine) =>
    Promise.resolve([{ name: 'connections are remembered', run: () => remember(mine.channels, EVENT) }]),
  WsDisconnectRole: ending,
  WsUnsubscribeRole: ending,
  WsPublishRole: async (mine, other) => [
    ...(await ending(mine, other)),
    { name: 'messages are written', run: () => append(mine.channels, 'chat:a', [{ id: 'x', data: 1 }], 60) },
  ],
  WsSubscribeRole: async (mine, other) => [
    ...(await ending(mine, other)),
    { name: 'channels of a connection are known', run: () => channelsOf(mine.channels.store, CONNECTION) },
    { name: 'one is present', run: () => join(mine.channels, PRESENCE, CONNECTION, 'ada') },
    { name: 'members are listed', run: () => listMembers(mine.channels, PRESENCE) },
  ],
  WsDefaultRole: async (mine, other) => [
    ...(await ending(mine, other)),
    { name: 'pings are noted', run: () => heartbeat(mine.channels, PRESENCE, CONNECTION) },
    { name: 'whoever is overdue is noticed', run: () => sweep(mine.channels, PRESENCE) },
  ],
  WsPublisherRole: async (mine, other) => [
    ...(await ending(mine, other)),
    { name: 'messages are written', run: () => append(mine.channels, 'chat:a', [{ id: 'x', data: 1 }], 60) },
    {
      name: 'messages are delivered',
      run: () =>
        runPublisher(
          { ...mine.channels, ...UNTOLD },
          { kind: 'publish', publications: [{ address: 'chat:a', messages: [{ id: 'y', data: 1 }] }] },
        ),
    },
    { name: 'connections are told', run: () => mine.post() },
  ],
};
