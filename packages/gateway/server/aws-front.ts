/**
 * Stands in front of AWS for programs that are redirected by their connections instead of their calls, because they
 * use the proxy of `connect-proxy.ts` or Python's sockets. It ends their TLS connection, and decides for each call
 * whether the control port serves it or AWS.
 */
import { KEEP_ALIVE_OPTIONS, readPendingBeforeIdleClose } from '@gatewright/aws/idle-connections';
import { createServer, request as requestOver } from '@gatewright/aws/node-http';
import type { CertifiedKey } from '@gatewright/aws/certificates/issue-certificate';
import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http';
import type { Agent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  connect as connectTls,
  createSecureContext,
  createServer as createTlsServer,
  type SecureContext,
} from 'node:tls';
import { listenOn } from './listen.ts';

/** The maximum number of server names for which certificates are stored. */
const MAX_KEPT = 200;
const HANDSHAKE_MS = 10_000;
const CONNECT_MS = 10_000;
const MAX_PORT = 65_535;
const HTTPS_PORT = 443;
const HTTP_PORT = 80;
/** The protocol that this port speaks, by its name in TLS (RFC 7301). */
const PROTOCOL = 'http/1.1';
/** The headers of one connection, which are not passed on (RFC 9110 §7.6.1). */
const OF_CONNECTION = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'upgrade',
]);

type AwsFrontOptions = {
  readonly certify: (name: string) => CertifiedKey;
  /** Whether the control port serves the call. */
  readonly isHere: (host: string, path: string, authorization: string | undefined) => boolean;
  readonly controlUrl: () => string | undefined;
  /** The certificate authorities by which AWS is trusted, in PEM. */
  readonly authorities: readonly string[];
  /** Called for each call that goes to its own address. */
  readonly onPassed: (host: string) => void;
  /** Called for each client that is refused because it does not speak HTTP/1.1. */
  readonly onRefused: (host: string, protocols: readonly string[]) => void;
  /** Returns the address at which a host of AWS is reached; the same one by default. */
  readonly reach?: (target: Target) => Target;
  /** The time limit for connecting to AWS, in milliseconds. */
  readonly connectMs?: number;
};

type Target = {
  readonly hostname: string;
  readonly port: number;
};

/** How AWS is reached with TLS. */
type WayToAws = {
  /** The authorities are parsed once, because that takes tens of milliseconds in which no request is served. */
  readonly trust: () => SecureContext;
  /** The connections that are kept. No other calls of the gateway use them. */
  readonly agent: () => Agent;
  readonly close: () => void;
};

export type AwsFront = {
  /** The TLS port. */
  readonly port: number;
  /** Handles a call that came without TLS. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, host: string, path: string) => void;
  readonly close: () => Promise<void>;
};

/** Opens the port on the loopback interface. */
export async function openAwsFront(options: AwsFrontOptions): Promise<AwsFront> {
  const way = openWayToAws(options.authorities);
  const handle = handling(options, way);
  const calls = createServer(KEEP_ALIVE_OPTIONS, (request, response) =>
    handle(request, response, request.headers.host ?? '', request.url ?? '/', true),
  );
  readPendingBeforeIdleClose(calls);
  calls.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = splitHost(request.headers.host ?? '', true);
    if (target === undefined) {
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      return;
    }
    options.onPassed(target.hostname);
    relayUpgrade(request, socket, head, target, options, way);
  });
  const server = createTlsServer({
    handshakeTimeout: HANDSHAKE_MS,
    ALPNCallback: ({ servername, protocols }) => {
      if (protocols.includes(PROTOCOL)) return PROTOCOL;
      options.onRefused(servername, protocols);
      return undefined;
    },
    SNICallback: certifying(options.certify),
  });
  server.on('secureConnection', (socket) => calls.emit('connection', socket));
  server.on('tlsClientError', (_, socket) => socket.destroy());
  const port = await listenOn(server, '127.0.0.1', 0, '--port');
  const connected = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connected.add(socket);
    socket.once('close', () => connected.delete(socket));
  });
  const close = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of connected) socket.destroy();
    way.close();
    return closed;
  };
  return { port, handle, close };
}

function openWayToAws(authorities: readonly string[]): WayToAws {
  let trusted: SecureContext | undefined;
  let kept: Agent | undefined;
  const trust = (): SecureContext => (trusted ??= createSecureContext({ ca: [...authorities] }));
  const openAgent = (): Agent => {
    const { Agent: HttpsAgent } = process.getBuiltinModule('node:https');
    return new HttpsAgent({ keepAlive: true, secureContext: trust() });
  };
  return { trust, agent: () => (kept ??= openAgent()), close: () => kept?.destroy() };
}

