/**
 * TLS in front of an API port. The server name determines the certificate, the versions, the ciphers, HTTP/2 and
 * whether client certificates are requested. The server name is read from the client's first bytes, before the
 * handshake begins. If the TLS context were chosen later, OpenSSL would use only the certificate of the context and
 * ignore its other settings.
 */
import { createServer } from 'node:tls';
import { MAX_HELLO_BYTES, readHello } from './client-hello.ts';
import { printRefusal } from './raw-reply.ts';
import { tlsRulesOf } from './security-policies.ts';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import type { LogSink } from '../core/ports.ts';
import type { CertifiedKey } from '@gatewright/aws/certificates/issue-certificate';
import type { Truststore } from '@gatewright/aws/certificates/truststore';
import type { Http2Port } from './http2.ts';
import type { TlsPeer } from './tls-peer.ts';

export type TlsName = {
  /** Names in the certificate. The first name is its subject. */
  readonly names: readonly string[];
  readonly policy: string;
  readonly acceptsHttp2: boolean;
  /** The custom domain, if it requests client certificates. */
  readonly mutual?:
    | {
        readonly domain: string;
        readonly truststore: Truststore;
        /** Whether a connection without a client certificate is ended without a response. */
        readonly requiresCertificate: boolean;
      }
    | undefined;
};

type TlsFrontOptions = {
  /**
   * Returns the settings for a server name. The name is undefined if the client sent none. A name that is not served is
   * treated in the same way.
   */
  readonly nameOf: (serverName: string | undefined) => TlsName;
  readonly certify: (names: readonly string[]) => CertifiedKey;
  readonly http2: Http2Port;
  readonly log: LogSink;
};

/** The time limit from the start of the connection to the end of the handshake, in milliseconds. */
const HANDSHAKE_MS = 10_000;
/**
 * The maximum number of server names for which certificates and contexts are stored. They are stored only for names
 * that are served.
 */
const MAX_KEPT = 200;
const PLAIN_HTTP = printRefusal('plain-http');

const peers = new WeakMap<object, TlsPeer>();

/** Returns the facts of a connection's handshake; undefined without TLS. */
export function peerOf(socket: object): TlsPeer | undefined {
  return peers.get(socket);
}

/**
 * Puts TLS in front of a server, which may already be listening.
 * @returns a function that ends open connections. It is needed because neither the server nor HTTP/2 keeps track of
 * connections whose handshake is unfinished
 */
export function serveTls(server: Server, options: TlsFrontOptions): () => void {
  const connected = new Set<Socket>();
  const ofHttp1 = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const kept = new Map<string, TlsServer>();
  let isReported = false;
  const open = (name: TlsName): TlsServer => {
    const made = openName(name, options);
    made.on('secureConnection', (socket) => {
      const peer = describePeer(socket, name);
      if (name.mutual?.requiresCertificate === true && peer.certificate === undefined) {
        options.log.write(`${name.mutual.domain}: ended a connection without a client certificate`);
        socket.destroy();
        return;
      }
      peers.set(socket, peer);
      if (socket.alpnProtocol === 'h2') options.http2.take(socket, peer);
      else for (const listener of ofHttp1) listener.call(server, socket);
    });
    made.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      socket.destroy();
      if (isReported || !DISTRUST.test(error.code ?? '')) return;
      isReported = true;
      options.log.write(
        'a client does not trust the local CA; `gatewright certs --trust` shows how to trust it',
      );
    });
    return made;
  };
  const find = (serverName: string | undefined): TlsServer => {
    const name = options.nameOf(serverName);
    const { mutual } = name;
    const { names, policy, acceptsHttp2 } = name;
    const key = JSON.stringify([names, policy, acceptsHttp2, mutual?.domain, mutual?.requiresCertificate]);
    const known = kept.get(key);
    if (known !== undefined && truststores.get(known) === mutual?.truststore) {
      kept.delete(key);
      kept.set(key, known);
      return known;
    }
    const made = open(name);
    truststores.set(made, mutual?.truststore);
    kept.set(key, made);
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    return made;
  };
  server.on('connection', (socket: Socket) => {
    connected.add(socket);
    socket.once('close', () => connected.delete(socket));
    sniff(socket, (serverName) => find(serverName).emit('connection', socket));
  });
  const stopSweeping = sweepReset(connected);
  return () => {
    stopSweeping();
    for (const socket of connected) socket.destroy();
  };
}

