import { parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { isChannelName } from '../aws/channel-grants.ts';
import { baseChannel } from './channel-address.ts';
import type { ClientMessage, Position } from './frames.ts';

export type ClientMessageOf<Action extends ClientMessage['action']> = Extract<
  ClientMessage,
  { readonly action: Action }
>;

type Malformed = { readonly malformed: string; readonly id?: string };

const ID = /^[\x21-\x7e]{1,64}$/;
/** Maximum number of positions in a ping: twice the channels that a connection may have. */
const SEEN_LIMIT = 100;

/**
 * Parses a client's message.
 * @returns Malformed for any text that is not a message of the protocol
 */
export function parseClientMessage(text: string): ClientMessage | Malformed {
  const fields = parseJsonObject(text);
  if (fields === undefined || typeof fields['action'] !== 'string')
    return { malformed: 'a message must be a JSON object with a string "action"' };
  const { action } = fields;
  if (action === 'ping') {
    const seen = parseSeen(fields['seen']);
    return seen === undefined
      ? { malformed: `"seen" must map at most ${SEEN_LIMIT} channels to positions {"log":…,"seq":…}` }
      : { action, seen };
  }
  if (action !== 'subscribe' && action !== 'unsubscribe' && action !== 'read' && action !== 'publish')
    return {
      malformed: 'unknown action; expected subscribe, unsubscribe, read, publish or ping',
      ...(isId(fields['id']) && { id: fields['id'] }),
    };
  return parseChannelMessage(action, fields);
}

function parseChannelMessage(
  action: Exclude<ClientMessage['action'], 'ping'>,
  fields: UnknownMembers,
): ClientMessage | Malformed {
  const { id, channel, data } = fields;
  if (!isId(id)) return { malformed: '"id" must be 1 to 64 visible ASCII characters, without spaces' };
  if (typeof channel !== 'string' || !isChannelName(baseChannel(channel)))
    return { malformed: '"channel" must be a name such as rooms/1', id };
  if (action === 'publish')
    return data === undefined ? { malformed: '"data" is missing', id } : { action, id, channel, data };
  if (action !== 'read') return { action, id, channel };
  const after = parsePosition(fields['after']);
  return after === undefined
    ? { malformed: '"after" must be a position {"log":…,"seq":…}', id }
    : { action, id, channel, after };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

function parseSeen(value: unknown): Readonly<Record<string, Position>> | undefined {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.length > SEEN_LIMIT) return undefined;
  const seen: [string, Position][] = [];
  for (const [channel, given] of entries) {
    const position = parsePosition(given);
    if (position === undefined || !isChannelName(baseChannel(channel))) return undefined;
    seen.push([channel, position]);
  }
  return Object.fromEntries(seen);
}

function parsePosition(value: unknown): Position | undefined {
  if (typeof value !== 'object' || value === null || !('log' in value) || !('seq' in value)) return undefined;
  const { log, seq } = value;
  return isCount(log) && isCount(seq) ? { log, seq } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
