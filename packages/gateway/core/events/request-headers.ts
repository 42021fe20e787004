/** The request headers as functions receive them (docs/aws §2.6, §3.1–3.3). */
import { trimFieldWhitespace } from '@gatewright/aws/field-whitespace';
import { HTTP_PHASES, REST_PHASES } from './header-phases.ts';
import { deviceOf } from './viewer-device.ts';
import { putEntry } from '../routing/text-map.ts';
import type { TextMap } from '../routing/text-map.ts';
import type { ApiFacts, RequestFacts } from './request-facts.ts';

export type MultiMap = Record<string, string[]>;

/** Both maps of an event: the last value of each name, and all values. */
export type HeaderMaps = { readonly headers: TextMap; readonly multiValueHeaders: MultiMap };

/**
 * The spellings that REST APIs use for these header names. Other names keep the client's spelling (recorded for
 * authorization and user-agent).
 */
const REST_SPELLINGS = new Map([
  ['authorization', 'Authorization'],
  ['host', 'Host'],
  ['user-agent', 'User-Agent'],
]);

const SIGV4_SCHEME = 'AWS4-HMAC-SHA256';

type HeaderFacts = Pick<RequestFacts, 'headers' | 'sourceIp' | 'traceHeader'> & {
  /** The `X-Amz-Cf-Id` of a request that passed through AWS's edge. */
  readonly edgeId?: string | undefined;
};
type RestFacts = RequestFacts & { readonly api: Pick<ApiFacts, 'endpointType' | 'basePathMatched'> };

type Gathered = { readonly name: string; readonly values: string[] };

export function readRestHeaders(facts: RestFacts): HeaderMaps {
  const { headers, sourceIp, traceHeader } = facts;
  return mapRestHeaders({ headers, sourceIp, traceHeader, edgeId: edgeIdOf(facts) });
}

/**
 * Builds the header maps of a request.
 * @param request the request; its strings may be placeholders of an event template
 */
export function mapRestHeaders(request: HeaderFacts): HeaderMaps {
  const gathered = gather(
    request,
    REST_PHASES.request.drops,
    (name, lower) => REST_SPELLINGS.get(lower) ?? name,
  );
  // The signature is removed, because only the gateway needs it and a function that receives it could replay the
  // request.
  if (gathered.get('authorization')?.values.some((value) => value.startsWith(SIGV4_SCHEME)))
    gathered.delete('authorization');
  if (request.edgeId !== undefined) addEdgeHeaders(gathered, request.edgeId);
  return toMaps(gathered);
}

/** The source address of a test request. When AWS tests a method, the request does not pass through an edge. */
const TEST_SOURCE = 'test-invoke-source-ip';

/** Whether the request came to an edge-optimized REST API at the API's own address, and is not a test by AWS. */
export function isBehindEdge({ api, sourceIp }: Pick<RestFacts, 'api' | 'sourceIp'>): boolean {
  return api.endpointType === 'EDGE' && api.basePathMatched === undefined && sourceIp !== TEST_SOURCE;
}

/**
 * Returns a request id of the edge, which is derived from the request's own id. Like CloudFront's ids, it has 56
 * characters, of which the last two are equals signs. Returns undefined if there is no edge.
 */
export function edgeIdOf(facts: RestFacts): string | undefined {
  if (!isBehindEdge(facts)) return undefined;
  let id = facts.extendedRequestId;
  if (id.endsWith('=')) id = id.slice(0, id.indexOf('='));
  if (NOT_IN_EDGE_ID.test(id)) id = id.replaceAll('+', '-').replaceAll('/', '_');
  return `${id.repeat(4).slice(0, 54).padEnd(54, '0')}==`;
}

const NOT_IN_EDGE_ID = /[+/]/;

/** The address of the edge. Only one edge is emulated. */
const EDGE_ADDRESS = '127.0.0.1';
const EDGE_VIA = '1.1 a1b2c3d4e5f60718293a4b5c6d7e8f90.cloudfront.net (CloudFront)';

/**
 * Adds the headers that AWS's edge adds in front of an edge-optimized API (docs/aws §2.6). The viewer's country and
 * network are unknown, so their headers are absent. The edge adds its values to `Via` and `X-Forwarded-For`, and
 * replaces the client's values of the other headers.
 */
function addEdgeHeaders(gathered: Map<string, Gathered>, edgeId: string): void {
  const { isDesktop, isMobile, isSmartTv, isTablet } = deviceOf(
    gathered.get('user-agent')?.values.at(-1) ?? '',
  );
  const via = [...(gathered.get('via')?.values ?? []), EDGE_VIA].join(', ');
  const hops = [...(gathered.get('x-forwarded-for')?.values ?? []), EDGE_ADDRESS].join(', ');
  for (const lower of [...gathered.keys()]) if (lower.startsWith('cloudfront-')) gathered.delete(lower);
  for (const [name, value] of [
    ['CloudFront-Forwarded-Proto', 'https'],
    ['CloudFront-Is-Desktop-Viewer', String(isDesktop)],
    ['CloudFront-Is-Mobile-Viewer', String(isMobile)],
    ['CloudFront-Is-SmartTV-Viewer', String(isSmartTv)],
    ['CloudFront-Is-Tablet-Viewer', String(isTablet)],
    ['Via', via],
    ['X-Amz-Cf-Id', edgeId],
    ['X-Forwarded-For', hops],
  ] as const)
    gathered.set(name.toLowerCase(), { name, values: [value] });
}

