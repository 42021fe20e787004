/**
 * Sends a streamed reply as fast as its client reads it, within AWS's limits (developer guide, "Stream the integration
 * response").
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Reply, StreamedBody, StreamEnd } from '../core/exchange.ts';
import type { Clock } from '../core/ports.ts';

/** The destination of a reply, for example Node's HTTP/1.1 response. */
export type ReplySink = {
  readonly destroyed: boolean;
  readonly writableNeedDrain: boolean;
  readonly writableFinished: boolean;
  /** The request. Its socket shows whether the client has disconnected. */
  readonly req: { readonly socket: ClientSide };
  /** The socket of the reply; undefined or null once the reply has been sent. */
  readonly socket?: Pick<ClientSide, 'destroySoon'> | null;
  /** @param headers flat list of names and values */
  writeHead(status: number, headers: string[]): unknown;
  flushHeaders(): void;
  write(chunk: Buffer): boolean;
  end(body?: string | Buffer): unknown;
  destroy(): unknown;
  setTimeout(ms: number, onTimeout?: () => void): unknown;
  on(event: 'close' | 'drain', listener: () => void): unknown;
  once(event: 'close' | 'finish', listener: () => void): unknown;
  off(event: 'close' | 'drain', listener: () => void): unknown;
};

type ClientSide = {
  readonly destroyed: boolean;
  readonly readableEnded: boolean;
  destroySoon(): void;
  /** Resets a TCP connection. A TLS connection, whose socket has the member `encrypted`, cannot be reset. */
  resetAndDestroy?(): unknown;
  readonly encrypted?: boolean;
  on(event: 'close' | 'end', listener: () => void): unknown;
  off(event: 'close' | 'end', listener: () => void): unknown;
};

/**
 * The number of bytes of a reply that are sent without a speed limit. All further bytes are sent at `BYTES_PER_MS` at
 * most.
 */
const UNTHROTTLED_BYTES = 10 * 1024 * 1024;
const BYTES_PER_MS = (2 * 1024 * 1024) / 1000;

/**
 * The time in milliseconds that the gateway waits for the next part of the stream after the client has closed its side.
 */
const LEFT_IDLE_MS = 500;

/**
 * Returns the milliseconds after which the next part may be sent. `sentBytes` is the number of bytes sent so far. It
 * includes the last part, whose size is `partBytes`.
 */
export function pauseAfter(sentBytes: number, partBytes: number): number {
  return Math.min(partBytes, Math.max(0, sentBytes - UNTHROTTLED_BYTES)) / BYTES_PER_MS;
}

/**
 * Sends the head at once and the body as it arrives. Resolves when the socket has finished or closed, and never
 * rejects.
 */
export async function sendStream(
  response: ReplySink,
  method: string,
  { status, headers }: Reply,
  stream: StreamedBody,
  clock: Clock,
): Promise<void> {
  const sender = new StreamSender(response, stream, clock);
  if (response.destroyed || response.req.socket.destroyed) {
    sender.abandon();
    return;
  }
  if (stream.isReset === true) {
    await sender.reset();
    return;
  }
  try {
    response.writeHead(status, headers);
  } catch (error) {
    await sender.breakOff(error);
    return;
  }
  // These replies have no body, regardless of what the integration sends (RFC 9110 §9.3.2, §15.3.5, §15.4.5).
  if (method === 'HEAD' || status === 204 || status === 304) await sender.endWithout();
  else {
    response.flushHeaders();
    await sender.run();
  }
}

class StreamSender {
  readonly #response: ReplySink;
  readonly #stream: StreamedBody;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  /** Whether the client has closed its side. */
  #mayHaveLeft = false;
  #sentBytes = 0;
  #firstByteMs: number | undefined;
  /** The side that was silent for too long, because it sent no data or did not read. */
  #silent: StreamEnd['cutBy'];
  #fault: string | undefined;