function handling(
  options: AwsFrontOptions,
  way: WayToAws,
): (request: IncomingMessage, response: ServerResponse, host: string, path: string, isTls?: boolean) => void {
  return (request, response, host, path, isTls = false) => {
    const target = splitHost(host, isTls);
    if (target === undefined) {
      answer(response, 400, `The Host ${JSON.stringify(host)} is not valid`);
      return;
    }
    const name = printHost(target, isTls);
    const isHere = options.isHere(name, path.replace(/\?.*/s, ''), request.headers.authorization);
    const control = isHere ? options.controlUrl() : undefined;
    if (isHere && control === undefined) {
      answer(response, 503, 'The control port of the gateway is not open');
      return;
    }
    if (control === undefined) options.onPassed(target.hostname);
    const { method } = request;
    const headers = endToEnd(request.rawHeaders);
    const outgoing =
      control === undefined
        ? sendToAws(target, { method, path, headers }, isTls, options, way)
        : requestOver(control, { method, path, headers: withHost(headers, name), agent: false });
    relay(request, response, outgoing, `The function's call to ${host}`);
  };
}

function certifying(
  certify: AwsFrontOptions['certify'],
): (name: string, done: (error: Error | null, context?: SecureContext) => void) => void {
  const kept = new Map<string, SecureContext>();
  return (name, done) => {
    const known = kept.get(name);
    if (known !== undefined) {
      done(null, known);
      return;
    }
    const { certificate: cert, privateKey: key } = certify(name);
    const made = createSecureContext({ cert, key });
    if (kept.size < MAX_KEPT) kept.set(name, made);
    done(null, made);
  };
}

/** Connects a client that changes the protocol, for example to WebSocket, with AWS itself. */
function relayUpgrade(
  { method = 'GET', url = '/', rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: Target,
  { reach, connectMs = CONNECT_MS }: AwsFrontOptions,
  { trust }: WayToAws,
): void {
  const { hostname: host, port } = reach?.(target) ?? target;
  const backend = connectTls({ host, port, servername: target.hostname, secureContext: trust() });
  backend.setTimeout(connectMs, () => backend.destroy());
  const lines = rawHeaders.flatMap((text, index) =>
    index % 2 === 0 ? [`${text}: ${rawHeaders[index + 1] ?? ''}`] : [],
  );
  backend.once('secureConnect', () => {
    backend.setTimeout(0);
    backend.write([`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    backend.write(head);
    socket.pipe(backend).pipe(socket);
  });
  for (const [one, other] of [
    [socket, backend],
    [backend, socket],
  ] as const)
    one.on('error', () => other.destroy()).once('close', () => other.destroy());
}

/**
 * Parses a Host. Returns undefined for an invalid one. Attack: a function names a port above 65535. Without this check,
 * the error would be thrown outside of any request and would end the process.
 */
function splitHost(host: string, isTls: boolean): Target | undefined {
  const [, address, name = '', given] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(host) ?? [];
  const hostname = (address ?? name).toLowerCase();
  const port = Number(given ?? (isTls ? HTTPS_PORT : HTTP_PORT));
  return hostname === '' || port === 0 || port > MAX_PORT ? undefined : { hostname, port };
}

/** Prints a Host as clients of AWS send it: in lower case, and without the port that its scheme implies. */
function printHost({ hostname, port }: Target, isTls: boolean): string {
  const name = hostname.includes(':') ? `[${hostname}]` : hostname;
  return port === (isTls ? HTTPS_PORT : HTTP_PORT) ? name : `${name}:${port}`;
}

/** Returns the headers without those of the connection. Both lists are flat lists of names and values. */
function endToEnd(raw: readonly string[]): string[] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 && !OF_CONNECTION.has(name.toLowerCase()) ? [name, raw[index + 1] ?? ''] : [],
  );
}

function withHost(headers: readonly string[], host: string): string[] {
  return headers.map((text, index) =>
    headers[index - 1]?.toLowerCase() === 'host' && index % 2 === 1 ? host : text,
  );
}

function answer(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${message}\n`);
}

function sendToAws(
  target: Target,
  call: RequestOptions & { readonly headers: readonly string[] },
  isTls: boolean,
  { reach, connectMs = CONNECT_MS }: AwsFrontOptions,
  { agent }: WayToAws,
): ClientRequest {
  const to = { ...call, ...(reach?.(target) ?? target), timeout: connectMs };
  if (!isTls) return requestOver(to);
  const { request } = process.getBuiltinModule('node:https');
  return request({ ...to, servername: target.hostname, agent: agent() });
}

/** Sends the call on and its response back, both without the headers of the connection. */
function relay(
  request: IncomingMessage,
  response: ServerResponse,
  outgoing: ClientRequest,
  call: string,
): void {
  outgoing.on('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, endToEnd(incoming.rawHeaders));
    incoming.on('error', () => response.destroy());
    incoming.pipe(response);
  });
  outgoing.on('socket', (socket) => {
    // A connection that is used again is open already.
    if (socket.connecting) socket.once('connect', () => outgoing.setTimeout(0));
    else outgoing.setTimeout(0);
  });
  outgoing.on('timeout', () =>
    outgoing.destroy(new Error('AWS did not accept the connection within the time limit')),
  );
  outgoing.on('error', ({ message }) => {
    if (response.headersSent) response.destroy();
    else answer(response, 502, `${call} failed: ${message}`);
  });
  request.on('error', () => outgoing.destroy());
  response.on('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  request.pipe(outgoing);
}
