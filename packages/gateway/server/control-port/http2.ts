/**
 * Serves HTTP/2 without TLS on the port for HTTP/1.1, for clients that use HTTP/2 from the first byte. The AWS SDK for
 * JavaScript does so for Kinesis and a few other services, even if the endpoint is not AWS's.
 */
import { limitBody } from '../http2-ends.ts';
import { openSessions, type StreamSink } from '../http2-sessions.ts';
import { LARGE_REPLY_BYTES, type UnreadReplies } from '../unread-replies.ts';
import type { Server } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { ControlReply } from '../../core/api-call.ts';

/** The request of an HTTP/2 stream in the form of an HTTP/1.1 request. */
export type Http2Arrival = {
  readonly method: string;
  readonly target: string;
  /** A flat list of names and values. It contains `:authority`, which HTTP/2 clients sign instead of `host`. */
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly body: Readable;
  readonly remoteAddress: string | undefined;
};

/** The first bytes of an HTTP/2 connection (RFC 9113 §3.4). No method of HTTP/1.1 begins with these bytes. */
const PREFACE = Buffer.from('PRI');
type EndHttp2 = () => void;

/**
 * Handles a connection with HTTP/2 if it begins with the preface. All other connections are passed to `server`, which
 * is already listening.
 * @param answer must not reject
 */
export function acceptHttp2(
  server: Server,
  answer: (arrival: Http2Arrival) => Promise<ControlReply>,
  {
    maxHeaderBytes,
    firstBytesMs,
    bodyMs,
    unread,
    idleSessionMs,
  }: {
    readonly maxHeaderBytes: number;
    readonly firstBytesMs: number;
    readonly bodyMs: number;
    readonly unread: UnreadReplies;
    readonly idleSessionMs?: number;
  },
): EndHttp2 {
  const sessions = openSessions<Socket>({ maxHeaderBytes, idleSessionMs }, ({ stream, raw, from, sink }) => {
    if (!stream.endAfterHeaders) limitBody(stream, bodyMs);
    const arrival = toArrival(stream, raw, from.remoteAddress);
    void answer(arrival).then((reply) => {
      send(sink, reply);
      const bytes = Buffer.byteLength(reply.body);
      if (bytes > LARGE_REPLY_BYTES) unread.hold(stream, bytes, arrival.remoteAddress);
    });
  });
  /**
   * The connections whose first bytes have not been read yet. They must be closed together with the port. The server
   * has not received them yet, and would otherwise serve them after it has been closed.
   */
  const sniffed = new Set<Socket>();
  const ofHttp1 = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    sniffed.add(socket);
    socket.once('close', () => sniffed.delete(socket));
    sniff(socket, firstBytesMs, (isHttp2) => {
      sniffed.delete(socket);
      if (isHttp2) sessions.take(socket, socket);
      else for (const listener of ofHttp1) listener.call(server, socket);
    });
  });
  return () => {
    sessions.destroy();
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
    // If only a part of the preface has arrived, the gateway waits briefly for the rest, because some clients send
    // single bytes. The bytes are not put back yet, because they would be read again at once.
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
  // Names and values alternate in the list, so only every second string is a name. A value may be the same word.
  const of = (name: string): string | undefined =>
    raw.find((_, index) => index % 2 === 1 && raw[index - 1] === name);
  const host = of(':authority') ?? of('host') ?? '';
  const kept = raw.filter((_, index) => {
    const name = raw[index - (index % 2)] ?? '';
    return !name.startsWith(':') || name === ':authority';
  });
  return {
    method: of(':method') ?? '',
    target: of(':path') ?? '',
    host,
    rawHeaders: of('host') === undefined ? [...kept, 'host', host] : kept,
    body: stream,
    remoteAddress,
  };
}

function send(sink: StreamSink, { status, headers, body, stream: streamed }: ControlReply): void {
  streamed?.bytes.cancel();
  if (sink.destroyed) return;
  const isRefused = streamed !== undefined;
  sink.writeHead(isRefused ? 501 : status, headers);
  sink.end(status === 204 || isRefused ? undefined : body);
}
