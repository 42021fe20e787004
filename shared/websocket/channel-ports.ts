import type {
  ChannelCourier,
  Clock,
  ConnectionPoster,
  ItemStore,
  LiveStore,
  Random,
  Timer,
} from '../ports.ts';
import type { LogPorts } from './channel-log.ts';

export type ChannelLimits = {
  /** How long messages are stored for returning clients. */
  readonly keptSeconds: number;
  /** Ping interval of members that are present in a channel. */
  readonly pingMs: number;
  readonly connectionsPerCaller: number;
  /** Maximum cost of messages per minute. A message for a presence channel counts as three messages. */
  readonly messagesPerConnection: number;
  /** Maximum cost of messages per minute, over all connections of the caller. */
  readonly messagesPerCaller: number;
};

export type ChannelPorts = LogPorts & {
  readonly items: ItemStore;
  readonly store: LiveStore;
  readonly clock: Clock;
  readonly courier: ChannelCourier;
  readonly limits: ChannelLimits;
  /** Ids of the APIs with trusted authorizers. */
  readonly knownApis: ReadonlySet<string>;
};

export type DeliveryPorts = ChannelPorts & {
  readonly sockets: ConnectionPoster;
  readonly random: Random;
  readonly timer: Timer;
};
