/** Sockets ⇄ exchanges for REST and HTTP APIs: one node:http server per API port. */
import { createServer } from 'node:http';
import { MAX_BODY_BYTES } from '../exchange.ts';
import { serve } from '../pipeline.ts';
import { originForm, receive } from './receive.ts';
import { refuseMalformed, refuseUnfinished } from './refuse-malformed.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { sendStream } from './stream-reply.ts';
import { isWebSocketHandshake } from './websocket-frames.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Reply, ServedApi } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { ControlReply, ControlRequest } from '../control-port/control-request.ts';
import type { UnreadReplies } from './unread-replies.ts';

export type ApiServerOptions = {
  /** Whether a Host header may reach this port at all (DNS rebinding). */
  readonly isHostAllowed: (host: string | undefined) => boolean;
  /** The API that answers to a Host header, or to a target where several share the port; undefined = no such API. */
  readonly resolveApi: ResolveApi;
  /** Whether nothing but HTTP APIs could have answered to this Host; absent = never. */
  readonly isHttpOnly?: ((host: string | undefined, target: string) => boolean) | undefined;
  /** The target as the API's own address would have it; absent where that is what clients send. */
  readonly toOwnTarget?: ((host: string | undefined, target: string, api: ServedApi) => string) | undefined;
  /** `@connections` of a WebSocket API on its own address. */
  readonly handleManagement: (request: ControlRequest, api: ServedApi, path: string) => ControlReply;
  /** Of all ports together. */
  readonly unread: UnreadReplies;
  readonly ports: Ports;
};

/** A slow client may not hold a socket for ever. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** How often node looks for those that are over time. */
const TIMEOUT_CHECK_MS = 1_000;
/** Above AWS's 10,240 bytes so that the pipeline words the refusal; node refuses what is beyond. */
const MAX_HEADER_BYTES = 65_536;
/** A shorter reply is bounded by there being one per connection. */
const LARGE_REPLY = 16_384;
/** One byte more than AWS takes: enough to know that it is too much. */
const MAX_BODY_READ_BYTES = MAX_BODY_BYTES + 1;

/** `namedId`: `x-apigw-api-id`, which counts at a VPC endpoint's own name alone. */
export type ResolveApi = (
  host: string | undefined,
  target: string,
  namedId: string | undefined,
) => ServedApi | undefined;

/** `x-apigw-api-id`, by which a client of a private API names it at its VPC endpoint. */
export function apiIdHeader({ headers }: IncomingMessage): string | undefined {
  const id = headers['x-apigw-api-id'];
  return typeof id === 'string' ? id.toLowerCase() : undefined;
}

