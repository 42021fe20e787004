/** Which requests share an answer: the key of an entry, and the scope that keeps callers apart. */
import { createHash } from 'node:crypto';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { CachedRequest } from './cached-request.ts';
import { headerOf } from './cached-request.ts';

export type KeyParameters = {
  /** Names of query parameters that the answer depends on; default: all that are sent. */
  readonly query?: readonly string[];
  /** Names of headers that it depends on; default: none. */
  readonly headers?: readonly string[];
};

/**
 * `authorization`: a caller meets only answers that were made for the same caller. `public`: everybody meets the same.
 * A function names what the answer depends on of the caller, for example a tenant; undefined: do not cache.
 */
export type Scope<Event> = 'authorization' | 'public' | ((event: Event) => string | undefined);

/**
 * Headers that say nothing of who calls. Whatever is not here may be a credential that this library has never heard of,
 * and so keeps callers apart.
 */
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
/** Of a request that IAM has verified: they change with every request, and `identity` has whom they name. */
const SIGNATURE_HEADERS = new Set([
  'authorization',
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
]);

/**
 * By these a request says that it is another one, and frameworks believe some of them: part of every key, or whoever
 * sends one would have his answer kept for all who do not.
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
 * The scope of a request as text: equal for two requests only if nothing differs that a service could tell their
 * callers by.
 * @returns undefined where nobody can be told: what a service knows such a caller by is nothing that can be seen
 *   here, so the answer is not shared
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
  // Of an authorizer of the service a member of that name is a text.
  const isSigned = isJsonObject(caller['authorizer.iam']) || 'identity.userArn' in caller;
  const told = [...headers].filter(
    ([name]) =>
      !ANONYMOUS_HEADERS.has(name) &&
      !ANONYMOUS_PREFIXES.test(name) &&
      !(isSigned && SIGNATURE_HEADERS.has(name)),
  );
  if (told.length === 0 && Object.keys(caller).length === 0) return undefined;
  return `caller ${canonical([caller, told.sort(byName)])}`;
}

/** SHA-256 of all that the answer depends on, as 64 hex digits; credentials do not come out of it. */
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

/** JSON with members in order of their names: two spellings of one value are one text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    isJsonObject(member) ? Object.fromEntries(Object.entries(member).sort(byName)) : member,
  );
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
