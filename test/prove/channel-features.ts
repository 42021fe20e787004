/** What the roles of the channels' functions are for. */
import { listenersKey } from '#shared/websocket/channel-address.ts';
import { append } from '#shared/websocket/channel-log.ts';
import { endConnection } from '#shared/websocket/end-connection.ts';
import { toConnection } from '#shared/websocket/connection.ts';
import { channelsOf, interestItems } from '#shared/websocket/listeners.ts';
import { remember } from '#shared/websocket/live.ts';
import { heartbeat, join, listMembers } from '#shared/websocket/presence.ts';
import type { ChannelPorts } from '#shared/websocket/channel-ports.ts';

export type Feature = { readonly name: string; readonly run: () => Promise<unknown> };

/** The table and the control port, as whoever has some credentials reaches them. */
export type ChannelDesk = {
  readonly channels: ChannelPorts;
  handOver(): Promise<void>;
  call(service: string, method: string, path: string, headers?: object, body?: string): Promise<void>;
};

const CONNECTION = { apiId: 'abcdef1234', stage: 'dev', connectionId: 'AAAAAAAAAAAAAA=' };
const PRESENCE = 'chat:a!here';
const EVENT = {
  ...{ ...CONNECTION, connectedAtEpochMs: Date.now(), authorizer: { principalId: 'main|ada' } },
  ...{ subprotocols: [], body: '' },
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
  ],
  WsPublisherRole: async (mine, other) => [
    ...(await ending(mine, other)),
    { name: 'messages are written', run: () => append(mine.channels, 'chat:a', [{ id: 'x', data: 1 }], 60) },
    {
      name: 'connections are told',
      run: () => mine.call('execute-api', 'POST', '/abcdef1234/dev/@connections/AAAAAAAAAAAAAA%3D', {}, 'x'),
    },
  ],
};
