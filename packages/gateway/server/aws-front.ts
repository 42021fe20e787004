/**
 * Stands in front of AWS for programs that are redirected by their connections instead of their calls, because they
 * use the proxy of `connect-proxy.ts` or Python's sockets. It ends their TLS connection, and decides for each call
 * whether the control port serves it or AWS.
 */
import { createServer, request as requestOver } from '@gatewright/aws/node-http';
import type { CertifiedKey } from '@gatewright/aws/certificates/issue-certificate';
import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http';
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

type AwsFrontOptions = {
  readonly certify: (name: string) => CertifiedKey;
  /** Whether the control port serves the call. */
  readonly isHere: (host: string, path: string, authorization: string | undefined) => boolean;
  readonly controlUrl: () => string | undefined;
  /** The certificate authorities by which AWS is trusted, in PEM. */
  readonly authorities: readonly string[];
  /** Called for each call that goes to its own address. */
  readonly onPassed: (host: string) => void;
  /** Returns the address at which a host of AWS is reached; the same one by default. */
  readonly reach?: (target: Target) => Target;
  /** The time limit for connecting to AWS, in milliseconds. */
  readonly connectMs?: number;
};

type Target = { readonly hostname: string; readonly port: number };

export type AwsFront = {
  /** The TLS port. */
  readonly port: number;
  /** Handles a call that came without TLS. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, host: string, path: string) => void;
  readonly close: () => Promise<void>;
};

/** Opens the port on the loopback interface. */
export async function openAwsFront(options: AwsFrontOptions): Promise<AwsFront> {
  const handle = (
    request: IncomingMessage,
    response: ServerResponse,
    host: string,
    path: string,
    isTls = false,
  ): void => {
    const isHere = options.isHere(host, path.replace(/\?.*/s, ''), request.headers.authorization);
    const control = isHere ? options.controlUrl() : undefined;
    if (control === undefined) options.onPassed(host);
    const { method, rawHeaders: headers } = request;
    const outgoing =
      control === undefined
        ? sendToAws(splitHost(host, isTls), { method, path, headers }, isTls, options)
        : requestOver(control, { method, path, headers, agent: false });
    relay(request, response, outgoing, `The function's call to ${host}`);
  };
  const calls = createServer((request, response) =>
    handle(request, response, request.headers.host ?? '', request.url ?? '/', true),
  );
  calls.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    options.onPassed(request.headers.host ?? '');
    relayUpgrade(request, socket, head, options);
  });
  const server = createTlsServer({
    handshakeTimeout: HANDSHAKE_MS,
    ALPNProtocols: ['http/1.1'],
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
    return closed;
  };
  return { port, handle, close };
}

function certifying(
  certify: AwsFrontOptions['certify'],
): (name: string, done: (error: Error | null, context?: SecureContext) => void) => void {
  const kept = new Map<string, SecureContext>();
  return (name, done) => {
    const known = kept.get(name);
    if (known !== undefined) return done(null, known);
    const { certificate: cert, privateKey: key } = certify(name);
    const made = createSecureContext({ cert, key });
    if (kept.size < MAX_KEPT) kept.set(name, made);
    return done(null, made);
  };
}

/** Connects a client that changes the protocol, for example to WebSocket, with AWS itself. */
function relayUpgrade(
  { method = 'GET', url = '/', rawHeaders, headers }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { authorities, reach }: AwsFrontOptions,
): void {
  const target = splitHost(headers.host ?? '', true);
  const { hostname: host, port } = reach?.(target) ?? target;
  const backend = connectTls({ host, port, servername: target.hostname, ca: [...authorities] });
  const lines = rawHeaders.flatMap((text, index) =>
    index % 2 === 0 ? [`${text}: ${rawHeaders[index + 1] ?? ''}`] : [],
  );
  backend.once('secureConnect', () => {
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

function splitHost(host: string, isTls: boolean): Target {
  const [, hostname = host, port] = /^(.+?)(?::(\d+))?$/.exec(host) ?? [];
  return { hostname, port: Number(port ?? (isTls ? 443 : 80)) };
}

function sendToAws(
  target: Target,
  call: RequestOptions & { readonly headers: readonly string[] },
  isTls: boolean,
  { reach, authorities, connectMs = CONNECT_MS }: AwsFrontOptions,
): ClientRequest {
  const to = { ...call, ...(reach?.(target) ?? target), timeout: connectMs };
  return isTls
    ? process
        .getBuiltinModule('node:https')
        .request({ ...to, servername: target.hostname, ca: [...authorities] })
    : requestOver(to);
}

/** Sends the call on and its response back, both unchanged. */
function relay(
  request: IncomingMessage,
  response: ServerResponse,
  outgoing: ClientRequest,
  call: string,
): void {
  outgoing.on('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, incoming.rawHeaders);
    incoming.on('error', () => response.destroy());
    incoming.pipe(response);
  });
  outgoing.on('socket', (socket) => socket.once('connect', () => outgoing.setTimeout(0)));
  outgoing.on('timeout', () => outgoing.destroy(new Error('no connection within the time limit')));
  outgoing.on('error', ({ message }) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { 'content-type': 'text/plain' }).end(`${call} failed: ${message}\n`);
  });
  request.on('error', () => outgoing.destroy());
  response.on('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  request.pipe(outgoing);
}
