/** Streams of HTTP/2 ⇄ exchanges, for clients of an API port that have agreed on it by ALPN (RFC 9113). */
import { constants, createServer } from 'node:http2';
import { HeaderList } from '../core/events/header-list.ts';
import { acceptRequest } from './answer-request.ts';
import { MAX_HEADER_BYTES, REQUEST_TIMEOUT_MS } from './http.ts';
import { endWithClient, IDLE_SESSION_MS, limitBody } from './http2-ends.ts';
import { originForm } from '../core/receive.ts';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ApiServerOptions, Arrival } from './answer-request.ts';
import type { ReplySink } from './stream-reply.ts';
import type { TlsPeer } from './tls-peer.ts';

const MAX_STREAMS = 100;
/** Node counts pairs as well; AWS counts bytes, as the pipeline does. */
const MAX_HEADER_PAIRS = 2_000;
/** Headers of an HTTP/1.1 connection; HTTP/2 has no place for them (RFC 9113 §8.2.2). */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

export type Http2Port = {
  take(socket: TLSSocket, peer: TlsPeer): void;
  /** Lets open requests finish, and takes no new ones. */
  close(): void;
  destroy(): void;
};

export function openHttp2(options: ApiServerOptions, idleSessionMs = IDLE_SESSION_MS): Http2Port {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES },
    maxHeaderListPairs: MAX_HEADER_PAIRS,
  });
  let arriving: { readonly socket: TLSSocket; readonly peer: TlsPeer } | undefined;
  server.on('session', (session) => {
    const of = arriving;
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
    session.setTimeout(idleSessionMs, () => session.close());
    if (of !== undefined) endWithClient(session, of.socket);
    session.on('stream', (stream, headers, _flags, raw) => {
      stream.on('error', () => stream.destroy());
      const arrival = toArrival(stream, headers, raw.map(String), of);
      acceptRequest(arrival, new StreamSink(stream, session), options);
    });
  });
  return {
    take(socket, peer) {
      // `emit` makes the session within this call.
      arriving = { socket, peer };
      server.emit('connection', socket);
      arriving = undefined;
    },
    close() {
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}

function toArrival(
  stream: ServerHttp2Stream,
  headers: NodeJS.Dict<string | string[]>,
  raw: readonly string[],
  of: { readonly socket: TLSSocket; readonly peer: TlsPeer } | undefined,
): Arrival {
  const own = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const authority = own(':authority');
  const named = own('host');
  // Two different names make the request malformed (RFC 9113 §8.3.1). Attack: one to get in by, the other for
  // the reader of the event.
  const isTorn = authority !== undefined && named !== undefined && authority !== named;
  const host = isTorn ? undefined : (authority ?? named);
  const sent = raw.filter((_, index) => !(raw[index - (index % 2)] ?? '').startsWith(':'));
  const isBare = stream.endAfterHeaders;
  if (!isBare) limitBody(stream, REQUEST_TIMEOUT_MS);
  return {
    method: own(':method'),
    target: originForm(own(':path')),
    host,
    apiId: own('x-apigw-api-id')?.toLowerCase(),
    // Clients send the host in `:authority`; events show it among the headers.
    headers: new HeaderList(host === undefined || named !== undefined ? sent : ['Host', host, ...sent]),
    // Events at AWS say so even for HTTP/2 clients (captures of browsers, which always use it).
    httpVersion: '1.1',
    remoteAddress: of?.socket.remoteAddress,
    body: isBare ? undefined : stream,
    peer: of?.peer,
  };
}

/** A stream with the interface through which replies are sent. */
class StreamSink implements ReplySink {
  readonly req: ReplySink['req'];
  readonly #stream: ServerHttp2Stream;
  #isReset = false;

  constructor(stream: ServerHttp2Stream, session: ServerHttp2Session) {
    this.#stream = stream;
    const reset = (): void => {
      // No harm to a reply sent whole; a partial one is seen to be cut.
      this.#isReset = true;
      stream.close(this.writableFinished ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_INTERNAL_ERROR);
    };
    // Only once all before it is sent: a reset drops what waits for room in the client's window. `close` would end the
    // stream first, as if the reply were whole.
    const breakOff = (): void => {
      this.#isReset = true;
      stream.destroy(new Error('the reply broke off'));
    };
    this.req = {
      socket: {
        get destroyed() {
          return session.destroyed;
        },
        // The end of a request's stream says nothing of its client.
        readableEnded: false,
        destroySoon: () => {
          if (stream.writableEnded) reset();
          else stream.write('', breakOff);
        },
        on: (event, listener) => (event === 'close' ? stream.on(event, listener) : undefined),
        off: (event, listener) => stream.off(event, listener),
      },
    };
  }

  get socket(): ReplySink['req']['socket'] {
    return this.req.socket;
  }

  get destroyed(): boolean {
    return this.#stream.destroyed;
  }

  get writableNeedDrain(): boolean {
    return this.#stream.writableNeedDrain;
  }

  get writableFinished(): boolean {
    return this.#stream.writableFinished && !this.#isReset;
  }

  writeHead(status: number, headers: readonly string[]): void {
    const lines: Record<string, string | string[]> = {};
    for (let index = 0; index + 1 < headers.length; index += 2) {
      const name = (headers[index] ?? '').toLowerCase();
      if (OF_CONNECTION.has(name)) continue;
      const value = headers[index + 1] ?? '';
      const before = lines[name];
      lines[name] = before === undefined ? value : [before, value].flat();
    }
    this.#stream.respond({ ...lines, [constants.HTTP2_HEADER_STATUS]: status });
  }

  flushHeaders(): void {
    // `respond` has sent them.
  }

  write(chunk: Buffer): boolean {
    return this.#stream.write(chunk);
  }

  end(body?: string | Buffer): void {
    this.#stream.end(body);
    // Unread bytes of the request cannot be skipped.
    if (!this.#stream.readableEnded && !this.#stream.endAfterHeaders)
      this.#stream.once('finish', () => this.#stream.close(constants.NGHTTP2_NO_ERROR));
  }

  destroy(): void {
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  setTimeout(ms: number, onTimeout?: () => void): void {
    if (onTimeout === undefined) this.#stream.setTimeout(ms);
    else this.#stream.setTimeout(ms, onTimeout);
  }

  on(event: 'close' | 'drain', listener: () => void): void {
    this.#stream.on(event, listener);
  }

  once(event: 'close' | 'finish', listener: () => void): void {
    this.#stream.once(event, listener);
  }

  off(event: 'close' | 'drain', listener: () => void): void {
    this.#stream.off(event, listener);
  }
}
