/**
 * The control port, which is open on the loopback interface only. It serves AWS's own APIs, the issuer, and the
 * endpoints of the command line. Every request must pass the guards, and the signature of every AWS call is verified
 * with the local identities.
 */
import { KEEP_ALIVE_OPTIONS, readPendingBeforeIdleClose } from '@gatewright/aws/idle-connections';
import { headerOf } from '@gatewright/aws/raw-headers';
import { createServer, validateHeaderValue } from '@gatewright/aws/node-http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Random, ShiftableClock } from '../../core/ports.ts';
import type { Identities } from '../../core/policy/identities.ts';
import { readApiIdFromHost } from '../../core/routing/host.ts';
import { authenticate, type AwsCall, awsError, type AwsService } from '../../kernel/calls/aws-call.ts';
import { describeUnserved, nameOfAny } from '../../kernel/calls/unserved-call.ts';
import { acceptHttp2 } from './http2.ts';
import type { Http2Arrival } from './http2.ts';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import { wordRefusal } from '../../core/deployment/wordings/refusal-wordings.ts';
import { refuseForeignHost, refuseForeignOrigin } from '@gatewright/aws/guards';
import { admitS3, serveS3, type S3CrossOrigin } from './s3-requests.ts';
import type { CrossOriginReply } from '../../kernel/service.ts';
import { closeServer, listenOn } from '../listen.ts';
import type { OnBound } from '../listen.ts';
import { type MoreEndpoints, type PageAccess, type RecordedCalls, serveLocal } from './local-endpoints.ts';
import { BodyMemory } from '../body-memory.ts';
import { readWhole } from '../read-body.ts';
import { LARGE_REPLY_BYTES, UnreadReplies } from '../unread-replies.ts';
import { sendStream } from '../stream-reply.ts';
import type { StreamedBody } from '../../core/exchange.ts';

type Head = Pick<ControlRequest, 'method' | 'path' | 'host' | 'rawHeaders'>;

/** The handler for the local issuer, its user pools and the issuers that it emulates. */
export interface SignInMount {
  /**
   * Loads the modules that this request needs. It is called before the other functions. Returns undefined if nothing
   * has to be loaded.
   */
  open(head: Head): Promise<unknown> | undefined;
  /** The issuers' host names. */
  readonly hosts: readonly string[];
  /** Whether a page of another origin may send this request or link to it. */
  admits(head: Head): boolean;
  /** Handles a request. Returns undefined if the request is not for this handler. */
  serve(request: ControlRequest): Promise<ControlReply | undefined>;
}

/** The handlers that other modules provide for this port. */
export type ControlMounts = {
  /** The services by signing name: `dynamodb`, `lambda` …. A call to any other name is refused. */
  readonly services: ReadonlyMap<string, AwsService>;
  /**
   * Handles a call to `@connections`. `path` is `/{stage}/@connections/{id}`, whereas `request.path` is the path that
   * was signed. The handler verifies the signature itself, as on the API's own address. If `apiId` is undefined, the
   * Host is a custom domain, and the path begins with the base path of its mapping.
   * @returns undefined if there is no such API
   */
  readonly connections: (
    request: ControlRequest,
    apiId: string | undefined,
    path: string,
  ) => ControlReply | undefined;
  readonly isDomain: (host: string) => boolean;
  /** Returns the addresses of the stages of WebSocket APIs, for example `ws://127.0.0.1:3001/dev`. */
  readonly webSocketUrls: () => readonly string[];
  readonly signIn: SignInMount;
  /** Returns the responses of buckets to pages of other origins; absent if no bucket is served. */
  readonly s3CrossOrigin?: S3CrossOrigin;
  /** Called for each call that is refused because of its signature. */
  readonly onRefused?: (request: ControlRequest, reply: ControlReply) => void;
  /** Returns the region for calls whose signature does not contain a region. */
  readonly region?: () => string;
  /** Returns the body of `GET /_gatewright/status`. */
  readonly status: () => unknown;
  /** Returns the body of `GET /_gatewright/routes`. */
  readonly routes: () => unknown;
  /**
   * The recorded calls to AWS services that the gateway does not emulate. `GET` and `DELETE /_gatewright/recorded` use
   * them.
   */
  readonly recorded: RecordedCalls;
  /** Serves the files of the console, which need no secret; absent if the console is not served. */
  readonly consoleFiles?: (request: ControlRequest) => Promise<ControlReply | undefined>;
  /** Further endpoints below `/_gatewright/`, which require the same secret. */
  readonly more?: MoreEndpoints;
};

