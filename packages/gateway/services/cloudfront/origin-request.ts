/**
 * Creates the request that CloudFront sends to an origin (developer guide, "Request and response behavior for custom
 * origins").
 */
import { NONE } from '../../kernel/edge-policies.ts';
import type { Selection } from '../../kernel/edge-policies.ts';
import { CONNECTION_HEADERS } from '@gatewright/aws/connection-headers';
import type { HttpRequest } from '../../core/ports.ts';
import { normalEncoding } from './cache-key.ts';
import { isCachingOff, selects } from './distribution.ts';
import type { Behavior } from './distribution.ts';
import { edgeHeader, spellEdgeHeader } from './edge-headers.ts';
import type { ViewerRequest } from './viewer-request.ts';

/** Headers that are never copied from the viewer: hop-by-hop headers, and headers that CloudFront itself writes. */
const NEVER = new Set([
  ...CONNECTION_HEADERS,
  'cookie',
  'host',
  'proxy-authenticate',
  'proxy-authorization',
  'via',
  'x-amz-cf-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-real-ip',
]);

/**
 * Headers that are forwarded even if no policy names them. If a behavior has policies, all other headers are forwarded
 * only if a policy names them.
 */
const ALWAYS = new Set([
  'cache-control',
  'content-encoding',
  'content-md5',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'pragma',
  'range',
]);

/**
 * Headers that a behavior with legacy settings forwards only if the settings name them. Such a behavior forwards all
 * other headers.
 */
const LEGACY_REMOVED = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'expect',
  'referer',
  'user-agent',
  'x-http-method-override',
]);
/**
 * Methods of requests whose `Authorization` header is forwarded. The header is also forwarded for OPTIONS if OPTIONS is
 * not cached.
 */
const WITH_AUTHORIZATION = new Set(['DELETE', 'PATCH', 'POST', 'PUT']);

type OriginParts = { readonly requestId: string; readonly via: string };

/**
 * Creates the request to the origin.
 * @param validators `If-None-Match` and `If-Modified-Since` of an expired object, which replace the viewer's headers
 */
export function toOriginRequest(
  request: ViewerRequest,
  behavior: Behavior,
  { requestId, via }: OriginParts,
  validators?: readonly string[],
): HttpRequest {
  const { origin } = behavior;
  const isHttp =
    origin.protocol === 'http-only' || (origin.protocol === 'match-viewer' && request.protocol === 'http');
  const port = isHttp ? origin.httpPort : origin.httpsPort;
  const isUsual = port === (isHttp ? 80 : 443);
  const query = joinQueries(request, behavior);
  return {
    method: request.method,
    origin: `${isHttp ? 'http' : 'https'}://${origin.domainName}${isUsual ? '' : `:${port}`}`,
    target: `${origin.path}${request.path}${query === '' ? '' : `?${query}`}`,
    headers: [
      'Host',
      forwards(request, behavior, 'host')
        ? (request.headers.last('host') ?? request.host)
        : origin.domainName,
      ...forwarded(request, behavior, validators !== undefined),
      ...(validators ?? []),
      ...cookieLine(request, behavior),
      ...encodingLine(request, behavior),
      ...addedLines(request, behavior),
      'X-Amz-Cf-Id',
      requestId,
      'X-Forwarded-For',
      [...request.headers.all('x-forwarded-for'), request.remoteAddress].join(', '),
      'Via',
      [...request.headers.all('via'), via].join(', '),
      ...origin.headers,
    ],
    body: request.body.length === 0 ? undefined : request.body,
    timeoutMs: origin.readTimeoutMs,
    vpcLink: undefined,
    unpacks: false,
  };
}

/**
 * Joins the query parameters that the two policies select (developer guide, "… how … policies and cache policies work
 * together").
 */
function joinQueries(request: ViewerRequest, { cache, request: policy }: Behavior): string {
  return request.queryOf(
    eitherOf(cache.query, policy?.query ?? (cache.isLegacy ? legacyQuery(cache.query) : NONE)),
  );
}

/** Returns the parameters to forward. `QueryStringCacheKeys` only limits the key, so all parameters are forwarded. */
function legacyQuery(selection: Selection): Selection {
  return selection.kind === 'none' ? selection : { kind: 'all' };
}

/**
 * Combines the selections of both policies. If one policy has an allow list, its names are selected even if the other
 * policy excludes them.
 */
