/** Finds the API for a request of any HTTP version, and responds to the request. */
import { refuseHost } from '@gatewright/aws/guards';
import { describeFault } from '../core/errors.ts';
import {
  describeForeign,
  describeHealthCheck,
  describeUnmapped,
  describeUntrusted,
} from './describe-refused.ts';
import { logRefused } from '../core/log-refused.ts';
import type { HostFacts } from './describe-refused.ts';
import { wordRefusal } from '../core/deployment/wordings/refusal-wordings.ts';
import { addFraming, bytesOf } from '../core/events/reply-framing.ts';
import { MAX_BODY_BYTES } from '../core/exchange.ts';
import { serve } from '../core/pipeline.ts';
import { pathOf, receive } from '../core/receive.ts';
import { isManagementCall } from '../core/websocket/management.ts';
import { refusePlain } from '../core/websocket/plain-request.ts';
import { readBody } from './read-body.ts';
import { sendStream } from './stream-reply.ts';
import { describeCertificate } from './tls-peer.ts';
import type { Readable } from 'node:stream';
import type { HeaderList } from '../core/events/header-list.ts';
import type { Refusal } from '../core/deployment/wordings/refusal-wordings.ts';
import type { Reply, ServedApi } from '../core/exchange.ts';
import type { Ports } from '../core/ports.ts';
import type { ControlReply, ControlRequest } from '../core/api-call.ts';
import type { ReplySink } from './stream-reply.ts';
import type { TlsPeer } from './tls-peer.ts';
import type { BodyMemory } from './body-memory.ts';
import { LARGE_REPLY_BYTES, type UnreadReplies } from './unread-replies.ts';

export type ApiServerOptions = {
  /**
   * Whether this port accepts requests with a certain Host header. Requests with any other host are refused, because
   * they may be an attack by DNS rebinding.
   */
  readonly isHostAllowed: (host: string | undefined) => boolean;
  /**
   * Finds the API for a Host header, or for a target if several APIs share the port. Returns undefined if there is no
   * such API.
   */
  readonly resolveApi: ResolveApi;
  /** Whether only HTTP APIs may be served under this Host; absent if no Host is limited to HTTP APIs. */
  readonly isHttpOnly?: ((host: string | undefined, target: string) => boolean) | undefined;
  /**
   * Converts the target to the form that it has at the API's own address; absent if clients already send it in that
   * form.
   */
  readonly toOwnTarget?: ((host: string | undefined, target: string, api: ServedApi) => string) | undefined;
  /** Returns the custom domain of a host, and the base paths of its mappings; undefined for any other host. */
  readonly factsOfHost?: ((host: string | undefined) => HostFacts | undefined) | undefined;
  /** Decides whether a domain with mutual TLS admits a client; absent if no domain requests certificates. */
  readonly judgeClient?: ((host: string | undefined, peer: TlsPeer | undefined) => ClientVerdict) | undefined;
  /** Handles `@connections` requests of a WebSocket API on the API's own address. */
  readonly handleManagement: (request: ControlRequest, api: ServedApi, path: string) => ControlReply;
  readonly bodies: BodyMemory;
  readonly unread: UnreadReplies;
  readonly ports: Ports;
};

/**
 * Finds an API. `namedId` is the value of `x-apigw-api-id`, which is used only if the Host is a VPC endpoint's own
 * name.
 */
export type ResolveApi = (
  host: string | undefined,
  target: string,
  namedId: string | undefined,
  headers?: readonly string[],
) => ServedApi | undefined;

export type ClientVerdict =
  /** The client is admitted. `shows` is true if events contain the client's certificate. */
  | { readonly kind: 'admitted'; readonly shows: boolean }
  | { readonly kind: 'refused'; readonly reason: string }
  /**
   * The truststore has changed since it accepted the client. The connection is therefore closed, and the client has to
   * connect again.
   */
  | { readonly kind: 'stale' };

/** A request in a form that is independent of the HTTP version. */
export type Arrival = {
  readonly method: string | undefined;
  /** The request target in origin form. */
  readonly target: string;
  readonly host: string | undefined;
  readonly apiId: string | undefined;
  readonly headers: HeaderList;
  /** The HTTP version, for example `1.1`. */
  readonly httpVersion: string;
  /**
   * The client's address; undefined if the client has reset the connection, which may be an attempt to hide the
   * address.
   */
  readonly remoteAddress: string | undefined;
  readonly body: Readable | undefined;
  readonly peer: TlsPeer | undefined;
};