export function createApiServer(options: ApiServerOptions): Server {
  const server = createServer(
    {
      // A request without a body costs 15 % less (docs/decisions/0002).
      optimizeEmptyRequests: true,
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false,
      headersTimeout: HEADERS_TIMEOUT_MS,
      // REST and HTTP APIs ignore `Upgrade` and answer.
      shouldUpgradeCallback: (request) =>
        isWebSocketHandshake(request) &&
        options.resolveApi(request.headers.host, originForm(request.url), apiIdHeader(request))?.protocol ===
          'websocket',
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    (request, response) => {
      // Pipelined behind another request: it begins when the other's reply has left. Attack: one packet of requests
      // for large replies, none of which is ever read.
      if (response.socket === null) response.once('socket', () => accept(request, response, options));
      else accept(request, response, options);
    },
  );
  // Node would leave headers out beyond 2,000 of them, and nobody would count their bytes.
  server.maxHeadersCount = 0;
  // A client that has nothing more to say still wants its answer. Node documents neither name nor default.
  Reflect.set(server, 'httpAllowHalfOpen', true);
  server.on('clientError', refuseMalformed);
  server.on('connection', refuseUnfinished);
  refuseUnserved(server, options.ports.log);
  return server;
}

function accept(request: IncomingMessage, response: ServerResponse, options: ApiServerOptions): void {
  const { host } = request.headers;
  if (!options.isHostAllowed(host)) {
    // Required of HTTP/1.1; node's own refusal would have no body.
    const answer = host === undefined ? refusal('Bad Request', 400) : refusal('Host not allowed');
    send(response, request.method, answer);
    return;
  }
  const api = options.resolveApi(host, originForm(request.url), apiIdHeader(request));
  if (api === undefined) {
    const { method } = request;
    const url = originForm(request.url);
    if (options.isHttpOnly?.(host, url) === true) send(response, method, refusal('Not Found', 404));
    else send(response, method, HEALTH_CHECK.test(url) ? healthy() : refusal('Forbidden'));
    return;
  }
  const answerWith = (body: Buffer | undefined): void => {
    answer(request, response, api, body, options).catch((fault: unknown) => {
      // Nothing of one request may end the process that serves all the others.
      options.ports.log.write(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
      response.destroy();
    });
  };
  if (hasBody(request)) readBody(request, answerWith);
  else answerWith(undefined);
}

/** AWS's own health check, at the root of every host of REST APIs: no stage, route or base path can have these names. */
const HEALTH_CHECK = /^\/s?ping(?:\?|$)/;

function healthy(): Reply {
  return { status: 200, headers: ['Content-Type', 'text/plain'], body: 'healthy' };
}

function refusal(message: string, status = 403): Reply {
  return {
    status,
    headers: ['Content-Type', 'application/json'],
    body: JSON.stringify({ message }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  api: ServedApi,
  body: Buffer | undefined,
  options: ApiServerOptions,
): Promise<void> {
  const { method = 'GET' } = request;
  const url = originForm(request.url);
  const target = options.toOwnTarget?.(request.headers.host, url, api) ?? url;
  if (api.protocol === 'rest' && HEALTH_CHECK.test(target)) {
    send(response, method, healthy());
    return;
  }
  if (api.protocol === 'websocket') {
    const reply = options.handleManagement(toControlRequest(request, body), api, pathOf(target));
    send(response, method, toReply(reply));
    return;
  }
  const received = receive(
    {
      method,
      target,
      rawHeaders: request.rawHeaders,
      body,
      remoteAddress: request.socket.remoteAddress,
      httpVersion: request.httpVersion,
    },
    api,
    options.ports,
  );
  const reply = await serve(received, options.ports);
  // The rest of a body that is too long is not read: the connection ends with the reply.
  if (body !== undefined && body.length >= MAX_BODY_READ_BYTES) {
    reply.headers.push('Connection', 'close');
    response.once('finish', () => request.socket.destroySoon());
  }
  if (reply.stream === undefined) {
    send(response, method, reply);
    if (reply.body.length > LARGE_REPLY) options.unread.hold(response, reply.body.length);
  } else await sendStream(response, method, reply, reply.stream, options.ports.clock);
}

/** With `optimizeEmptyRequests` a request without these headers never emits `end`. */
function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  return (
    (headers['content-length'] !== undefined && headers['content-length'] !== '0') ||
    headers['transfer-encoding'] !== undefined
  );
}

/** Calls back once with the body, or with its first 10 MB and a byte. A client that goes away is forgotten. */
function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  let only: Buffer | undefined;
  let chunks: Buffer[] | undefined;
  let length = 0;
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    done(chunks === undefined ? (only ?? Buffer.alloc(0)) : Buffer.concat(chunks));
  };
  request.on('data', (chunk: Buffer) => {
    if (isDone) return;
    length += chunk.length;
    if (only === undefined) only = chunk;
    else if (chunks === undefined) chunks = [only, chunk];
    else chunks.push(chunk);
    if (length >= MAX_BODY_READ_BYTES) {
      request.pause();
      finish();
    }
  });
  request.on('end', finish);
  request.on('error', () => {
    isDone = true;
  });
}

function send(response: ServerResponse, method: string | undefined, reply: Reply): void {
  if (response.destroyed) return;
  const { status, headers, body } = reply;
  // 204 and 304 have no body by definition (RFC 9110 §15.3.5, §15.4.5); a HEAD reply keeps its length.
  if (status !== 204 && status !== 304)
    headers.push('Content-Length', String(typeof body === 'string' ? Buffer.byteLength(body) : body.length));
  response.writeHead(status, headers);
  response.end(method === 'HEAD' || status === 204 || status === 304 ? '' : body);
}

function toControlRequest(request: IncomingMessage, body: Buffer | undefined): ControlRequest {
  const { method = 'GET', url = '/' } = request;
  const path = pathOf(url);
  return {
    method,
    path,
    query: url.slice(path.length + 1),
    rawHeaders: request.rawHeaders,
    body: body ?? Buffer.alloc(0),
    host: request.headers.host ?? '',
  };
}

function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

function toReply(reply: ControlReply): Reply {
  return { status: reply.status, headers: [...reply.headers], body: reply.body };
}