function eitherOf(one: Selection, other: Selection): Selection {
  if (one.kind === 'all' || other.kind === 'all') return { kind: 'all' };
  if (one.kind === 'none') return other;
  if (other.kind === 'none') return one;
  // The excluded names of both lists are combined: "… except those specified in the cache policy or the origin request
  // policy."
  if (one.kind === other.kind) return { kind: one.kind, names: [...one.names, ...other.names] };
  // An allow list in either policy overrides the block list of the other policy.
  const [block, allow] = one.kind === 'except' ? [one, other] : [other, one];
  return { kind: 'except', names: block.names, kept: allow.names };
}

function forwards(
  request: ViewerRequest,
  { cache, request: policy, cachedMethods }: Behavior,
  lower: string,
): boolean {
  if (selects(cache.headers, lower)) return true;
  if (policy !== undefined && selects(policy.headers, lower)) return true;
  // A policy that forwards all headers "… except for those listed in the Headers type, which are not included" also
  // excludes headers that are otherwise always forwarded.
  if (policy?.headers.kind === 'except') return false;
  if (!cache.isLegacy)
    return (
      ALWAYS.has(lower) || (lower === 'authorization' && isForwardedAuthorization(request, cachedMethods))
    );
  if (lower === 'host') return false;
  if (lower === 'authorization') return isForwardedAuthorization(request, cachedMethods);
  return !LEGACY_REMOVED.has(lower);
}

/**
 * Whether `Authorization` is forwarded. "GET and HEAD requests – CloudFront removes the Authorization header field
 * before forwarding the request."
 */
function isForwardedAuthorization({ method }: ViewerRequest, cachedMethods: ReadonlySet<string>): boolean {
  return WITH_AUTHORIZATION.has(method) || (method === 'OPTIONS' && !cachedMethods.has('OPTIONS'));
}

function forwarded(request: ViewerRequest, behavior: Behavior, isRevalidation: boolean): readonly string[] {
  const own = new Set(
    behavior.origin.headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()),
  );
  const lines: string[] = [];
  request.headers.each((lower, name, value) => {
    if (NEVER.has(lower) || own.has(lower) || lower.startsWith('x-edge-') || isSpoof(lower)) return;
    if (lower === 'accept-encoding' && normalizes(behavior)) return;
    if (isRevalidation && (lower.startsWith('if-') || lower === 'range')) return;
    if (forwards(request, behavior, lower)) lines.push(name, value);
  });
  // CloudFront always sends User-Agent, even if the viewer sent none.
  if (!forwards(request, behavior, 'user-agent') && !own.has('user-agent'))
    lines.push('User-Agent', 'Amazon CloudFront');
  return lines;
}

/** Whether a viewer sets a header whose value CloudFront determines. */
function isSpoof(lower: string): boolean {
  return lower.startsWith('cloudfront-');
}

function normalizes({ cache }: Behavior): boolean {
  return cache.gzip || cache.brotli;
}

/** Returns the normalized `Accept-Encoding` header if the request has this header ("Compression support"). */
function encodingLine(request: ViewerRequest, behavior: Behavior): readonly string[] {
  const { cache } = behavior;
  if (!normalizes(behavior) || request.headers.last('accept-encoding') === undefined) return [];
  const normal = normalEncoding(request, cache);
  return ['Accept-Encoding', normal === '' ? 'identity' : normal];
}

function cookieLine(request: ViewerRequest, { cache, request: policy }: Behavior): readonly string[] {
  const cookies = request.cookies(eitherOf(cache.cookies, policy?.cookies ?? NONE));
  return cookies === '' ? [] : ['Cookie', cookies];
}

function addedLines(request: ViewerRequest, { cache, request: policy }: Behavior): readonly string[] {
  const ofKey = cache.headers.kind === 'only' ? cache.headers.names : [];
  const names = new Set(
    [...ofKey, ...(policy?.added ?? [])].filter((name) => name.startsWith('cloudfront-')),
  );
  return [...names].flatMap((name) => {
    const value = edgeHeader(name, request);
    return value === undefined ? [] : [spellEdgeHeader(name), value];
  });
}

/**
 * Whether cookies reach the origin. If they do, requests are not collapsed, and `Set-Cookie` is returned to the viewer.
 */
export function forwardsCookies({ cache, request }: Behavior): boolean {
  return eitherOf(cache.cookies, request?.cookies ?? NONE).kind !== 'none';
}

/** Whether the request may be served from the cache, and its response may be cached. */
export function isCacheable({ method }: ViewerRequest, { cachedMethods, cache }: Behavior): boolean {
  return cachedMethods.has(method) && !isCachingOff(cache);
}