/**
 * The number of bytes of a body that are read. It is one byte more than AWS accepts, which is enough to detect that a
 * body is too long.
 */
const MAX_BODY_READ_BYTES = MAX_BODY_BYTES + 1;

export function acceptRequest(arrival: Arrival, sink: ReplySink, options: ApiServerOptions): void {
  const { host, target, method } = arrival;
  if (!options.isHostAllowed(host)) {
    // A request without a Host is refused here, because Node's own refusal would have no body.
    send(sink, method, host === undefined ? refusal('without-host') : foreignHost(host, arrival, options));
    return;
  }
  const verdict = options.judgeClient?.(host, arrival.peer) ?? ADMITTED;
  if (verdict.kind === 'stale') {
    sink.destroy();
    return;
  }
  if (verdict.kind === 'refused') {
    const reply = refusal('untrusted-certificate');
    const asked = options.resolveApi(host, target, arrival.apiId, arrival.headers.lines);
    const told = describeUntrusted((host ?? '').replace(/:\d+$/, ''), verdict.reason, arrival.peer);
    noteRefused(arrival, reply, { api: asked, isTrusted: false, told }, options);
    send(sink, method, reply);
    return;
  }
  const api = options.resolveApi(host, target, arrival.apiId, arrival.headers.lines);
  if (api === undefined) {
    const isHttpOnly = options.isHttpOnly?.(host, target) === true;
    if (!isHttpOnly && HEALTH_CHECK.test(target)) send(sink, method, healthy());
    else {
      const reply = refusal(isHttpOnly ? 'no-http-api' : 'no-api');
      const told = describeUnmapped(host ?? '', pathOf(target), options.factsOfHost?.(host));
      noteRefused(arrival, reply, { api: undefined, isTrusted: true, told }, options);
      send(sink, method, reply);
    }
    return;
  }
  const answerWith = (body: Buffer | undefined, release?: () => void): void => {
    answer(arrival, sink, { api, body, shows: verdict.shows }, options).then(release, (fault: unknown) => {
      // An error of one request must not end the process.
      options.ports.log.write(describeFault(fault));
      sink.destroy();
      release?.();
    });
  };
  if (arrival.body === undefined) {
    answerWith(undefined);
    return;
  }
  const rules = {
    memory: options.bodies,
    maxBytes: MAX_BODY_READ_BYTES,
    announced: () => arrival.headers.last('content-length'),
    address: arrival.remoteAddress,
  };
  const refused = (): void => {
    options.bodies.logRefusal(`${api.name} (${api.apiId})`);
    endAfterReply(sink);
    send(sink, method, refusal('no-body-memory'), true);
  };
  readBody(arrival.body, rules, { done: answerWith, refused });
}

function noteRefused(
  { method = 'GET', target, headers, remoteAddress, httpVersion, host = '' }: Arrival,
  reply: Reply,
  refused: Omit<Parameters<typeof logRefused>[2], 'host'>,
  { ports }: ApiServerOptions,
): void {
  if (remoteAddress === undefined) return;
  const wire = { method, target, rawHeaders: headers, body: undefined, remoteAddress, httpVersion };
  logRefused(wire, reply, { host, ...refused }, ports);
}

function foreignHost(host: string, arrival: Arrival, options: ApiServerOptions): Reply {
  const refused = refuseHost(host);
  const reply = toReply(refused);
  const told = describeForeign(refused.message);
  noteRefused(arrival, reply, { api: undefined, isTrusted: true, isForeign: true, told }, options);
  return reply;
}

const ADMITTED: ClientVerdict = { kind: 'admitted', shows: false };

/**
 * Matches the paths of AWS's own health check, which every host of REST APIs has at its root. No stage, route or base
 * path can have these names.
 */
const HEALTH_CHECK = /^\/s?ping(?:\?|$)/;

/** At the address of an HTTP API, AWS itself answers only /ping, and with a different text (docs/aws §2.1). */
const HEALTH_CHECK_OF_HTTP = /^\/ping(?:\?|$)/;

