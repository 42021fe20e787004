/**
 * What a connection may do with channels, as its authorizer has said it: one JSON text of the context, which API Gateway
 * keeps for as long as the connection is open and hands on with every event of it.
 */
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';

/** Name of the context's member. A document may call no claim so. */
export const CHANNELS = 'channels';

export const CHANNEL_ACTIONS = ['subscribe', 'publish', 'presence'] as const;

export type ChannelAction = (typeof CHANNEL_ACTIONS)[number];

/** Patterns such as `orders/acme/*` by what they are for. */
export type ChannelPatterns = Readonly<Partial<Record<ChannelAction, readonly string[]>>>;

export type ChannelGrants = {
  /** Whose channels these are: equal names of two spaces are two channels. */
  readonly space: string;
  readonly allow: ChannelPatterns;
  /** Wins. */
  readonly deny: ChannelPatterns;
};

/** One part of a channel's name between slashes: neither a wildcard nor anything that stands for something else. */
export const CHANNEL_SEGMENT = /^[A-Za-z0-9$&'()+,.:;=@_|~-]{1,64}$/;

/** Room for a space of access documents. */
export const CHANNEL_SPACE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

const SEGMENTS_LIMIT = 8;

/** `rooms/*`: `*` is one segment; `rooms/**`: all that is below, however deep. */
export function isChannelPattern(pattern: string): boolean {
  const segments = pattern.split('/');
  return (
    segments.length <= SEGMENTS_LIMIT &&
    segments.every(
      (segment, index) =>
        segment === '*' ||
        (segment === '**' && index === segments.length - 1) ||
        CHANNEL_SEGMENT.test(segment),
    )
  );
}

export function isChannelName(name: string): boolean {
  const segments = name.split('/');
  return segments.length <= SEGMENTS_LIMIT && segments.every((segment) => CHANNEL_SEGMENT.test(segment));
}

/** Undefined where nothing is granted: then there is nothing to tell. */
export function printChannelGrants({ space, allow, deny }: ChannelGrants): string | undefined {
  if (isEmpty(allow)) return undefined;
  return JSON.stringify({ space, ...allow, ...(!isEmpty(deny) && { deny }) });
}

/** Undefined: none, or none that can be read. What cannot be read opens nothing. */
export function parseChannelGrants(text: string | undefined): ChannelGrants | undefined {
  const fields = text === undefined ? undefined : parseJsonObject(text);
  if (fields === undefined) return undefined;
  const { space, deny = {} } = fields;
  if (typeof space !== 'string' || !CHANNEL_SPACE.test(space)) return undefined;
  if (typeof deny !== 'object' || deny === null) return undefined;
  const allowed = parsePatterns(fields);
  const denied = parsePatterns(deny as JsonObject);
  return allowed === undefined || denied === undefined ? undefined : { space, allow: allowed, deny: denied };
}

function parsePatterns(fields: JsonObject): ChannelPatterns | undefined {
  const patterns: Partial<Record<ChannelAction, readonly string[]>> = {};
  for (const action of CHANNEL_ACTIONS) {
    const listed = fields[action];
    if (listed === undefined) continue;
    if (!Array.isArray(listed)) return undefined;
    const texts = listed.filter((pattern) => typeof pattern === 'string' && isChannelPattern(pattern));
    if (texts.length !== listed.length) return undefined;
    patterns[action] = texts as readonly string[];
  }
  return patterns;
}

function isEmpty(patterns: ChannelPatterns): boolean {
  return CHANNEL_ACTIONS.every((action) => (patterns[action]?.length ?? 0) === 0);
}

/** Whether the grants let the connection do that on the channel; none let it do nothing. */
export function mayUseChannel(
  grants: ChannelGrants | undefined,
  action: ChannelAction,
  channel: string,
): boolean {
  if (grants === undefined || !isChannelName(channel)) return false;
  const names = (patterns: ChannelPatterns): boolean =>
    patterns[action]?.some((pattern) => matchesChannel(pattern, channel)) === true;
  return names(grants.allow) && !names(grants.deny);
}

export function matchesChannel(pattern: string, channel: string): boolean {
  const wanted = pattern.split('/');
  const given = channel.split('/');
  const isDeep = wanted.at(-1) === '**';
  if (isDeep ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((segment, index) => segment === '*' || segment === '**' || segment === given[index]);
}