type ControlPortOptions = {
  /** The port to listen on; 0 selects a free port. */
  readonly port: number;
  /** Allows the next free port if the port is in use; if absent, a port in use is an error. */
  readonly onBound?: OnBound | undefined;
  readonly allowHosts: readonly string[];
  readonly clock: ShiftableClock;
  readonly clockFixedBecause?: string | undefined;
  /** Called after the clock has been moved. It runs the work that has become due. */
  readonly onClockMoved?: () => void;
  readonly random: Random;
  readonly identities: Identities;
  /**
   * The maximum memory for request bodies (default: DEFAULT_BODY_MEMORY_BYTES). Unread replies have a limit of the same
   * size.
   */
  readonly maxBodyMemoryBytes?: number | undefined;
  /** The bearer secret that the endpoints below `/_gatewright/` require. */
  readonly secret: string;
  /** The console's page; absent if it is not served. */
  readonly page?: PageAccess | undefined;
  readonly mounts: ControlMounts;
  readonly report: (error: unknown) => void;
};

type OpenPort = ControlPortOptions & { readonly bodies: BodyMemory; readonly unread: UnreadReplies };

interface ControlPort {
  /** The URL of the port, for example `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly port: number;
  /** Closes the port within a second. Requests that are still open are ended. */
  close(): Promise<void>;
}

/**
 * The maximum size of a request body in bytes. It is DynamoDB's limit, which is the largest limit of all services on
 * this port.
 */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_HEADER_BYTES = 32 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const NO_BODY = Buffer.alloc(0);
/** Matches `/{apiId}/{stage}/@connections/{id}`. The SDK may encode the `@`. */
const CONNECTIONS_BELOW_API = /^\/([a-z0-9]{1,63})(\/[^/]+\/(?:@|%40)connections\/[^/]+)$/i;
/** Matches a path of `@connections`, with or without a stage or base path before it. */
const CONNECTIONS_ANYWHERE = /\/(?:@|%40)connections\/[^/]+$/i;

/**
 * Opens the control port.
 * @throws StartError when the port is in use
 */
export async function openControlPort(options: ControlPortOptions): Promise<ControlPort> {
  const log = { write: (line: string) => options.report(line) };
  const at: OpenPort = {
    ...options,
    bodies: new BodyMemory(log, options.maxBodyMemoryBytes),
    unread: new UnreadReplies(log, options.maxBodyMemoryBytes),
  };
  const { unread } = at;
  let port = options.port;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Connections are kept open, because the AWS clients of functions reuse them.
      ...KEEP_ALIVE_OPTIONS,
    },
    (request, response) => {
      accept(request, response, port, at).catch((error: unknown) => {
        // The client has disconnected or its socket has failed, so a reply cannot be sent.
        options.report(error);
        response.destroy();
      });
    },
  );
  readPendingBeforeIdleClose(server);
  const endHttp2 = acceptHttp2(server, (arrival) => acceptHttp2Call(arrival, port, at), {
    maxHeaderBytes: MAX_HEADER_BYTES,
    firstBytesMs: HEADERS_TIMEOUT_MS,
    bodyMs: REQUEST_TIMEOUT_MS,
    unread,
  });
  port = await listenOn(server, '127.0.0.1', options.port, '--control-port', options.onBound);
  const close = (): Promise<void> => {
    endHttp2();
    return closeServer(server);
  };
  return { port, url: `http://127.0.0.1:${port}`, close };
}

