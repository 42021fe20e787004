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
  /**
   * Maximum cost of a connection's messages per minute. A message to a presence channel costs three times as much as
   * a message to another channel; a ping costs 1, and as much again as a message to each of its channels.
   */
  readonly messagesPerConnection: number;
  /** Maximum cost per minute of a caller's messages over all the caller's connections. */
  readonly messagesPerCaller: number;
};

export type ChannelPorts = LogPorts & {
  readonly items: ItemStore;
  readonly store: LiveStore;
  readonly clock: Clock;
  readonly courier: ChannelCourier;
  readonly limits: ChannelLimits;
  /** Ids of the APIs whose authorizers are trusted. */
  readonly knownApis: ReadonlySet<string>;
};

export type DeliveryPorts = ChannelPorts & {
  readonly sockets: ConnectionPoster;
  readonly random: Random;
  readonly timer: Timer;
};
