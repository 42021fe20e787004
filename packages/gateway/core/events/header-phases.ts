/**
 * Headers that API Gateway does not pass on unchanged, by the phase of a message: the headers of RFC 9110 and the ones
 * that AWS adds or leaves in. REST APIs have their own lists (docs/aws §2.6 and §2.7; recorded December
 * 2024); HTTP APIs drop what a gateway must drop.
 */
import { CONNECTION_HEADERS } from '@gatewright/aws/connection-headers';

type Phase = {
  /** In lower case, like all names here. */
  readonly drops: ReadonlySet<string>;
  /** Renamed to `x-amzn-Remapped-{Name}`, because the gateway sets these itself. */
  readonly remaps: ReadonlySet<string>;
};

const phase = (drops: readonly string[], remaps: readonly string[] = []): Phase => ({
  drops: new Set(drops),
  remaps: new Set(remaps),
});

/** The name under which a header is passed on; undefined means that it is dropped. */
export function nameAfter({ drops, remaps }: Phase, name: string): string | undefined {
  const lower = name.toLowerCase();
  if (drops.has(lower)) return undefined;
  return remaps.has(lower) ? `x-amzn-Remapped-${name}` : name;
}

const OWN = ['connection', 'content-length', 'date', 'server'];
/** Headers of the integration's own connection; the client's socket would refuse a `trailer`. */
const OF_BACKEND = ['transfer-encoding', 'keep-alive'];
const UNSENT = ['connection', 'expect', 'keep-alive', 'proxy-authenticate', 'te', 'via'];

export const REST_PHASES = {
  /** Client → function. */
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
  /** Client → backend of a proxy, unless mapped. */
  proxied: phase(['content-encoding', 'host', 'keep-alive', 'via']),
  /**
   * Mapping → backend: mapping them is not an error, but they are never sent. `keep-alive` belongs to the
   * gateway's connection.
   */
  http: phase(UNSENT),
  'http-proxy': phase(UNSENT),
  service: phase(['keep-alive', 'referer']),
  /** Function → client. A reply of known length cannot have the trailers that `Trailer` announces. */
  result: phase(['trailer', 'transfer-encoding'], [...OWN, 'authorization', 'www-authenticate']),
  /** Mapping of an AWS, HTTP or MOCK integration → client. */
  returnedByMapping: phase(OF_BACKEND, [
    ...OWN,
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
  /** Backend of an HTTP_PROXY → client. */
  returned: phase([...OF_BACKEND, 'trailer', 'content-encoding', 'via'], [...OWN, 'x-amzn-requestid']),
  /** Like `returned`, but bodies of streams are not decompressed. */
  streamed: phase([...OF_BACKEND, 'trailer', 'via'], [...OWN, 'x-amzn-requestid']),
};

/**
 * AWS deploys a mapping of these integration request headers, and then every call fails with 500 before it is
 * sent.
 */
export const FORBIDDEN_MAPPINGS = {
  any: new Set(['content-length', 'transfer-encoding']),
  /** Types AWS and AWS_PROXY. */
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
  /** Client → function; the gateway writes the length. */
  request: phase([...CONNECTION_HEADERS, 'expect']),
  /** Client → backend of a proxy, which gets the other values in `Forwarded`. */
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
  /** Function → client. */
  result: phase(CONNECTION_HEADERS),
  /** Backend of a proxy → client. */
  returned: phase([...CONNECTION_HEADERS, 'date']),
};

/** Function → client, on an accepted `$connect`: the gateway writes the lines of the handshake. */
export const UPGRADE_PHASE = phase([
  ...CONNECTION_HEADERS,
  'content-type',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-version',
]);