  constructor(response: ReplySink, stream: StreamedBody, clock: Clock) {
    this.#response = response;
    this.#stream = stream;
    this.#clock = clock;
    const { socket } = response.req;
    const close = (): void => {
      response.off('close', close);
      socket.off('close', close);
      socket.off('end', stopListening);
      this.#closed.abort();
      // Ends the wait of the code that reads the stream.
      stream.bytes.cancel();
    };
    // This event is needed for a response that waits behind another response on its connection. Such a response has no
    // socket yet, and no other event is emitted for it when the connection closes.
    response.on('close', close);
    socket.on('close', close);
    // The socket has been idle, because either the function or the client has been idle.
    response.setTimeout(stream.idleMs, () => {
      if (!this.#mayHaveLeft) this.#silent = response.writableNeedDrain ? 'client' : 'integration';
      response.destroy();
    });
    // The client has either finished sending or disconnected. Only writing to the socket would show which of these is
    // true. The allowed idle time is therefore reduced.
    const stopListening = (): void => {
      this.#mayHaveLeft = true;
      response.setTimeout(LEFT_IDLE_MS);
    };
    if (socket.readableEnded) stopListening();
    else socket.on('end', stopListening);
  }

  abandon(): void {
    this.#stream.bytes.cancel();
    this.#report('client', 'the client closed the connection');
  }

  async reset(): Promise<void> {
    const { socket } = this.#response.req;
    this.#fault = 'the connection was reset';
    if (socket.encrypted === true || socket.resetAndDestroy === undefined) this.#response.destroy();
    else socket.resetAndDestroy();
    await this.#finished();
  }

  async breakOff(error: unknown): Promise<void> {
    this.#fault = describe(error);
    this.#response.destroy();
    await this.#finished();
  }

  async endWithout(): Promise<void> {
    this.#stream.bytes.cancel();
    this.#response.end();
    await this.#finished();
  }

  async run(): Promise<void> {
    try {
      for await (const part of this.#stream.bytes) {
        this.#firstByteMs ??= this.#clock.monotonicMs();
        if (this.#closed.signal.aborted) break;
        this.#sentBytes += part.length;
        this.#stream.beginning?.take(part);
        if (!this.#response.write(part)) await this.#drained();
        await this.#paced(part.length);
      }
    } catch (error) {
      if (!this.#closed.signal.aborted) {
        // The status has already been sent, so the error can only be shown by a body that lacks its last chunk.
        this.#fault = describe(error);
        this.#response.socket?.destroySoon();
      }
    }
    if (this.#fault === undefined) this.#response.end();
    await this.#finished();
  }

  /**
   * Waits as long as AWS's bandwidth limit requires. A slow client needs no such wait, because its socket limits the
   * speed.
   */
  async #paced(bytes: number): Promise<void> {
    const pauseMs = pauseAfter(this.#sentBytes, bytes);
    if (pauseMs > 0) await wait(pauseMs, undefined, { signal: this.#closed.signal });
  }

  #drained(): Promise<void> {
    const { signal } = this.#closed;
    return new Promise((resolve) => {
      const resume = (): void => {
        this.#response.off('drain', resume);
        signal.removeEventListener('abort', resume);
        resolve();
      };
      this.#response.on('drain', resume);
      signal.addEventListener('abort', resume);
      if (signal.aborted) resume();
    });
  }

  /** Resolves when the last byte has been sent, or when it is certain that it cannot be sent any more. */
  #finished(): Promise<void> {
    return new Promise((resolve) => {
      const notify = (): void => {
        if (this.#fault !== undefined) this.#report('integration', this.#fault);
        else if (this.#response.writableFinished) this.#report(undefined, undefined);
        else if (this.#silent !== undefined)
          this.#report(this.#silent, describeSilence(this.#silent, this.#stream.idleMs));
        else this.#report('client', 'the client closed the connection');
        resolve();
      };
      if (this.#closed.signal.aborted) notify();
      else this.#closed.signal.addEventListener('abort', notify);
    });
  }

  #report(cutBy: StreamEnd['cutBy'], failure: string | undefined): void {
    const { onOver } = this.#stream;
    onOver({ sentBytes: this.#sentBytes, firstByteMs: this.#firstByteMs, cutBy, failure });
  }
}

function describeSilence(side: 'client' | 'integration', idleMs: number): string {
  return side === 'client'
    ? `the client read no data for ${idleMs / 1000} s`
    : `the integration sent no data for ${idleMs / 1000} s`;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
