/**
 * A connection's rights on channels, as its authorizer granted them. The authorizer's context contains them as a single
 * JSON string. API Gateway stores the context while the connection is open, and passes it with each event of the
 * connection.
 */
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/** Name of the context member. A document may not give this name to a claim. */
export const CHANNELS = 'channels';

export const CHANNEL_ACTIONS = ['subscribe', 'publish', 'presence'] as const;

export type ChannelAction = (typeof CHANNEL_ACTIONS)[number];

/** Patterns such as `orders/acme/*`, by action. */
export type ChannelPatterns = Readonly<Partial<Record<ChannelAction, readonly string[]>>>;

export type ChannelGrants = {
  /** Namespace of the channels. The same name in two namespaces stands for two channels. */
  readonly space: string;
  readonly allow: ChannelPatterns;
  /** Takes precedence over `allow`. */
  readonly deny: ChannelPatterns;
};

/** One segment of a channel's name, without wildcards or placeholders. */
export const CHANNEL_SEGMENT = /^[A-Za-z0-9$&'()+,.:;=@_|~-]{1,64}$/;

/** Matches every valid name of an access document. */
export const CHANNEL_SPACE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

const SEGMENTS_LIMIT = 8;

/**
 * Whether the text is a pattern for names of channels. In `rooms/*`, `*` matches one segment. In `rooms/**`, `**`
 * matches one or more segments.
 */
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

export function printChannelGrants({ space, allow, deny }: ChannelGrants): string | undefined {
  if (isEmpty(allow)) return undefined;
  return JSON.stringify({ space, ...allow, ...(!isEmpty(deny) && { deny }) });
}

/**
 * Parses a connection's rights on channels. Returns undefined if there are no rights. A text that cannot be parsed
 * grants no rights, either.
 */
export function parseChannelGrants(text: string | undefined): ChannelGrants | undefined {
  const fields = text === undefined ? undefined : parseJsonObject(text);
  if (fields === undefined) return undefined;
  const { space, deny = {} } = fields;
  if (typeof space !== 'string' || !CHANNEL_SPACE.test(space)) return undefined;
  if (typeof deny !== 'object' || deny === null) return undefined;
  const allowed = parsePatterns(fields);
  const denied = parsePatterns(deny as UnknownMembers);
  return allowed === undefined || denied === undefined ? undefined : { space, allow: allowed, deny: denied };
}

function parsePatterns(fields: UnknownMembers): ChannelPatterns | undefined {
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
