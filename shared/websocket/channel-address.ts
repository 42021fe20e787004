/** Names of channels. Clients use `rooms/1`, while publishers and the table use `chat:rooms/1`. */
import { CHANNEL_SPACE, isChannelName, mayUseChannel } from '../aws/channel-grants.ts';
import type { ChannelGrants } from '../aws/channel-grants.ts';
import { DomainError } from '../errors.ts';
import type { ItemKey } from '../table/item-write.ts';

/**
 * Suffix of a presence channel, which reports who joins and leaves another channel. A client that subscribes to the
 * presence channel also becomes a member.
 */
export const PRESENCE_SUFFIX = '!here';

/** Returns `rooms/1` for `rooms/1!here`, or undefined if the channel is not a presence channel. */
export function watchedChannel(channel: string): string | undefined {
  return channel.endsWith(PRESENCE_SUFFIX) ? channel.slice(0, -PRESENCE_SUFFIX.length) : undefined;
}

export function baseChannel(channel: string): string {
  return watchedChannel(channel) ?? channel;
}

/**
 * Whether a client may subscribe to a channel. A presence channel requires the right `presence` in addition to
 * `subscribe`.
 */
export function mayWatch(grants: ChannelGrants, channel: string): boolean {
  const watched = watchedChannel(channel);
  if (watched === undefined) return mayUseChannel(grants, 'subscribe', channel);
  return mayUseChannel(grants, 'subscribe', watched) && mayUseChannel(grants, 'presence', watched);
}

/** Returns the address of a channel. Both parts must have been checked before. */
export function printAddress(space: string, channel: string): string {
  return `${space}:${channel}`;
}

/** @throws DomainError SUBJECT_INVALID unless the address is a space and a channel, such as `chat:rooms/1` */
export function assertAddress(address: string): void {
  const [space, channel] = splitAddress(address);
  if (!CHANNEL_SPACE.test(space) || !isChannelName(baseChannel(channel)))
    throw new DomainError(
      'SUBJECT_INVALID',
      `the address of a channel is ${JSON.stringify(address)}; expected space:channel, such as chat:rooms/1`,
    );
}

/** Returns the name by which clients know the channel. */
export function channelOf(address: string): string {
  return splitAddress(address)[1];
}

function splitAddress(address: string): readonly [space: string, channel: string] {
  const at = address.indexOf(':');
  return [address.slice(0, Math.max(at, 0)), address.slice(at + 1)];
}

/** Returns the partition of a channel's subscribers. */
export function listenersKey(address: string): string {
  return `live#channel#${address}`;
}

/** Reverses `listenersKey`. Returns undefined for any other partition. */
export function addressOfListeners(pk: string): string | undefined {
  const prefix = 'live#channel#';
  return pk.startsWith(prefix) ? pk.slice(prefix.length) : undefined;
}

export function headKey(address: string): ItemKey {
  return { pk: `head#${address}`, sk: 'head' };
}

/** Returns the partition of one of a channel's logs. */
export function logKey(address: string, log: number): string {
  return `log#${address}#${log}`;
}

/** Returns the sort key of an entry. It is padded, so that keys sort as their numbers do. */
export function seqKey(seq: number): string {
  return String(seq).padStart(16, '0');
}

export function membersKey(address: string): string {
  return `presence#${address}`;
}

export function notifierKey(address: string): ItemKey {
  return { pk: `head#${address}`, sk: 'teller' };
}

export function sweepKey(address: string): ItemKey {
  return { pk: `head#${address}`, sk: 'sweep' };
}
