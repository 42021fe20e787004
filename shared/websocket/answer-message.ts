/** Responds to clients' messages. Each message gets one frame, which is returned as the route's response. */
import { CHANNELS, mayUseChannel, parseChannelGrants } from '../aws/channel-grants.ts';
import type { ChannelGrants } from '../aws/channel-grants.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { DomainError } from '../errors.ts';
import { listenersKey, mayWatch, printAddress, watchedChannel } from './channel-address.ts';
import { readHead, readLog } from './channel-log.ts';
import type { ChannelPorts } from './channel-ports.ts';
import { parseClientMessage } from './client-message.ts';
import type { ClientMessageOf } from './client-message.ts';
import { isCredentialOver, toConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { endConnection } from './end-connection.ts';
import type { ClientMessage, ErrorCode, ServerFrame } from './frames.ts';
import { keepsPlace } from './keeps-place.ts';
import { channelsOf, interestItems, interestKeys } from './listeners.ts';
import { costOf, spend } from './message-limit.ts';
import { answerPing } from './ping.ts';
import { join, leave, listMembers } from './presence.ts';
import { publishEntries } from './publish-entries.ts';

/** Maximum number of channels per connection, including presence channels. */
export const CHANNELS_PER_CONNECTION = 50;
/** Maximum size of a message's data. With the frame around it, it must fit into AWS's limit of 128 KB. */
export const MAX_DATA_BYTES = 120 * 1024;

/** The protocol's messages that a route accepts. If another message arrives, the route was deployed wrongly. */
type TakenActions = readonly ClientMessage['action'][];

/**
 * Returns the response to a message. The function never throws because of an invalid message. When the connection's
 * credential has expired, messages are refused and all subscriptions of the connection are removed.
 */
export async function answerMessage(
  ports: ChannelPorts,
  event: WebSocketEvent,
  taken: TakenActions,
): Promise<ServerFrame> {
  const message = parseClientMessage(event.body);
  const id = 'id' in message ? message.id : undefined;
  if (isCredentialOver(event)) {
    // If the subscriptions cannot be removed now, they are skipped when messages are delivered.
    await endConnection(ports, event).catch(() => undefined);
    return refusal('credential-expired', 'the credential has expired; connect again with a new one', { id });
  }
  // A ping is counted later, because its cost depends on its channels.
  if ('action' in message && message.action === 'ping' && taken.includes('ping'))
    return answerPing(ports, event, message);
  const channel = 'channel' in message ? message.channel : undefined;
  const asked = { id, channel };
  try {
    // The message is counted before it is authorized, because refused messages also cost run time.
    if ((await spend(ports, event, channel === undefined ? 1 : costOf(channel))) !== undefined)
      return refusal(
        'unavailable',
        'too many messages in this minute; send the same message again later',
        asked,
      );
    if ('malformed' in message) return refusal('invalid', message.malformed, { id });
    if (message.action === 'ping' || !taken.includes(message.action))
      return refusal('unknown-action', `this API has no route for ${message.action}`, { id });
    return await answerAllowed(ports, event, message);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'STORE_UNAVAILABLE' || error.code === 'TARGET_UNAVAILABLE')
      return refusal('unavailable', 'temporarily unavailable; send the same message again', asked);
    throw error;
  }
}

type ChannelMessage = Exclude<ClientMessage, { readonly action: 'ping' }>;

async function answerAllowed(
  ports: ChannelPorts,
  event: WebSocketEvent,
  message: ChannelMessage,
): Promise<ServerFrame> {
  const { id, channel } = message;
  const grants = parseChannelGrants(event.authorizer[CHANNELS]);
  if (grants === undefined || !isAllowed(grants, message))
    return refusal('forbidden', `this caller is not allowed to ${verbOf(message)}`, { id, channel });
  const at = { event, address: printAddress(grants.space, channel) };
  switch (message.action) {
    case 'subscribe':
      return subscribe(ports, at, message);
    case 'unsubscribe':
      return unsubscribe(ports, at, message);
    case 'read': {
      const { entries, ...page } = await readLog(ports, at.address, message.after);
      return { type: 'messages', id, channel, messages: entries, ...page };
    }
    case 'publish':
      return publish(ports, at, message);
  }
}

