/** Builds the reply to a viewer: headers that CloudFront removes, replaces and adds, and CloudFront's own errors. */
import { edgePage } from '../../core/events/edge-page.ts';
import { HOP_BY_HOP } from '@gatewright/aws/connection-headers';
import type { ControlReply } from '../../core/api-call.ts';
import { selects } from './distribution.ts';
import type { Behavior, CorsPolicy, ResponseHeadersPolicy, SetHeader } from './distribution.ts';
import { forwardsCookies } from './origin-request.ts';
import type { OriginAnswer } from './stored-objects.ts';
import type { ViewerRequest } from './viewer-request.ts';

export type CacheResult = 'Hit' | 'RefreshHit' | 'Miss' | 'Error' | 'Redirect';

type ViewerFacts = {
  readonly result: CacheResult;
  readonly requestId: string;
  readonly via: string;
  /** The number of seconds since the object was stored; undefined if the response is not from the cache. */
  readonly ageSeconds: number | undefined;
  readonly tookMs: number;
  /** A number from 0 to less than 100, which decides whether the response is a sample. */
  readonly draw: number;
};

/** The name of the only edge location, in AWS's format: an airport code, a number and a cell. */
const POP = 'LCL1-P1';

const REMOVED = new Set([
  ...HOP_BY_HOP,
  'proxy-authenticate',
  'via',
  'x-cache',
  'x-amz-cf-id',
  'x-amz-cf-pop',
]);

const DEVICE_HEADERS = ['desktop', 'mobile', 'smarttv', 'tablet'].map((one) => `cloudfront-is-${one}-viewer`);

export function toViewer(
  answer: OriginAnswer,
  request: ViewerRequest,
  behavior: Behavior | undefined,
  facts: ViewerFacts,
): ControlReply {
  const kept =
    behavior === undefined ? answer.headers : keptHeaders(answer.headers, behavior, facts.ageSeconds);
  const policy = behavior?.response;
  const made = policy === undefined ? kept : applyPolicy(kept, request, policy);
  const isTimed = policy?.timedPercent !== undefined && isSample(policy.timedPercent, request, facts);
  const headers = isTimed ? withTiming(made, facts) : made;
  const { result, requestId, via, ageSeconds } = facts;
  return {
    status: answer.status,
    headers: [
      ...headers,
      ...(ageSeconds === undefined ? [] : ['Age', String(ageSeconds)]),
      'X-Cache',
      `${result} from cloudfront`,
      'Via',
      via,
      'X-Amz-Cf-Pop',
      POP,
      'X-Amz-Cf-Id',
      requestId,
    ],
    body: answer.body,
  };
}

/**
 * "Even when the sampling rate is set to zero, CloudFront adds the Server-Timing header … if the request contains the
 * Pragma: server-timing header."
 */
function isSample(percent: number, { headers }: ViewerRequest, { draw }: ViewerFacts): boolean {
  return draw < percent || headers.last('pragma')?.toLowerCase() === 'server-timing';
}

/**
 * Adds the metrics of `Server-Timing` ("Server-Timing header"). After a miss, they follow the origin's own metrics in
 * the same header. For a cached object, the origin's metrics are left out.
 */
function withTiming(headers: readonly string[], facts: ViewerFacts): readonly string[] {
  const { result, requestId, ageSeconds } = facts;
  const tookMs = Math.round(facts.tookMs);
  const isMiss = ageSeconds === undefined;
  const state = isMiss ? 'miss' : result === 'RefreshHit' ? 'refresh' : 'hit';
  const upstream = `cdn-upstream-layer;desc="EDGE",cdn-upstream-dns;dur=0,cdn-upstream-connect;dur=0,cdn-upstream-fbl;dur=${tookMs}`;
  const metrics = [
    ...(isMiss ? [upstream] : []),
    `cdn-cache-${state},cdn-pop;desc="${POP}",cdn-rid;desc="${requestId}"`,
    ...(state === 'hit' ? ['cdn-hit-layer;desc="EDGE"'] : []),
    `cdn-downstream-fbl;dur=${tookMs}`,
  ];
  const isTiming = (index: number): boolean =>
    headers[index - (index % 2)]?.toLowerCase() === 'server-timing';
  const own = headers.filter((_, index) => index % 2 === 1 && isTiming(index));
  return [
    ...headers.filter((_, index) => !isTiming(index)),
    'Server-Timing',
    [...(isMiss ? own : []), ...metrics].join(','),
  ];
}

function keptHeaders(
  headers: readonly string[],
  behavior: Behavior,
  age: number | undefined,
): readonly string[] {
  const kept: string[] = [];
  const hasCookies = forwardsCookies(behavior);
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (REMOVED.has(lower) || lower.startsWith('x-edge-')) continue;
    if (lower === 'set-cookie' && !hasCookies) continue;
    if (lower === 'age' && age !== undefined) continue;
    const shown = lower === 'vary' ? keptVary(value, behavior) : value;
    if (lower !== 'vary' || shown !== '') kept.push(name, shown);
  }
  return kept;
}

