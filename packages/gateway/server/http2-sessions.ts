/** Handles HTTP/2 streams (RFC 9113) and sends the replies on them, for the connections of every port. */
import { constants, createServer } from 'node:http2';
import { HOP_BY_HOP } from '@gatewright/aws/connection-headers';
import { endWithClient, IDLE_SESSION_MS } from './http2-ends.ts';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { ReplySink } from './stream-reply.ts';

const MAX_STREAMS = 100;
/** Headers that HTTP/2 does not allow, and for which Node throws (RFC 9113 §8.2.2). */
const NOT_SENT = new Set([...HOP_BY_HOP, 'http2-settings']);

type SessionLimits = {
  readonly maxHeaderBytes: number;
  /** The maximum number of header pairs; undefined for Node's own limit. */
  readonly maxHeaderPairs?: number;
  readonly idleSessionMs?: number | undefined;
};

type Http2Sessions<From> = {
  take(socket: Socket, from: From): void;
  /** Stops accepting new requests. Open requests may finish. */
  close(): void;
  destroy(): void;
};

export type ArrivedStream<From> = {
  readonly stream: ServerHttp2Stream;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** A flat list of names and values, as sent. */
  readonly raw: readonly string[];
  readonly from: From;
  readonly sink: StreamSink;
};

export function openSessions<From>(
  { maxHeaderBytes, maxHeaderPairs, idleSessionMs = IDLE_SESSION_MS }: SessionLimits,
  onStream: (arrived: ArrivedStream<From>) => void,
): Http2Sessions<From> {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: maxHeaderBytes },
    ...(maxHeaderPairs !== undefined && { maxHeaderListPairs: maxHeaderPairs }),
  });
  return {
    take(socket, from) {
      // The listener is called during `emit`, which creates the session synchronously.
      server.once('session', (session: ServerHttp2Session) => {
        sessions.add(session);
        session.on('close', () => sessions.delete(session));
        session.on('error', () => session.destroy());
        session.setTimeout(idleSessionMs, () => session.close());
        endWithClient(session, socket);
        session.on('stream', (stream, headers, _flags, raw) => {
          stream.on('error', () => stream.destroy());
          const sink = new StreamSink(stream, session);
          onStream({ stream, headers, raw: raw.map(String), from, sink });
        });
      });
      server.emit('connection', socket);
    },
    close() {
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}

/** An HTTP/2 stream with the interface for sending replies. */
export class StreamSink implements ReplySink {
  readonly req: ReplySink['req'];
  readonly #stream: ServerHttp2Stream;
  #isReset = false;

  constructor(stream: ServerHttp2Stream, session: ServerHttp2Session) {
    this.#stream = stream;
    const reset = (): void => {
      // A reply that is already complete is not affected. If it is only partly sent, the client notices that it was cut
      // off.
      this.#isReset = true;
      stream.close(this.writableFinished ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_INTERNAL_ERROR);
    };
    // The reset is sent after all earlier data, because a reset drops the data that waits for the client's window.
    // `close` is not used, because it would first end the stream as if the reply were complete.
    const breakOff = (): void => {
      this.#isReset = true;
      stream.destroy(new Error('the reply broke off'));
    };
    this.req = {
      socket: {
        get destroyed() {
          return session.destroyed;
        },
        // The value is always false, because a request that has ended does not mean that its client has disconnected.
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
      if (NOT_SENT.has(name)) continue;
      const value = headers[index + 1] ?? '';
      const before = lines[name];
      lines[name] = before === undefined ? value : [before, value].flat();
    }
    this.#stream.respond({ ...lines, [constants.HTTP2_HEADER_STATUS]: status });
  }

  flushHeaders(): void {
    // `respond` has already sent the headers.
  }

  write(chunk: Buffer): boolean {
    return this.#stream.write(chunk);
  }

  end(body?: string | Buffer): void {
    this.#stream.end(body);
    // If the request has not been read completely, the stream is closed after the reply, because unread bytes cannot be
    // skipped.
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
