/** Names of channels: `rooms/1` to clients, `chat:rooms/1` to publishers and in the table. */
import { CHANNEL_SPACE, isChannelName, mayUseChannel } from '../aws/channel-grants.ts';
import type { ChannelGrants } from '../aws/channel-grants.ts';
import { DomainError } from '../errors.ts';
import type { ItemKey } from '../table/item-write.ts';

/** The channel in which joins and leaves of another are published, and by which one is there oneself. */
export const PRESENCE_SUFFIX = '!here';

/** `rooms/1` of `rooms/1!here`; undefined: it is no presence channel. */
export function watchedChannel(channel: string): string | undefined {
  return channel.endsWith(PRESENCE_SUFFIX) ? channel.slice(0, -PRESENCE_SUFFIX.length) : undefined;
}

/** Without the mark of a presence channel. */
export function baseChannel(channel: string): string {
  return watchedChannel(channel) ?? channel;
}

/** To hear who comes and goes is a right of its own, beside that to hear the channel. */
export function mayHear(grants: ChannelGrants, channel: string): boolean {
  const watched = watchedChannel(channel);
  if (watched === undefined) return mayUseChannel(grants, 'subscribe', channel);
  return mayUseChannel(grants, 'subscribe', watched) && mayUseChannel(grants, 'presence', watched);
}

/** Of parts that have been checked. */
export function printAddress(space: string, channel: string): string {
  return `${space}:${channel}`;
}

/** @throws DomainError SUBJECT_INVALID */
export function assertAddress(address: string): void {
  const [space, channel] = splitAddress(address);
  if (!CHANNEL_SPACE.test(space) || !isChannelName(baseChannel(channel)))
    throw new DomainError('SUBJECT_INVALID', 'a channel is addressed as space:channel, such as chat:rooms/1');
}

/** As clients call it. */
export function channelOf(address: string): string {
  return splitAddress(address)[1];
}

function splitAddress(address: string): readonly [space: string, channel: string] {
  const at = address.indexOf(':');
  return [address.slice(0, Math.max(at, 0)), address.slice(at + 1)];
}

/** Partition of those who listen. */
export function listenersKey(address: string): string {
  return `live#channel#${address}`;
}

/** The channel of `listenersKey`; undefined: that partition is of something else. */
export function addressOfListeners(pk: string): string | undefined {
  const prefix = 'live#channel#';
  return pk.startsWith(prefix) ? pk.slice(prefix.length) : undefined;
}

export function headKey(address: string): ItemKey {
  return { pk: `head#${address}`, sk: 'head' };
}

/** Of one log; numbers are padded, so that their texts are in their order. */
export function logKey(address: string, log: number): string {
  return `log#${address}#${log}`;
}

export function seqKey(seq: number): string {
  return String(seq).padStart(16, '0');
}

export function membersKey(address: string): string {
  return `presence#${address}`;
}

export function tellerKey(address: string): ItemKey {
  return { pk: `head#${address}`, sk: 'teller' };
}

export function sweepKey(address: string): ItemKey {
  return { pk: `head#${address}`, sk: 'sweep' };
}
