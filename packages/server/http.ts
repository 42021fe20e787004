/** Sockets ⇄ exchanges for REST and HTTP APIs: one node:http server per API port. */
import { createServer } from '@gatewright/aws/node-http';
import { KEEP_ALIVE_OPTIONS, readPendingBeforeIdleClose } from '@gatewright/aws/idle-connections';
import { acceptRequest } from './answer-request.ts';
import { originForm } from '../core/receive.ts';
import { refuseMalformed, refuseUnfinished } from './refuse-malformed.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { isWebSocketHandshake } from './websocket-frames.ts';
import { areSameLines, HeaderList } from '../core/events/header-list.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ApiServerOptions, Arrival } from './answer-request.ts';
import type { TlsPeer } from './tls-peer.ts';

/** A slow client must not hold a socket forever. */
const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 60_000;
/** How often Node looks for overdue requests. */
const TIMEOUT_CHECK_MS = 1_000;
/** Above AWS's 10,240 bytes so that the pipeline words the refusal; Node refuses more. */
export const MAX_HEADER_BYTES = 65_536;

/** `x-apigw-api-id`, which names a private API at its VPC endpoint. */
export function apiIdHeader({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const id = headers['x-apigw-api-id'];
  return typeof id === 'string' ? id.toLowerCase() : undefined;
}

/** @param peerOf facts of the connection's handshake; undefined for one without TLS */
export function createApiServer(
  options: ApiServerOptions,
  peerOf: (request: IncomingMessage) => TlsPeer | undefined = () => undefined,
): Server {
  const accept = (request: IncomingMessage, response: ServerResponse): void => {
    acceptRequest(toArrival(request, peerOf(request)), response, options);
  };
  const server = createServer(
    {
      // A request without a body costs 15 % less.
      optimizeEmptyRequests: true,
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false,
      headersTimeout: HEADERS_TIMEOUT_MS,
      // REST and HTTP APIs ignore `Upgrade` and answer.
      shouldUpgradeCallback: (request) =>
        isWebSocketHandshake(request) &&
        options.isHostAllowed(request.headers.host) &&
        options.resolveApi(
          request.headers.host,
          originForm(request.url),
          apiIdHeader(request),
          request.rawHeaders,
        )?.protocol === 'websocket',
      requestTimeout: REQUEST_TIMEOUT_MS,
      ...KEEP_ALIVE_OPTIONS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    (request, response) => {
      // Pipelined behind another request: it begins when the other's reply has been sent. Attack: one packet
      // of requests for large replies, none of which is ever read.
      if (response.socket === null) response.once('socket', () => accept(request, response));
      else accept(request, response);
    },
  );
  // Node would drop headers beyond 2,000, and their bytes would not be counted.
  server.maxHeadersCount = 0;
  // A client that has closed its side still expects its answer. Node documents neither name nor default.
  Reflect.set(server, 'httpAllowHalfOpen', true);
  readPendingBeforeIdleClose(server);
  server.on('clientError', refuseMalformed);
  server.on('connection', refuseUnfinished);
  refuseUnserved(server, options.ports.log);
  return server;
}

function toArrival(request: IncomingMessage, peer: TlsPeer | undefined): Arrival {
  return {
    method: request.method,
    target: originForm(request.url),
    host: request.headers.host,
    apiId: apiIdHeader(request),
    headers: shareHeaders(request),
    httpVersion: request.httpVersion,
    remoteAddress: request.socket.remoteAddress,
    body: hasBody(request) ? request : undefined,
    peer,
  };
}

/** Header lines kept per connection; more are read anew each time. */
const MOST_LINES = 64;
const MOST_CHARS = 4_096;

const lastOf = new WeakMap<object, HeaderList>();

/**
 * A client mostly sends the same headers in each request of a connection, so the values read from them are
 * kept.
 * @param lines flat name, value list, as it came over the connection
 */
export function headersOf(connection: object, lines: readonly string[]): HeaderList {
  const last = lastOf.get(connection);
  if (last !== undefined && areSameLines(last.lines, lines)) {
    last.repeat();
    return last;
  }
  const headers = new HeaderList(lines);
  if (isShort(lines)) lastOf.set(connection, headers);
  return headers;
}

/** Node's own map of the headers of a list. */
const mapOf = new WeakMap<HeaderList, IncomingMessage['headers']>();

/** A request whose headers repeat shares those of the first, so that V8 has fewer objects to copy while it waits. */
function shareHeaders(request: IncomingMessage): HeaderList {
  const headers = headersOf(request.socket, request.rawHeaders);
  const isFirst = headers.lines === request.rawHeaders;
  if (isFirst) mapOf.set(headers, request.headers);
  else {
    request.rawHeaders = [];
    request.headers = mapOf.get(headers) ?? request.headers;
  }
  return headers;
}

function isShort(lines: readonly string[]): boolean {
  if (lines.length > MOST_LINES) return false;
  let chars = 0;
  for (const line of lines) chars += line.length;
  return chars <= MOST_CHARS;
}

/** With `optimizeEmptyRequests` a request without these headers never emits `end`. */
function hasBody({ headers }: IncomingMessage): boolean {
  return (
    (headers['content-length'] !== undefined && headers['content-length'] !== '0') ||
    headers['transfer-encoding'] !== undefined
  );
}