/** Returns the headers of a handshake for its authorizer, including the upgrade headers [obs: localstack#7191]. */
export function readHandshakeHeaders(request: RestFacts): HeaderMaps {
  const { headers, multiValueHeaders } = readRestHeaders(request);
  for (const [name, value] of Object.entries(OF_UPGRADE)) {
    headers[name] = value;
    multiValueHeaders[name] = [value];
  }
  return { headers, multiValueHeaders };
}

/** The upgrade headers with the names that AWS's front end writes, regardless of the client's spelling. */
const OF_UPGRADE = { Connection: 'upgrade', 'content-length': '0', Upgrade: 'websocket' };

/** Returns headers such as `Content-Length` and `X-Custom-Header` for HTTP API payload 1.0. */
export function readCanonicalHeaders(request: RequestFacts): HeaderMaps {
  const gathered = gather(request, HTTP_PHASES.request.drops, canonicalHeaderName);
  gathered.set('content-length', { name: 'Content-Length', values: [contentLength(request)] });
  return toMaps(gathered);
}

type LowerCaseHeaders = { readonly headers: TextMap; readonly cookies: readonly string[] | undefined };

/**
 * Returns the headers for HTTP API payload 2.0. Names are in lower case, duplicates are joined by commas, and cookies
 * are separate.
 */
export function readLowerCaseHeaders(request: RequestFacts): LowerCaseHeaders {
  return gatherLowerCase(request, contentLength(request));
}

/** @param request the request; its strings may be placeholders of an event template, and so may `length` */
export function gatherLowerCase(request: HeaderFacts, length: string): LowerCaseHeaders {
  const gathered = gather(request, HTTP_PHASES.request.drops, (_, lower) => lower);
  gathered.set('content-length', { name: 'content-length', values: [length] });
  const cookies = gathered.get('cookie')?.values.flatMap(splitCookies);
  gathered.delete('cookie');
  const headers: TextMap = {};
  for (const { name, values } of gathered.values()) putEntry(headers, name, values.join(','));
  return { headers, cookies };
}

/**
 * The canonical names of headers that were seen before. Requests and replies mostly have the same few headers, and
 * converting a name again takes 1 µs (measured).
 */
const canonicalNames = new Map<string, string>();
const MOST_NAMES = 1_000;
const LONGEST_KEPT_NAME = 64;

/** Converts `x-custom-header` to `X-Custom-Header`. */
export function canonicalHeaderName(name: string): string {
  const known = canonicalNames.get(name);
  if (known !== undefined) return known;
  const canonical = name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join('-');
  // Header names come from outside the gateway, so the number and the length of the stored names must be limited to
  // protect the memory.
  if (canonicalNames.size === MOST_NAMES) canonicalNames.clear();
  if (name.length <= LONGEST_KEPT_NAME) canonicalNames.set(name, canonical);
  return canonical;
}

export function contentLength(request: RequestFacts): string {
  return String(request.body?.length ?? 0);
}

function splitCookies(header: string): string[] {
  return header
    .split(';')
    .map(trimFieldWhitespace)
    .filter((cookie) => cookie !== '');
}

/** Returns the headers that the gateway adds to each request, or with which it replaces the client's headers. */
function ownHeaders(request: HeaderFacts): readonly (readonly [name: string, value: string])[] {
  // The client's own X-Forwarded-For comes first in the list of addresses. The port and the protocol are always the
  // gateway's.
  const hops = [...request.headers.all('x-forwarded-for'), request.sourceIp].join(', ');
  return [
    ['X-Amzn-Trace-Id', request.traceHeader],
    ['X-Forwarded-For', hops],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
  ];
}

/**
 * Returns the values of a header as the API itself reads them, for example as identity source of an authorizer. They
 * include the headers that the gateway adds, so that they agree with the event.
 * @param lower the name in lower case
 */
export function readHeaderValues(request: HeaderFacts, lower: string): readonly string[] {
  const own = lower.startsWith('x-')
    ? ownHeaders(request).find(([name]) => name.toLowerCase() === lower)
    : undefined;
  return own === undefined ? request.headers.all(lower) : [own[1]];
}

/**
 * Collects the headers by lower-case name, including the headers that the gateway adds or replaces. If a header occurs
 * several times, the spelling of its first occurrence is used.
 */
function gather(
  request: HeaderFacts,
  dropped: ReadonlySet<string>,
  spell: (name: string, lower: string) => string,
): Map<string, Gathered> {
  const gathered = new Map<string, Gathered>();
  request.headers.each((lower, name, value) => {
    if (dropped.has(lower)) return;
    const known = gathered.get(lower);
    if (known === undefined) gathered.set(lower, { name: spell(name, lower), values: [value] });
    else known.values.push(value);
  });
  for (const [name, value] of ownHeaders(request)) {
    const lower = name.toLowerCase();
    gathered.set(lower, { name: spell(name, lower), values: [value] });
  }
  return gathered;
}

function toMaps(gathered: ReadonlyMap<string, Gathered>): HeaderMaps {
  const headers: TextMap = {};
  const multiValueHeaders: MultiMap = {};
  for (const { name, values } of gathered.values()) {
    putEntry(headers, name, values.at(-1) ?? '');
    putEntry(multiValueHeaders, name, values);
  }
  return { headers, multiValueHeaders };
}