/** Handles a call over HTTP/2 in the same way as a call over HTTP/1.1. Only streamed replies are not possible. */
async function acceptHttp2Call(
  { method, target, rawHeaders, host, body, remoteAddress }: Http2Arrival,
  port: number,
  options: OpenPort,
): Promise<ControlReply> {
  const arrival = toControlRequest({ method, url: target, rawHeaders: [...rawHeaders] }, host, NO_BODY);
  const opening = options.mounts.signIn.open(arrival);
  if (opening !== undefined) await opening.catch(options.report);
  const admitting = admitS3(arrival, options.mounts.s3CrossOrigin);
  const ofS3 = admitting === undefined ? undefined : await admitting;
  const refusal = refuseByGuards(arrival, port, ofS3, options);
  if (refusal !== undefined) return finished(refusal, options);
  const read = await readCall(body, arrival, remoteAddress, options);
  if (read.kind === 'refused') return finished(read.reply, options);
  const reply = await answer({ ...arrival, body: read.body }, ofS3, options);
  read.release();
  return finished(reply, options);
}

type Call =
  | { readonly kind: 'read'; readonly body: Buffer; readonly release: () => void }
  | { readonly kind: 'refused'; readonly reply: ControlReply };

/** Reads the body of a call. Never settles if the client disconnects first. */
async function readCall(
  body: Readable,
  arrival: ControlRequest,
  address: string | undefined,
  { bodies: memory }: OpenPort,
): Promise<Call> {
  const announced = (): string | undefined => headerOf(arrival, 'content-length');
  const read = await readWhole(body, { memory, maxBytes: MAX_BODY_BYTES + 1, announced, address });
  if (read === undefined) {
    memory.logRefusal('control port');
    return { kind: 'refused', reply: wordRefusal('no-body-memory') };
  }
  if (read.body.length <= MAX_BODY_BYTES) return { kind: 'read', ...read };
  read.release();
  return { kind: 'refused', reply: wordRefusal('body-too-long') };
}

function finished(reply: ControlReply, options: ControlPortOptions): ControlReply {
  return { ...reply, headers: [...reply.headers, ...commonHeaders(reply.headers, options)] };
}

function refuseByGuards(
  arrival: ControlRequest,
  port: number,
  ofS3: CrossOriginReply | undefined,
  { mounts, allowHosts }: ControlPortOptions,
): ControlReply | undefined {
  const { signIn } = mounts;
  const rule = { port, admitsServices: true, allowHosts: [...allowHosts, ...signIn.hosts] };
  // For `@connections` at a custom domain, the Host is not checked. These requests need a signature, so a web page that
  // uses DNS rebinding cannot make them.
  if (isOfDomain(arrival, mounts)) return undefined;
  const isAdmitted = ofS3 !== undefined || signIn.admits(arrival);
  return refuseForeignHost(arrival, rule) ?? (isAdmitted ? undefined : refuseForeignOrigin(arrival));
}

async function accept(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  options: OpenPort,
): Promise<void> {
  const arrival = toControlRequest(request, request.headers.host ?? '', NO_BODY);
  const opening = options.mounts.signIn.open(arrival);
  if (opening !== undefined) await opening.catch(options.report);
  const admitting = admitS3(arrival, options.mounts.s3CrossOrigin);
  const ofS3 = admitting === undefined ? undefined : await admitting;
  const refusal = refuseByGuards(arrival, port, ofS3, options);
  if (refusal !== undefined) {
    send(response, refusal, options, true);
    return;
  }
  // The client may have disconnected in the meantime.
  if (request.destroyed) return;
  const read = await readCall(request, arrival, request.socket.remoteAddress, options);
  if (read.kind === 'refused') {
    send(response, read.reply, options, true);
    return;
  }
  const reply = await answer({ ...arrival, body: read.body }, ofS3, options);
  if (reply.stream === undefined) {
    send(response, reply, options, false);
    const bytes = Buffer.byteLength(reply.body);
    if (bytes > LARGE_REPLY_BYTES) options.unread.hold(response, bytes, request.socket.remoteAddress);
  } else await stream(response, request.method, reply, reply.stream, options);
  read.release();
}