const SWEEP_EVERY_MS = 2_000;

/**
 * Ends connections that the client has reset. Node does not report a reset if the first write that fails is TLS's own
 * session ticket. Later writes then never call back, and HTTP/2 does not read any more. Attack: clients complete the
 * handshake and then reset the connection, so that each leaves a socket open forever.
 * @returns a function that stops the checks; their timer does not keep the process alive
 */
function sweepReset(connected: ReadonlySet<Socket>, everyMs = SWEEP_EVERY_MS): () => void {
  const timer = setInterval(() => {
    for (const socket of connected) if (!hasClient(socket)) socket.destroy();
  }, everyMs).unref();
  return () => clearInterval(timer);
}

/**
 * Whether the client is still connected. This asks the operating system, because `remoteAddress` may be a cached value.
 */
function hasClient(socket: Socket): boolean {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return false;
  const ask: unknown = Reflect.get(handle, 'getpeername');
  return typeof ask !== 'function' || Reflect.apply(ask, handle, [{}]) === 0;
}

const truststores = new WeakMap<TlsServer, Truststore | undefined>();

/** Matches the TLS alerts that browsers and libraries send if they do not know a certificate's authority. */
const DISTRUST = /UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE/;

function openName({ names, policy, acceptsHttp2, mutual }: TlsName, { certify }: TlsFrontOptions): TlsServer {
  const { certificate, privateKey } = certify(names);
  return createServer({
    ...tlsRulesOf(policy),
    cert: certificate,
    key: privateKey,
    handshakeTimeout: HANDSHAKE_MS,
    ALPNProtocols: acceptsHttp2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    ...(mutual !== undefined && {
      ca: mutual.truststore.certificates.map(String),
      requestCert: true,
      // AWS responds with 403 to an untrusted client certificate, so the handshake itself must succeed.
      rejectUnauthorized: false,
    }),
  });
}

function describePeer(socket: TLSSocket, { mutual }: TlsName): TlsPeer {
  return {
    domain: mutual?.domain,
    truststore: mutual?.truststore,
    certificate: mutual && socket.getPeerX509Certificate(),
    isAuthorized: mutual !== undefined && socket.authorized,
    tls: { version: socket.getProtocol() ?? '', cipherSuite: socket.getCipher().name },
  };
}

/**
 * Reads the client's hello and puts the bytes back. A client that does not use TLS gets a refusal in plain HTTP. A
 * client that sends nothing is disconnected.
 */
function sniff(socket: Socket, choose: (serverName: string | undefined) => void): void {
  const end = (): void => {
    socket.destroy();
  };
  const timer = setTimeout(end, HANDSHAKE_MS).unref();
  let held: Buffer = Buffer.alloc(0);
  const look = (): void => {
    const read: unknown = socket.read();
    if (!Buffer.isBuffer(read)) return;
    held = held.length === 0 ? read : Buffer.concat([held, read]);
    const hello = readHello(held);
    if (hello.kind === 'more' && held.length <= MAX_HELLO_BYTES) return;
    clearTimeout(timer);
    socket.off('readable', look);
    if (hello.kind === 'foreign') {
      socket.resume().end(PLAIN_HTTP);
      setTimeout(end, HANDSHAKE_MS).unref();
      return;
    }
    socket.off('error', end);
    socket.unshift(held);
    choose(hello.kind === 'hello' ? hello.serverName : undefined);
  };
  socket.on('readable', look).on('error', end);
  socket.once('close', () => clearTimeout(timer));
}
