/** Which requests share an answer: the key of an entry, and the scope that separates callers. */
import { createHash } from 'node:crypto';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { CachedRequest } from './cached-request.ts';
import { headerOf } from './cached-request.ts';

export type KeyParameters = {
  /** Query parameters that the answer depends on; default: all. */
  readonly query?: readonly string[];
  /** Headers that it depends on; default: none. */
  readonly headers?: readonly string[];
};

/**
 * `authorization`: callers share answers only with themselves. `public`: all callers share answers. A
 * function returns what the answer depends on, for example a tenant; undefined: do not cache.
 */
export type Scope<Event> = 'authorization' | 'public' | ((event: Event) => string | undefined);

/** Headers that do not identify the caller. Any other may be a credential, and separates callers. */
const ANONYMOUS_HEADERS = new Set(
  (
    'accept accept-charset accept-encoding accept-language access-control-request-headers ' +
    'access-control-request-method cache-control cdn-loop connection content-length content-type dnt expect ' +
    'forwarded host if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive ' +
    'max-forwards origin pragma priority range referer save-data te traceparent tracestate trailer ' +
    'transfer-encoding upgrade upgrade-insecure-requests user-agent via warning x-amz-cf-id x-amzn-trace-id ' +
    'x-correlation-id x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto x-request-id'
  ).split(' '),
);
const ANONYMOUS_PREFIXES = /^(?:sec-ch-|sec-fetch-|sec-gpc|cloudfront-(?:viewer|is|forwarded)-)/;
/** Signature headers of an IAM request: they change with every request, and `identity` has the signer. */
const SIGNATURE_HEADERS = new Set([
  'authorization',
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
]);

/**
 * Headers that rewrite a request, which some frameworks obey. Part of every key: otherwise a caller could
 * send one and have the answer cached for all others.
 */
const REWRITING_HEADERS = [
  'forwarded',
  'x-forwarded-host',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-host',
  'x-http-host-override',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-host',
  'x-original-method',
  'x-original-url',
  'x-rewrite-url',
];

/**
 * The scope of a request as text: equal for two requests only if they agree in everything that could identify
 * a caller.
 * @returns undefined when the caller cannot be identified: the service may know the caller by something
 * invisible here,
 *   so the answer is not shared
 */
export function scopeOf<Event>(
  scope: Scope<Event>,
  request: CachedRequest,
  event: Event,
): string | undefined {
  if (scope === 'public') return 'public';
  if (typeof scope === 'function') {
    const named = scope(event);
    return named === undefined || named === '' ? undefined : `named ${named}`;
  }
  const { caller, headers } = request;
  // A service's own authorizer can only set strings, so an object is API Gateway's.
  const isSigned = isJsonObject(caller['authorizer.iam']) || 'identity.userArn' in caller;
  const named = [...headers].filter(
    ([name]) =>
      !ANONYMOUS_HEADERS.has(name) &&
      !ANONYMOUS_PREFIXES.test(name) &&
      !(isSigned && SIGNATURE_HEADERS.has(name)),
  );
  if (named.length === 0 && Object.keys(caller).length === 0) return undefined;
  return `caller ${canonical([caller, named.sort(byName)])}`;
}

/** SHA-256 of all that the answer depends on, as 64 hex digits; credentials cannot be recovered from it. */
export function cacheKeyOf(request: CachedRequest, parameters: KeyParameters, scope: string): string {
  const { method, apiId, stage, host, path, route, query } = request;
  const names = parameters.query;
  const asked = [...query].filter(([name]) => names === undefined || names.includes(name)).sort(byName);
  const headers = keyHeaders(parameters).map((name) => [name, headerOf(request, name) ?? null]);
  const rewriting = REWRITING_HEADERS.flatMap((name) => headerOf(request, name) ?? null);
  const text = canonical([2, apiId, stage, host, method, path, route, asked, headers, rewriting, scope]);
  return createHash('sha256').update(text).digest('hex');
}

/** Lower case, sorted. */
export function keyHeaders({ headers = [] }: KeyParameters): readonly string[] {
  return [...new Set(headers.map((name) => name.toLowerCase()))].sort();
}

/** JSON with sorted members, so that equal values give equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    isJsonObject(member) ? Object.fromEntries(Object.entries(member).sort(byName)) : member,
  );
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
