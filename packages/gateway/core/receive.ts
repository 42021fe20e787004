/** Creates the exchange for a request that arrived from a socket or through `inject`, including its request ids. */
import { gunzipSync, inflateSync } from 'node:zlib';
import { HeaderList } from './events/header-list.ts';
import { continueTrace } from './events/trace-header.ts';
import { Exchange, MAX_BODY_BYTES } from './exchange.ts';
import type { ClientCertificateFacts, PackedBody, TlsFacts } from './events/request-facts.ts';
import type { Received, ServedApi } from './exchange.ts';
import type { Ports } from './ports.ts';

type WireRequest = {
  readonly method: string;
  /**
   * The request target as sent. It is in origin form (`/dev/pets?x=1`), or in absolute form if the request was sent to
   * a proxy.
   */
  readonly target: string;
  /** The target that the client sent, if the port has converted it. */
  readonly sentTarget?: string | undefined;
  /** A flat list of names and values, or headers that are already parsed. */
  readonly rawHeaders: readonly string[] | HeaderList;
  readonly body: Buffer | undefined;
  /** The client's address. It is never guessed, because resource policies and functions make decisions based on it. */
  readonly remoteAddress: string;
  /** For example `1.1`. */
  readonly httpVersion: string;
  /** The certificate that a domain with mutual TLS has accepted. */
  readonly clientCertificate?: ClientCertificateFacts | undefined;
  readonly tls?: TlsFacts | undefined;
};

/** The client address of a request that did not arrive through a socket. */
export const OWN_ADDRESS = '127.0.0.1';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ORIGIN = /^https?:\/\/[^/?]*/i;

/**
 * Returns the target in origin form. All code that reads paths must use it, because `http://api.example.com/a/x` would
 * otherwise have a base path or stage different from `/a/x` (RFC 9112 §3.2.2).
 */
export function originForm(target: string | undefined): string {
  if (target === undefined) return '/';
  if (target.startsWith('/')) return target;
  const path = target.replace(ORIGIN, '');
  return path === '' || path.startsWith('?') ? `/${path}` : path;
}

export function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

export function receive(wire: WireRequest, api: ServedApi, at: Ports): Received {
  const target = originForm(wire.target);
  const mark = target.indexOf('?');
  const receivedAtEpochMs = at.clock.nowEpochMs();
  const extendedRequestId = at.random.extendedId();
  const { rawHeaders, sentTarget } = wire;
  const headers = rawHeaders instanceof HeaderList ? rawHeaders : new HeaderList(rawHeaders);
  const unpacked = unpack(wire.body, headers, api);
  return new Exchange(api, {
    method: wire.method,
    rawPath: mark === -1 ? target : target.slice(0, mark),
    sentPath: sentTarget === undefined ? undefined : pathOf(originForm(sentTarget)),
    rawQuery: mark === -1 ? '' : target.slice(mark + 1),
    headers,
    body: unpacked === undefined ? wire.body : unpacked.body,
    packed: unpacked?.packed,
    sourceIp: plainAddress(wire.remoteAddress),
    clientCertificate: wire.clientCertificate,
    tls: wire.tls,
    protocol: `HTTP/${wire.httpVersion}`,
    requestId: requestIdOf(headers, api, at) ?? extendedRequestId,
    extendedRequestId,
    traceHeader: continueTrace(headers.last('x-amzn-trace-id'), receivedAtEpochMs, at.random),
    receivedAtEpochMs,
  });
}

/**
 * Decompresses the body of a request to a REST API. Returns undefined for other APIs, without a body or
 * `Content-Encoding`, and if the compressed body is already too long.
 */
function unpack(
  body: Buffer | undefined,
  headers: HeaderList,
  { protocol }: ServedApi,
): UnpackedBody | undefined {
  if (body === undefined || protocol !== 'rest') return undefined;
  if (body.length === 0 || body.length > MAX_BODY_BYTES) return undefined;
  const coding = headers.last('content-encoding');
  return coding === undefined ? undefined : unpackBody(body, coding);
}

type Unpack = (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const CODINGS: ReadonlyMap<string, Unpack> = new Map([
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
]);

type UnpackedBody = {
  readonly body: Buffer;
  /** The compressed body; undefined if the body was not compressed. */
  readonly packed: PackedBody | undefined;
};

/**
 * Decompresses a request body (developer guide, "Call an API method with a compressed payload"). AWS decompresses
 * requests on every REST API, whether or not the API compresses replies, and does not remove `Content-Encoding`. The
 * result never has more than `MAX_BODY_BYTES`, however small the compressed body is.
 */
function unpackBody(body: Buffer, contentEncoding: string): UnpackedBody {
  const coding = contentEncoding.trim().toLowerCase();
  if (coding === '' || coding === 'identity') return { body, packed: undefined };
  const unpack = CODINGS.get(coding);
  if (unpack === undefined) return { body, packed: { sent: body, fault: 'unsupported' } };
  try {
    const content = unpack(body, { maxOutputLength: MAX_BODY_BYTES });
    return { body: content, packed: { sent: body, fault: undefined } };
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { body, packed: { sent: body, fault: isTooLarge ? 'too-large' : 'unsupported' } };
  }
}

/** Returns the request id; undefined for APIs that have only the extended request id. */
function requestIdOf(headers: HeaderList, api: ServedApi, at: Ports): string | undefined {
  if (api.functionUrl !== undefined) return at.random.uuid();
  return api.protocol === 'rest' ? restRequestId(headers, at) : undefined;
}

/**
 * Returns the request id of a REST request. If the client sends its own UUID, the UUID becomes the request id
 * (docs/aws §3.7, correction).
 */
function restRequestId(headers: HeaderList, at: Ports): string {
  const offered = headers.last('x-amzn-requestid');
  return offered !== undefined && UUID.test(offered) ? offered : at.random.uuid();
}

/** Converts an IPv4-mapped IPv6 address to IPv4, because AWS never shows the mapped form. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