type Place = { readonly event: WebSocketEvent; readonly address: string };

/** Whether a client may use a channel. A channel may always be left, even if the current grants no longer allow it. */
function isAllowed(grants: ChannelGrants, { action, channel }: ChannelMessage): boolean {
  if (action === 'unsubscribe') return true;
  // Clients cannot publish to a presence channel.
  return action === 'publish' ? mayUseChannel(grants, 'publish', channel) : mayWatch(grants, channel);
}

function verbOf({ action, channel }: ChannelMessage): string {
  if (action === 'publish') return 'publish to this channel';
  if (action === 'read') return 'read this channel';
  if (action === 'unsubscribe') return 'unsubscribe from this channel';
  return watchedChannel(channel) === undefined ? 'subscribe to this channel' : 'be present in this channel';
}

async function subscribe(
  ports: ChannelPorts,
  { event, address }: Place,
  { id, channel }: ClientMessageOf<'subscribe' | 'unsubscribe'>,
): Promise<ServerFrame> {
  const connection = toConnection(event);
  if (!(await listen(ports, connection, address)))
    return refusal(
      'too-many',
      `a connection may have at most ${CHANNELS_PER_CONNECTION} channels; unsubscribe from one first`,
      {
        id,
        channel,
      },
    );
  const isPresence = watchedChannel(channel) !== undefined;
  if (isPresence) await join(ports, address, connection, subjectOf(event));
  const { log, seq } = (await readHead(ports, address)) ?? { log: 0, seq: 0 };
  const subscribed = { type: 'subscribed', id, channel, head: { log, seq } } as const;
  if (!isPresence) return subscribed;
  // The members are listed after the head was read. So the list may already include joins and leaves that are delivered
  // later.
  const { members, isCut } = await listMembers(ports, address);
  return { ...subscribed, members, ...(isCut && { membersCut: true }) };
}

/**
 * Subscribes a connection to a channel. This must be done before the head is read, so that every message after the head
 * reaches the subscriber.
 * @returns false if the connection has too many channels
 */
async function listen(
  { store }: Pick<ChannelPorts, 'store'>,
  connection: Connection,
  address: string,
): Promise<boolean> {
  const list = (): Promise<readonly string[]> => channelsOf(store, connection);
  const known = await list();
  const isKnown = known.includes(address);
  if (!isKnown && known.length >= CHANNELS_PER_CONNECTION) return false;
  const pk = listenersKey(address);
  await store.put(interestItems(connection, pk));
  if (isKnown || (await keepsPlace(list, address, CHANNELS_PER_CONNECTION))) return true;
  await store.remove(interestKeys(connection, pk));
  return false;
}

async function unsubscribe(
  ports: ChannelPorts,
  { event, address }: Place,
  { id, channel }: ClientMessageOf<'subscribe' | 'unsubscribe'>,
): Promise<ServerFrame> {
  await ports.store.remove(interestKeys(event, listenersKey(address)));
  if (watchedChannel(channel) !== undefined) await leave(ports, address, event);
  return { type: 'unsubscribed', id, channel };
}

async function publish(
  ports: ChannelPorts,
  { event, address }: Place,
  { id, channel, data }: ClientMessageOf<'publish'>,
): Promise<ServerFrame> {
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes > MAX_DATA_BYTES)
    return refusal('too-large', `data has ${bytes} bytes; the maximum is ${MAX_DATA_BYTES}`, { id, channel });
  const { seq } = await publishEntries(ports, address, [{ id, by: subjectOf(event), data }]);
  return { type: 'published', id, channel, seq };
}

/**
 * Returns the name that other clients see for the caller, `{issuer's id}|{subject}`. It contains the issuer because two
 * issuers may have users with the same name.
 */
function subjectOf({ authorizer }: WebSocketEvent): string {
  return authorizer['principalId'] ?? '';
}

function refusal(
  code: ErrorCode,
  message: string,
  { id, channel }: { readonly id?: string | undefined; readonly channel?: string | undefined },
): ServerFrame {
  return {
    type: 'error',
    code,
    message,
    ...(id !== undefined && { id }),
    ...(channel !== undefined && { channel }),
  };
}
