/**
 * The headers that API Gateway drops or renames. Each phase, such as the way from the client to the function, has its
 * own lists. The lists contain the connection headers of RFC 9110, with AWS's additions and exceptions. REST APIs have
 * specific lists (docs/aws §2.6 and §2.7; recorded December 2024). HTTP APIs drop only the headers that every gateway
 * must drop or write itself, and rename nothing. Function URLs rename `WWW-Authenticate`.
 */
import { CONNECTION_HEADERS } from '@gatewright/aws/connection-headers';

type Phase = {
  /** The headers that are dropped. All names in this file are in lower case. */
  readonly drops: ReadonlySet<string>;
  /** The headers that are renamed to `x-amzn-Remapped-{Name}`, because the gateway sets these headers itself. */
  readonly remaps: ReadonlySet<string>;
};

const phase = (drops: readonly string[], remaps: readonly string[] = []): Phase => ({
  drops: new Set(drops),
  remaps: new Set(remaps),
});

/** Returns the name under which a header is passed on; undefined means that the header is dropped. */
export function nameAfter({ drops, remaps }: Phase, name: string): string | undefined {
  const lower = name.toLowerCase();
  if (drops.has(lower)) return undefined;
  return remaps.has(lower) ? `x-amzn-Remapped-${name}` : name;
}

/** The headers that the gateway writes itself, and that every backend sends, too. */
export const OWN_HEADERS = ['connection', 'content-length', 'date', 'server'];
/**
 * Headers of a backend's response that apply only to the connection to the backend. Some phases also drop `trailer`,
 * because the client's socket would refuse this header.
 */
const OF_BACKEND = ['transfer-encoding', 'keep-alive'];
const UNSENT = ['connection', 'expect', 'keep-alive', 'proxy-authenticate', 'te', 'via'];

export const REST_PHASES = {
  /** The phase from the client to the function. */
  request: phase([
    'connection',
    'content-length',
    'content-md5',
    'expect',
    'max-forwards',
    'proxy-authenticate',
    'server',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'www-authenticate',
  ]),
  /** The phase from the client to the backend of a proxy integration, for headers that are not mapped. */
  proxied: phase(['content-encoding', 'host', 'keep-alive', 'via']),
  /**
   * The phase from the mapping to the backend. A mapping may set one of these headers without an error, but the header
   * is never sent. `keep-alive` belongs to the gateway's own connection.
   */
  http: phase(UNSENT),
  'http-proxy': phase(UNSENT),
  service: phase(['keep-alive', 'referer']),
  /**
   * The phase from the function to the client. `Trailer` is dropped because it announces trailers, and a reply of known
   * length cannot have any.
   */
  result: phase(['trailer', 'transfer-encoding'], [...OWN_HEADERS, 'authorization', 'www-authenticate']),
  /** The phase from the mapping of an AWS, HTTP or MOCK integration to the client. */
  returnedByMapping: phase(OF_BACKEND, [
    ...OWN_HEADERS,
    'authorization',
    'content-md5',
    'expect',
    'host',
    'max-forwards',
    'proxy-authenticate',
    'trailer',
    'upgrade',
    'user-agent',
    'www-authenticate',
  ]),
  /** The phase from the backend of an HTTP_PROXY integration to the client. */
  returned: phase(
    [...OF_BACKEND, 'trailer', 'content-encoding', 'via'],
    [...OWN_HEADERS, 'x-amzn-requestid'],
  ),
  /**
   * The phase from the backend of an HTTP_PROXY integration to the client, for a streamed response. Unlike other
   * bodies, a stream is not decompressed, so `content-encoding` is passed on.
   */
  streamed: phase([...OF_BACKEND, 'trailer', 'via'], [...OWN_HEADERS, 'x-amzn-requestid']),
};

/**
 * Headers of the integration request that must not be mapped. AWS deploys such a mapping, but every call then fails
 * with 500 before it is sent.
 */
export const FORBIDDEN_MAPPINGS = {
  any: new Set(['content-length', 'transfer-encoding']),
  /** The headers for integrations of the types AWS and AWS_PROXY. */
  toAws: new Set([
    'content-length',
    'transfer-encoding',
    'authorization',
    'connection',
    'expect',
    'proxy-authenticate',
    'te',
  ]),
};

export const HTTP_PHASES = {
  /** The phase from the client to the function. `Content-Length` is written by the gateway itself. */
  request: phase([...CONNECTION_HEADERS, 'expect']),
  /**
   * The phase from the client to the backend of a proxy integration. The backend receives the forwarding information in
   * `Forwarded` instead of the `X-Forwarded-…` headers.
   */
  proxied: phase([
    ...CONNECTION_HEADERS,
    'expect',
    'forwarded',
    'host',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-port',
    'x-forwarded-proto',
  ]),
  /** The phase from the function to the client (docs/aws §2.7). */
  result: phase(CONNECTION_HEADERS),
  /** The phase from the function to the client at a function URL (docs/aws §2.7, reports). */
  'url-result': phase(CONNECTION_HEADERS, ['www-authenticate']),
  /** The phase from the backend of a proxy integration to the client. */
  returned: phase([...CONNECTION_HEADERS, 'date']),
};

/**
 * The phase from the function to the client, for an accepted `$connect`. The gateway itself writes the header lines of
 * the handshake.
 */
export const UPGRADE_PHASE = phase([
  ...CONNECTION_HEADERS,
  'content-type',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-version',
]);
