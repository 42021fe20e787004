/**
 * Decides which requests share a cached response: their events must be equal in everything that a handler can read,
 * except for the parts that docs/guides/receive/cache.md lists.
 */
import { createHash } from 'node:crypto';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { EventFields } from '../aws/event-fields.ts';
import { signerOf } from '../aws/read-request.ts';
import type { EventRequest } from '../aws/read-request.ts';
import type { CachedRequest } from './cached-request.ts';
import { CREDENTIAL_HEADERS, SIGV4_HEADERS } from '@gatewright/aws/credential-headers';
import { isIgnoredHeader, UNIDENTIFYING_HEADERS } from './header-lists.ts';

export type KeyParameters = {
  /** Query parameters on which the response depends. Default: all. */
  readonly query?: readonly string[];
  /** Headers on which the response depends, in addition to headers that are never ignored. Default: none. */
  readonly headers?: readonly string[];
};

/**
 * How callers share responses. `authorization`: each caller gets only its own cached responses. `public`: all callers
 * share cached responses. A function returns the value on which the response depends, for example a tenant; if it
 * returns undefined, the response is not cached.
 */
export type Scope<Event> = 'authorization' | 'public' | ((event: Event) => string | undefined);

/** Which callers share the cached response to a request. */
export type Sharing =
  | { readonly kind: 'caller' }
  | { readonly kind: 'public' }
  /** All callers with this name share the response. The name is the result of the service's `scope` function. */
  | { readonly kind: 'named'; readonly name: string };

/**
 * Members of an event that are not part of the key, because they differ in every request or only describe the
 * connection.
 */
const IGNORED = {
  context: 'extendedRequestId protocol requestId requestTime requestTimeEpoch time timeEpoch'.split(' '),
  http: ['protocol', 'sourceIp', 'userAgent'],
  identity: ['sourceIp', 'userAgent'],
  authorizer: ['integrationLatency'],
};
/**
 * Members that are added to the key separately, because the service chooses among them, or because they identify the
 * caller.
 */
const APART = {
  fields: (
    'headers multiValueHeaders cookies requestContext rawQueryString queryStringParameters ' +
    'multiValueQueryStringParameters'
  ).split(' '),
  context: ['authentication', 'authorizer', 'http', 'identity'],
};
/** Members that name the network from which a private API is called. */
const NETWORK = ['vpcId', 'vpceId'];

/**
 * Decides who may share the response.
 * @returns undefined if the caller cannot be identified, or if the `scope` function returns no name. The response is
 * then not shared, because the service may identify the caller by something that the cache does not know.
 */
export function sharingOf<Event>(
  scope: Scope<Event>,
  request: CachedRequest,
  event: Event,
): Sharing | undefined {
  if (scope === 'public') return { kind: 'public' };
  if (typeof scope === 'function') {
    // JavaScript code may return null, a number or a promise instead of a name. All callers would then have the same
    // name.
    const name: unknown = scope(event);
    return typeof name !== 'string' || name === '' ? undefined : { kind: 'named', name };
  }
  return hasVisibleCaller(request) ? { kind: 'caller' } : undefined;
}

/**
 * Returns the SHA-256, as 64 hexadecimal digits, of everything on which the response depends. Credentials cannot be
 * recovered from it.
 */
export function cacheKeyOf({ event }: CachedRequest, parameters: KeyParameters, sharing: Sharing): string {
  const { fields, context } = event;
  const { query: names } = parameters;
  const isAsked = (name: string): boolean => names === undefined || names.includes(name);
  const isKept = keepsHeader(event, parameters, sharing);
  const text = canonical({
    // This number is increased when the computation of the key changes, so that no entry of an earlier version is read.
    version: 3,
    sharing,
    target: without(fields, APART.fields),
    context: without(context, [...APART.context, ...IGNORED.context]),
    http: without(context['http'], IGNORED.http),
    pairs: rawPairsOf(fields['rawQueryString'], isAsked),
    query: entriesOf(fields['queryStringParameters'], isAsked),
    queryLists: entriesOf(fields['multiValueQueryStringParameters'], isAsked),
    headers: entriesOf(fields['headers'], isKept),
    headerLists: entriesOf(fields['multiValueHeaders'], isKept),
    cookies: isKept('cookie') ? fields['cookies'] : undefined,
    caller: sharing.kind === 'caller' ? callerOf(context) : undefined,
  });
  return createHash('sha256').update(text).digest('hex');
}

/** Returns the names in lower case, sorted. */
export function keyHeaders({ headers = [] }: KeyParameters): readonly string[] {
  return [...new Set(headers.map((name) => name.toLowerCase()))].sort();
}

/**
 * Returns a function that decides whether a header is part of the key. Names are compared case-insensitively, but the
 * key contains each name as it was sent, because a handler may read only one spelling.
 */
function keepsHeader(
  event: EventRequest,
  parameters: KeyParameters,
  sharing: Sharing,
): (name: string) => boolean {
  const named = new Set(keyHeaders(parameters));
  const credentials =
    sharing.kind === 'caller' ? (signerOf(event) === undefined ? NONE : SIGV4_HEADERS) : CREDENTIAL_HEADERS;
  return (sent) => {
    const name = sent.toLowerCase();
    return named.has(name) || (!isIgnoredHeader(name) && !credentials.has(name));
  };
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Returns the pairs of the query whose names are requested, as sent and sorted by name. They are not decoded, because
 * `%FF` and `%FE` decode to the same character. Pairs with equal names keep their order, which is significant.
 */
function rawPairsOf(rawQueryString: unknown, isAsked: (name: string) => boolean): unknown {
  if (typeof rawQueryString !== 'string') return { raw: rawQueryString };
  return (
    rawQueryString
      .split('&')
      .map((pair) => [decodeName(pair), pair] as const)
      // API Gateway also accepts `;` as a separator, but not every parser does. So a pair is kept if its whole text or
      // one of its parts has a requested name.
      .filter(([name, pair]) => isAsked(name) || pair.split(';').some((part) => isAsked(decodeName(part))))
      .sort(byName)
  );
}

function decodeName(pair: string): string {
  const [[name] = ['']] = new URLSearchParams(pair);
  return name;
}

function callerOf({ authorizer, identity, authentication }: EventFields): EventFields {
  return {
    authorizer: without(authorizer, IGNORED.authorizer),
    identity: without(identity, IGNORED.identity),
    authentication,
  };
}

function hasVisibleCaller({ event, headers }: CachedRequest): boolean {
  return (
    [...headers.keys()].some((name) => !isIgnoredHeader(name) && !UNIDENTIFYING_HEADERS.has(name)) ||
    !isNothing(callerOf({ ...event.context, identity: without(event.identity, NETWORK) }))
  );
}

function without(map: unknown, names: readonly string[]): unknown {
  return entriesOf(map, (name) => !names.includes(name));
}

/** Returns a map without the ignored entries. Any other value is returned unchanged. */
function entriesOf(map: unknown, isKept: (name: string) => boolean): unknown {
  if (!isJsonObject(map)) return map;
  return Object.fromEntries(Object.entries(map).filter(([name]) => isKept(name)));
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (isJsonObject(value) && Object.values(value).every(isNothing))
  );
}

/** Formats JSON with sorted members, so that equal values give equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  return `{${names
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
    .join()}}`;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
