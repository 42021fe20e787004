/**
 * Clients that speak HTTP/2 from the first byte, without TLS, on the port of HTTP/1.1: the AWS SDK for
 * JavaScript does so for Kinesis and a few other services, whatever the endpoint.
 */
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { endWithClient, IDLE_SESSION_MS, limitBody } from '../http2-ends.ts';
import { LARGE_REPLY_BYTES, type UnreadReplies } from '../unread-replies.ts';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { ControlReply } from '../../core/api-call.ts';

/** A stream's request in the terms of HTTP/1.1. */
export type Http2Arrival = {
  readonly method: string;
  readonly target: string;
  /** Flat name, value list with `:authority`, which such clients sign in place of `host`. */
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly body: Readable;
  readonly remoteAddress: string | undefined;
};

/** The connection preface (RFC 9113 §3.4) does not begin like any method of HTTP/1.1. */
const PREFACE = Buffer.from('PRI');
const MAX_STREAMS = 100;
/** Headers of an HTTP/1.1 connection; HTTP/2 has no place for them. */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
]);

type EndHttp2 = () => void;

/**
 * Passes connections that begin with the preface to HTTP/2 and all others to `server`, which listens.
 * @param answer never rejects
 */
export function acceptHttp2(
  server: Server,
  answer: (arrival: Http2Arrival) => Promise<ControlReply>,
  {
    maxHeaderBytes,
    firstBytesMs,
    bodyMs,
    unread,
    idleSessionMs = IDLE_SESSION_MS,
  }: {
    readonly maxHeaderBytes: number;
    readonly firstBytesMs: number;
    readonly bodyMs: number;
    readonly unread: UnreadReplies;
    readonly idleSessionMs?: number;
  },
): EndHttp2 {
  const sessions = new Set<ServerHttp2Session>();
  const http2 = createServer({
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: maxHeaderBytes },
  });
  /** The server does not know them yet, and would serve them after its end. */
  const sniffed = new Set<Socket>();
  let arriving: Socket | undefined;
  http2.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
    session.setTimeout(idleSessionMs, () => session.close());
    const socket = arriving;
    session.on('stream', (stream, _headers, _flags, raw) => {
      stream.on('error', () => stream.destroy());
      if (!stream.endAfterHeaders) limitBody(stream, bodyMs);
      const arrival = toArrival(stream, raw.map(String), socket?.remoteAddress);
      void answer(arrival).then((reply) => {
        send(stream, reply);
        const bytes = Buffer.byteLength(reply.body);
        if (bytes > LARGE_REPLY_BYTES) unread.hold(stream, bytes, arrival.remoteAddress);
      });
    });
    if (socket !== undefined) endWithClient(session, socket);
  });
  const ofHttp1 = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    sniffed.add(socket);
    socket.once('close', () => sniffed.delete(socket));
    sniff(socket, firstBytesMs, (isHttp2) => {
      sniffed.delete(socket);
      if (isHttp2) {
        // `emit` makes the session within this call.
        arriving = socket;
        http2.emit('connection', socket);
        arriving = undefined;
      } else for (const listener of ofHttp1) listener.call(server, socket);
    });
  });
  return () => {
    for (const session of sessions) session.destroy();
    for (const socket of sniffed) socket.destroy();
  };
}

function sniff(socket: Socket, timeoutMs: number, choose: (isHttp2: boolean) => void): void {
  const end = (): void => {
    socket.destroy();
  };
  const timer = setTimeout(end, timeoutMs).unref();
  let held = Buffer.alloc(0);
  const look = (): void => {
    const read: unknown = socket.read();
    if (!Buffer.isBuffer(read)) return;
    held = Buffer.concat([held, read]);
    const isStarted = PREFACE.subarray(0, held.length).equals(held.subarray(0, PREFACE.length));
    // Waits for a client that sends a byte at a time; bytes put back at once would be read again at once.
    if (isStarted && held.length < PREFACE.length) return;
    clearTimeout(timer);
    socket.off('readable', look).off('error', end).off('end', end);
    socket.unshift(held);
    choose(isStarted);
  };
  socket.on('readable', look).on('error', end).on('end', end);
  socket.once('close', () => clearTimeout(timer));
}

function toArrival(
  stream: ServerHttp2Stream,
  raw: readonly string[],
  remoteAddress: string | undefined,
): Http2Arrival {
  const of = (name: string): string => raw[raw.indexOf(name) + 1] ?? '';
  const host = raw.includes(':authority') ? of(':authority') : of('host');
  const kept = raw.filter((_, index) => {
    const name = raw[index - (index % 2)] ?? '';
    return !name.startsWith(':') || name === ':authority';
  });
  return {
    method: of(':method'),
    target: of(':path'),
    host,
    rawHeaders: raw.includes('host') ? kept : [...kept, 'host', host],
    body: stream,
    remoteAddress,
  };
}

function send(stream: ServerHttp2Stream, { status, headers, body, stream: streamed }: ControlReply): void {
  streamed?.bytes.cancel();
  if (stream.destroyed) return;
  const lines: Record<string, string | string[]> = {};
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] ?? '').toLowerCase();
    if (OF_CONNECTION.has(name)) continue;
    const value = headers[index + 1] ?? '';
    const before = lines[name];
    lines[name] = before === undefined ? value : [before, value].flat();
  }
  const isRefused = streamed !== undefined;
  stream.respond({ ...lines, [constants.HTTP2_HEADER_STATUS]: isRefused ? 501 : status });
  stream.end(status === 204 || isRefused ? undefined : body);
  // Unread bytes of the request cannot be skipped.
  if (!stream.readableEnded) stream.on('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
}