function isHealthCheck({ protocol, basePathMatched, functionUrl }: ServedApi, target: string): boolean {
  if (protocol === 'rest') return HEALTH_CHECK.test(target);
  const isOwnAddress = protocol === 'http' && basePathMatched === undefined && functionUrl === undefined;
  return isOwnAddress && HEALTH_CHECK_OF_HTTP.test(target);
}

function healthy(protocol: ServedApi['protocol'] = 'rest'): Reply {
  const body = protocol === 'http' ? 'Healthy Connection' : 'healthy';
  return { status: 200, headers: ['Content-Type', 'text/plain'], body };
}

function refusal(what: Refusal): Reply {
  return toReply(wordRefusal(what));
}

type Found = {
  readonly api: ServedApi;
  readonly body: Buffer | undefined;
  /** Whether events contain the client's certificate. */
  readonly shows: boolean;
};

async function answer(
  arrival: Arrival,
  sink: ReplySink,
  { api, body, shows }: Found,
  options: ApiServerOptions,
): Promise<void> {
  const { method = 'GET', headers, remoteAddress, httpVersion, peer } = arrival;
  if (remoteAddress === undefined) {
    // The request is refused even if the bytes that the client sent before the reset can still be read. Attack: a
    // request without an address would be treated as a local request.
    options.ports.log.write(
      `${method} ${pathOf(arrival.target)} was not served, because the client reset the connection`,
    );
    sink.destroy();
    return;
  }
  const target = options.toOwnTarget?.(arrival.host, arrival.target, api) ?? arrival.target;
  if (isHealthCheck(api, target)) {
    const reply = healthy(api.protocol);
    if (api.basePathMatched !== undefined || api.protocol === 'http') {
      const told = describeHealthCheck(pathOf(target), api);
      noteRefused(arrival, reply, { api, isTrusted: true, told }, options);
    }
    send(sink, method, reply);
    return;
  }
  if (api.protocol === 'websocket') {
    const call = toControlRequest(arrival, body);
    if (isManagementCall({ ...call, path: pathOf(target) })) {
      send(sink, method, toReply(options.handleManagement(call, api, pathOf(target))));
      return;
    }
  }
  const certificate = shows ? peer?.certificate : undefined;
  const sentTarget = target === arrival.target ? undefined : arrival.target;
  const wire = {
    method,
    target,
    sentTarget,
    rawHeaders: headers,
    body,
    remoteAddress,
    httpVersion,
    tls: peer?.tls,
  };
  const received = receive(
    certificate === undefined ? wire : { ...wire, clientCertificate: describeCertificate(certificate) },
    api,
    options.ports,
  );
  if (api.protocol === 'websocket') {
    send(sink, method, refusePlain(received, options.ports));
    return;
  }
  const reply = await serve(received, options.ports);
  const isTooLong = body !== undefined && body.length >= MAX_BODY_READ_BYTES;
  if (isTooLong) endAfterReply(sink);
  if (reply.stream === undefined) {
    send(sink, method, reply, isTooLong);
    if (reply.body.length > LARGE_REPLY_BYTES) options.unread.hold(sink, reply.body.length, remoteAddress);
  } else await sendStream(sink, method, reply, reply.stream, options.ports.clock);
}

/** Ends the connection, or the HTTP/2 stream, with the reply, because the rest of the body is not read. */
function endAfterReply(sink: ReplySink): void {
  const { socket } = sink.req;
  sink.once('finish', () => socket.destroySoon());
}

function send(sink: ReplySink, method: string | undefined, reply: Reply, ends = false): void {
  if (sink.destroyed) return;
  const { status, headers, body } = reply;
  addFraming(reply, bytesOf(body), ends);
  sink.writeHead(status, headers);
  sink.end(method === 'HEAD' || status === 204 || status === 304 ? '' : body);
}

function toControlRequest(
  { method = 'GET', target, headers, host = '' }: Arrival,
  body: Buffer | undefined,
): ControlRequest {
  const path = pathOf(target);
  return {
    method,
    path,
    query: target.slice(path.length + 1),
    rawHeaders: headers.lines,
    body: body ?? Buffer.alloc(0),
    host,
  };
}

function toReply(reply: ControlReply): Reply {
  return { status: reply.status, headers: [...reply.headers], body: reply.body };
}
