/**
 * Lists of headers that have the same meaning in every service. They decide whether a header is part of a cache key.
 */

const list = (names: string): readonly string[] => names.split(' ');

/**
 * Headers that are part of a cache key only if the service's configuration names them. `*` at the end matches any
 * further characters. These headers describe the connection, the client's software, the trace, or what the client
 * accepts and already has.
 */
export const IGNORED_HEADERS = list(
  'accept accept-charset accept-encoding accept-language b3 cache-control cdn-loop cloudfront-is-* ' +
    'cloudfront-viewer-* connection content-length content-type dnt expect if-* keep-alive max-forwards ' +
    'postman-token pragma priority range referer save-data sec-ch-* sec-fetch-* sec-gpc sentry-trace te ' +
    'traceparent tracestate trailer transfer-encoding upgrade upgrade-insecure-requests user-agent via warning ' +
    'x-amz-cf-id x-amzn-tls-* x-amzn-trace-id x-b3-* x-correlation-id x-forwarded-for x-request-id',
);
const IGNORED = new Set(IGNORED_HEADERS);
const PREFIXES = IGNORED_HEADERS.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));

/**
 * Whether a header is part of a cache key only if the service names it.
 * @param name header name in lower case
 */
export function isIgnoredHeader(name: string): boolean {
  return IGNORED.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Headers that are part of a cache key, but do not identify the caller. */
export const UNIDENTIFYING_HEADERS: ReadonlySet<string> = new Set(
  list(
    'access-control-request-headers access-control-request-method cloudfront-forwarded-proto forwarded host ' +
      'origin x-forwarded-host x-forwarded-port x-forwarded-proto',
  ),
);
