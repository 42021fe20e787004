/**
 * Subscribes to channels of the toolkit's WebSocket functions, from browsers and Node.
 *
 * @module gatewright/websocket-client
 */
import { ChannelClient } from '../websocket/client/channel-client.ts';
import type { Channels, ChannelsOptions } from '../websocket/client/channel-client.ts';
import { hostOf } from '../websocket/client/host.ts';
import type { SocketClass } from '../websocket/client/host.ts';

export type { Member, Position } from '../websocket/frames.ts';
export type { State } from '../websocket/client/connection-keeper.ts';
export type {
  Channels,
  ChannelsOptions,
  ChannelSubscription,
  SubscribeOptions,
} from '../websocket/client/channel-client.ts';
export type { ChannelHandlers, ChannelMessage, Gap } from '../websocket/client/subscription.ts';
export type { Socket, SocketClass } from '../websocket/client/host.ts';

export { ConnectionProblem } from '../websocket/client/connection-problem.ts';
export { ChannelError } from '../websocket/client/questions.ts';
export type { ChannelErrorCode } from '../websocket/client/questions.ts';

/**
 * Connects at once, and reconnects when the connection is lost. `webSocket` is for hosts that have no WebSocket class
 * of their own.
 *
 * @example
 * ```ts
 * import { connectChannels } from 'gatewright/websocket-client';
 *
 * const channels = connectChannels({ url: 'ws://127.0.0.1:9/dev' });
 * const subscription = channels.subscribe('orders/acme/o-1', { message: ({ data }) => console.log(data) });
 * subscription.channel // → 'orders/acme/o-1'
 * channels.close();
 * ```
 */
export function connectChannels(options: ChannelsOptions & { readonly webSocket?: SocketClass }): Channels {
  return new ChannelClient(hostOf(options.webSocket), options);
}