/**
 * Responds to a request that has passed the guards. Never throws, because an error is passed to `report` and becomes
 * 500.
 */
async function answer(
  request: ControlRequest,
  ofS3: CrossOriginReply | undefined,
  options: ControlPortOptions,
): Promise<ControlReply> {
  try {
    if (ofS3 !== undefined)
      return requireSendable(await serveS3(request, ofS3, (call) => serveAws(call, options)));
    return requireSendable(
      (await options.mounts.signIn.serve(request)) ??
        (await serveLocal(request, {
          ...options,
          clockFixedBecause: options.clockFixedBecause,
          status: options.mounts.status,
          routes: options.mounts.routes,
          recorded: options.mounts.recorded,
          more: options.mounts.more,
        })) ??
        (await options.mounts.consoleFiles?.(request)) ??
        serveConnections(request, options.mounts) ??
        (await serveAws(request, options)),
    );
  } catch (error) {
    options.report(error);
    return wordRefusal('fault');
  }
}

/**
 * Returns the reply if its headers can be sent, because an error while it is written would leave the request without an
 * answer.
 * @throws TypeError that names the header
 */
function requireSendable(reply: ControlReply): ControlReply {
  for (let index = 0; index < reply.headers.length; index += 2)
    validateHeaderValue(reply.headers[index] ?? '', reply.headers[index + 1] ?? '');
  return reply;
}

/**
 * Whether the request is for `@connections` at the custom domain of a WebSocket API. Functions build this address from
 * their events.
 */
function isOfDomain({ host, path }: ControlRequest, { isDomain }: ControlMounts): boolean {
  return CONNECTIONS_ANYWHERE.test(path) && isDomain(host);
}

function serveConnections(request: ControlRequest, mounts: ControlMounts): ControlReply | undefined {
  if (isOfDomain(request, mounts))
    return mounts.connections(request, undefined, request.path) ?? wordRefusal('no-websocket-api');
  const apiOfHost = readApiIdFromHost(request.host);
  const below = CONNECTIONS_BELOW_API.exec(request.path);
  const apiId = apiOfHost ?? below?.[1];
  const path = apiOfHost === undefined ? below?.[2] : request.path;
  if (apiId === undefined || path === undefined || !CONNECTIONS_ANYWHERE.test(path)) return undefined;
  return mounts.connections(request, apiId, path) ?? wordRefusal('no-websocket-api');
}

/** Replies to a client that uses the control port itself as the endpoint of `@connections`, without naming an API. */
function refuseWithoutApi(urls: readonly string[]): ControlReply {
  const endpoints = urls.map((url) => url.replace(/^ws/, 'http')).join(' or ');
  const remedy =
    endpoints === '' ? ', and no WebSocket API is loaded.' : `: use ${endpoints} as the endpoint.`;
  return wordRefusal('no-websocket-api', {
    message: `@connections is served at the address of the WebSocket API${remedy}`,
  });
}

/**
 * The ports that have already logged the explanation. Each port logs it only once, because a client with invalid
 * credentials calls repeatedly.
 */
const EXPLAINED = new WeakSet<ControlPortOptions>();

/**
 * Logs why a key is unknown. Code for other emulators sends invented credentials such as `ABC`, and AWS's response does
 * not explain the problem.
 */
function explainUnknownKey(reply: ControlReply, request: ControlRequest, options: ControlPortOptions): void {
  if (
    EXPLAINED.has(options) ||
    !/UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId/.test(String(reply.body))
  )
    return;
  EXPLAINED.add(options);
  const key =
    /Credential=([A-Za-z0-9]{1,40})\//.exec(headerOf(request, 'authorization') ?? '')?.[1] ?? 'of the call';
  options.report(
    `A call to an AWS API was refused: access key ${key} does not belong to this gateway. Remove "credentials" from the client: functions find valid credentials in their environment; for other programs, run eval "$(gatewright env)" first`,
  );
}

