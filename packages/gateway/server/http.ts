/** Connects sockets with the pipeline for REST and HTTP APIs. Each API port has one node:http server. */
import { createServer } from '@gatewright/aws/node-http';
import { KEEP_ALIVE_OPTIONS, readPendingBeforeIdleClose } from '@gatewright/aws/idle-connections';
import { acceptRequest } from './answer-request.ts';
import { ApiRequest } from './api-request.ts';
import { originForm } from '../core/receive.ts';
import { refuseMalformed, refuseUnfinished } from './refuse-malformed.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { isWebSocketHandshake } from './websocket-frames.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ApiServerOptions, Arrival } from './answer-request.ts';
import type { TlsPeer } from './tls-peer.ts';

/** The time limit for request headers, so that slow clients do not occupy a socket forever. */
const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 60_000;
/** The interval in milliseconds at which Node looks for requests that have timed out. */
const TIMEOUT_CHECK_MS = 1_000;
/**
 * The maximum size of headers that Node accepts, in bytes. It is larger than AWS's limit of 10,240 bytes, so that the
 * pipeline can refuse such headers with AWS's message. Node itself refuses larger headers.
 */
export const MAX_HEADER_BYTES = 65_536;

/**
 * Returns `x-apigw-api-id` in lower case, which names a private API at its VPC endpoint; undefined if it was not sent.
 */
export function apiIdHeader({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const id = headers['x-apigw-api-id'];
  return typeof id === 'string' ? id.toLowerCase() : undefined;
}

/** @param peerOf returns the facts of the connection's handshake; undefined for a connection without TLS */
export function createApiServer(
  options: ApiServerOptions,
  peerOf: (request: IncomingMessage) => TlsPeer | undefined = () => undefined,
): Server {
  const accept = (request: ApiRequest, response: ServerResponse): void => {
    acceptRequest(toArrival(request, peerOf(request)), response, options);
  };
  const server = createServer(
    {
      IncomingMessage: ApiRequest,
      // This option makes requests without a body 15 % cheaper.
      optimizeEmptyRequests: true,
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false,
      headersTimeout: HEADERS_TIMEOUT_MS,
      // REST and HTTP APIs ignore `Upgrade` and reply normally.
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
      // A pipelined request is processed only when the reply to the previous request has been sent. Attack: a single
      // packet contains many requests for large replies, which the client never reads.
      if (response.socket === null) response.once('socket', () => accept(request, response));
      else accept(request, response);
    },
  );
  // Node's limit on the number of headers is switched off. Node would drop headers beyond 2,000, and the size limit
  // would then not count their bytes.
  server.maxHeadersCount = 0;
  // Half-open sockets are allowed, because a client that has closed its side still expects its reply. Node documents
  // neither this property nor its default.
  Reflect.set(server, 'httpAllowHalfOpen', true);
  readPendingBeforeIdleClose(server);
  server.on('clientError', refuseMalformed);
  server.on('connection', refuseUnfinished);
  refuseUnserved(server, options.ports.log);
  return server;
}

function toArrival(request: ApiRequest, peer: TlsPeer | undefined): Arrival {
  return {
    method: request.method,
    target: originForm(request.url),
    host: request.headers.host,
    apiId: apiIdHeader(request),
    headers: request.headerList,
    httpVersion: request.httpVersion,
    remoteAddress: request.socket.remoteAddress,
    body: hasBody(request) ? request : undefined,
    peer,
  };
}

/**
 * Whether the request announces a body. With `optimizeEmptyRequests`, a request without these two headers never emits
 * `end`.
 */
function hasBody({ headers }: IncomingMessage): boolean {
  return (
    (headers['content-length'] !== undefined && headers['content-length'] !== '0') ||
    headers['transfer-encoding'] !== undefined
  );
}
