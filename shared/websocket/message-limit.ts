/**
 * Limits the cost of messages per minute, for each connection and for each caller over all its connections.
 *
 * | item  | pk              | sk         | attributes                                                  |
 * | ----- | --------------- | ---------- | ----------------------------------------------------------- |
 * | spent | `rate#{caller}` | the minute | `spent`, `c{place}` (of one connection), `expiresAt`        |
 */
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { DomainError } from '../errors.ts';
import { printKeyPart } from '../table/item-write.ts';
import type { Test } from '../table/item-write.ts';
import { watchedChannel } from './channel-address.ts';
import type { ChannelPorts } from './channel-ports.ts';
import { listenerKey, nameOf, placeOf } from './connection.ts';
import { callerKey } from './listeners.ts';

const MINUTE_MS = 60_000;
/**
 * Cost of a presence channel, in a message to it or in a ping. A ping needs this many calls to the table for a presence
 * channel, and one call for any other channel.
 */
const PRESENCE_COST = 3;
/**
 * Maximum number of attempts. The first fails if a count does not exist yet in this minute; each of the next two may
 * fail because another message has created one of the two counts (caller, connection) meanwhile.
 */
const ATTEMPTS = 4;

export function costOf(channel: string): number {
  return watchedChannel(channel) === undefined ? 1 : PRESENCE_COST;
}

/**
 * Counts the cost of a message.
 * @returns undefined if the message is within the limits; otherwise the milliseconds until the next minute
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function spend(
  ports: Pick<ChannelPorts, 'items' | 'clock' | 'limits'>,
  event: WebSocketEvent,
  cost: number,
): Promise<number | undefined> {
  const { items, clock, limits } = ports;
  const { principalId = '' } = event.authorizer;
  const nowEpochMs = clock.nowEpochMs();
  const minute = Math.floor(nowEpochMs / MINUTE_MS);
  const key = {
    pk: `rate#${principalId === '' ? nameOf(event) : printKeyPart(principalId)}`,
    sk: String(minute),
  };
  const own = `c${placeOf(event)}`;
  const most: Readonly<Record<string, number>> = {
    spent: limits.messagesPerCaller - cost,
    [own]: limits.messagesPerConnection - cost,
  };
  const expiresAt = (minute + 2) * (MINUTE_MS / 1000);
  // The counts that this message starts. These are both counts if it is the caller's first message in the minute, or
  // one count if it is only the connection's first message.
  let missing: readonly string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const begun = missing;
    const counted = Object.keys(most).filter((name) => !begun.includes(name));
    const outcome = await items.update({
      purpose: 'channel',
      key,
      when: [
        ...begun.map((attribute): Test => ({ attribute, is: 'absent' })),
        ...counted.map((attribute): Test => ({ attribute, is: 'at-most', value: most[attribute] ?? 0 })),
      ],
      change: {
        kind: 'update',
        add: Object.fromEntries(counted.map((name) => [name, cost])),
        set: { expiresAt, ...Object.fromEntries(begun.map((name) => [name, cost])) },
      },
    });
    if (outcome.kind === 'done') {
      if (begun.includes(own)) await touch(ports, event);
      return undefined;
    }
    if (outcome.kind !== 'refused')
      throw new DomainError('STORE_UNAVAILABLE', 'the connections table did not count the message');
    const { item = {} } = outcome;
    if (Object.entries(most).some(([name, value]) => Number(item[name] ?? 0) > value)) {
      if (item[own] === undefined) await touch(ports, event);
      break;
    }
    missing = Object.keys(most).filter((name) => item[name] === undefined);
  }
  return (minute + 1) * MINUTE_MS - nowEpochMs;
}

/**
 * With the connection's first message of each minute, updates `seenAt` of the connection's item. The limit of
 * connections uses `seenAt` to recognize abandoned connections. If the item does not exist, it is not created.
 */
async function touch(
  { items, clock }: Pick<ChannelPorts, 'items' | 'clock'>,
  event: WebSocketEvent,
): Promise<void> {
  const { principalId = '' } = event.authorizer;
  if (principalId === '') return;
  await items.update({
    purpose: 'presence',
    key: { pk: callerKey(principalId), sk: listenerKey(event) },
    when: [{ attribute: 'seenAt', is: 'present' }],
    change: { kind: 'update', set: { seenAt: clock.nowEpochMs() } },
  });
}