/**
 * Returns the values of `Vary` that CloudFront keeps. "If you configure your origin to include any other values in the
 * Vary header, CloudFront removes the values."
 */
function keptVary(value: string, { cache, request }: Behavior): string {
  const isForwarded = (lower: string): boolean =>
    selects(cache.headers, lower) || (request !== undefined && selects(request.headers, lower));
  const sendsDevice = DEVICE_HEADERS.some(
    (name) => isForwarded(name) || request?.added.includes(name) === true,
  );
  return value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => {
      const lower = one.toLowerCase();
      if (lower === 'accept-encoding' || lower === 'cookie' || lower === '*') return true;
      return isForwarded(lower) || (lower === 'user-agent' && sendsDevice);
    })
    .join(', ');
}

/**
 * Applies the response headers policy. "CloudFront removes the headers first and then adds any headers that are
 * specified in other sections."
 */
function applyPolicy(
  headers: readonly string[],
  request: ViewerRequest,
  { cors, headers: set, removes }: ResponseHeadersPolicy,
): readonly string[] {
  const kept = headers.filter(
    (_, index) => !removes.includes((headers[index - (index % 2)] ?? '').toLowerCase()),
  );
  const added = [...(cors === undefined ? [] : corsHeaders(cors, request)), ...set];
  const server = removes.includes('server') ? ['Server', 'CloudFront'] : [];
  return [...added.reduce(withHeader, kept), ...server];
}

function withHeader(headers: readonly string[], { name, value, overrides }: SetHeader): readonly string[] {
  const lower = name.toLowerCase();
  const isHere = headers.some((text, index) => index % 2 === 0 && text.toLowerCase() === lower);
  if (isHere && !overrides) return headers;
  const others = isHere
    ? headers.filter((_, index) => (headers[index - (index % 2)] ?? '').toLowerCase() !== lower)
    : headers;
  return [...others, name, value];
}

/** Returns the CORS headers, which only cross-origin requests get. */
function corsHeaders(cors: CorsPolicy, { method, headers }: ViewerRequest): readonly SetHeader[] {
  const origin = headers.last('origin');
  if (origin === undefined) return [];
  const isPreflight = method === 'OPTIONS' && headers.last('access-control-request-method') !== undefined;
  const { allowOrigins, overrides } = cors;
  const isAny = allowOrigins.includes('*');
  if (!isAny && !allowOrigins.some((pattern) => matchesOrigin(pattern, origin))) return [];
  const made: SetHeader[] = [];
  const add = (name: string, value: string): void => void made.push({ name, value, overrides });
  add('Access-Control-Allow-Origin', isAny ? '*' : origin);
  if (!isAny) made.push({ name: 'Vary', value: 'Origin', overrides: false });
  if (cors.allowsCredentials) add('Access-Control-Allow-Credentials', 'true');
  if (cors.exposeHeaders.length > 0) add('Access-Control-Expose-Headers', cors.exposeHeaders.join(','));
  if (!isPreflight) return made;
  if (cors.allowMethods.length > 0) add('Access-Control-Allow-Methods', cors.allowMethods.join(', '));
  if (cors.allowHeaders.length > 0) add('Access-Control-Allow-Headers', cors.allowHeaders.join(', '));
  if (cors.maxAgeSeconds !== undefined) add('Access-Control-Max-Age', String(cors.maxAgeSeconds));
  return made;
}

/**
 * Whether an origin matches a pattern such as `https://*.example.org`. A pattern without a scheme matches any scheme.
 * The star matches names, never a scheme.
 */
function matchesOrigin(pattern: string, origin: string): boolean {
  const [scheme, host] = origin.split('://');
  const [wantedScheme, wantedHost = ''] = pattern.includes('://') ? pattern.split('://') : [scheme, pattern];
  if (host === undefined || scheme !== wantedScheme) return false;
  return wantedHost.startsWith('*.') ? host.endsWith(wantedHost.slice(1)) : host === wantedHost;
}

/** @param why CloudFront's sentence about the cause */
export function ownError(status: number, why: string, requestId: string): OriginAnswer {
  const { headers, body } = edgePage(status, why, requestId);
  return { status, headers, body: Buffer.from(body) };
}

const REDIRECTS = { 301: 'Moved Permanently', 307: 'Temporary Redirect' };

/** Returns the page of a redirection to HTTPS (docs/aws §21.2). */
export function redirectPage(status: keyof typeof REDIRECTS): Buffer {
  const title = `${status} ${REDIRECTS[status]}`;
  const lines = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '<hr><center>CloudFront</center>',
    '</body>',
    '</html>',
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}