async function serveAws(request: ControlRequest, options: ControlPortOptions): Promise<ControlReply> {
  const { identities, mounts } = options;
  const authenticated = await authenticate(request, {
    identities,
    clock: options.clock,
    random: options.random,
    region: mounts.region ?? (() => 'us-east-1'),
  });
  if (authenticated.kind === 'refused') {
    // A call that has an API's host name but no signature is refused with an error other than
    // `MissingAuthenticationToken`, because the calling function would take that error for a response of the API.
    if (readApiIdFromHost(request.host) !== undefined && headerOf(request, 'authorization') === undefined)
      return refuseUnknownApi(request);
    explainUnknownKey(authenticated.reply, request, options);
    mounts.onRefused?.(request, authenticated.reply);
    return authenticated.reply;
  }
  const call = withoutAuthority(authenticated.call);
  const service = mounts.services.get(call.service);
  if (service !== undefined) {
    const reply = await service(call);
    return authenticated.toReply?.(reply) ?? reply;
  }
  if (call.service === 'execute-api' && CONNECTIONS_ANYWHERE.test(request.path))
    return refuseWithoutApi(mounts.webSocketUrls());
  return awsError(request, call.service, {
    status: 501,
    type: 'NotImplementedException',
    message: describeUnserved(call.service, nameOfAny({ ...call.request, service: call.service })),
  });
}

function refuseUnknownApi(request: ControlRequest): ControlReply {
  return awsError(request, 'execute-api', {
    status: 501,
    type: 'NotImplementedException',
    message: `no API of this gateway has the address ${request.host}: start the stack of that API as well (gatewright start STACK OTHER-STACK)`,
  });
}

/**
 * Removes the `:authority` header from the call. HTTP/2 clients sign this header, but a call that is forwarded over
 * HTTP/1.1 cannot contain it.
 */
export function withoutAuthority(call: AwsCall): AwsCall {
  const { rawHeaders } = call.request;
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text === ':authority');
  return at === -1
    ? call
    : { ...call, request: { ...call.request, rawHeaders: rawHeaders.toSpliced(at, 2) } };
}

function toControlRequest(
  request: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>,
  host: string,
  body: Buffer,
): ControlRequest {
  const { method = 'GET', url = '/', rawHeaders } = request;
  const question = url.indexOf('?');
  return {
    method,
    path: question === -1 ? url : url.slice(0, question),
    query: question === -1 ? '' : url.slice(question + 1),
    rawHeaders,
    body,
    host,
  };
}

function stream(
  response: ServerResponse,
  method: string | undefined,
  { status, headers, body }: ControlReply,
  bytes: StreamedBody,
  options: ControlPortOptions,
): Promise<void> {
  const reply = { status, headers: [...headers, ...commonHeaders(headers, options)], body };
  return sendStream(response, method ?? 'GET', reply, bytes, options.clock);
}

function commonHeaders(headers: readonly string[], { clock, random }: ControlPortOptions): string[] {
  const hasRequestId = headers.some(
    (text, index) => index % 2 === 0 && text.toLowerCase() === 'x-amzn-requestid',
  );
  return [
    ...(hasRequestId ? [] : ['x-amzn-RequestId', random.uuid()]),
    'X-Content-Type-Options',
    'nosniff',
    'Date',
    new Date(clock.nowEpochMs()).toUTCString(),
  ];
}

function send(
  response: ServerResponse,
  reply: ControlReply,
  options: ControlPortOptions,
  isLast: boolean,
): void {
  response.writeHead(reply.status, [
    ...reply.headers,
    ...commonHeaders(reply.headers, options),
    ...(reply.status === 204 || hasLength(reply)
      ? []
      : ['Content-Length', String(Buffer.byteLength(reply.body))]),
    // The connection is closed after the reply, because the unread bytes of the request cannot be skipped.
    ...(isLast ? ['Connection', 'close'] : []),
  ]);
  response.end(reply.status === 204 ? undefined : reply.body);
}

/** Whether the reply sets its own length, as for a HEAD request, whose reply has no body to measure. */
function hasLength({ headers }: ControlReply): boolean {
  return headers.some((text, index) => index % 2 === 0 && text.toLowerCase() === 'content-length');
}
