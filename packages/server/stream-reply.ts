/** Sends a streamed reply: as fast as its client takes it, within AWS's bounds (developer guide, "Stream the integration response"). */
import { setTimeout as wait } from 'node:timers/promises';
import type { Reply, StreamedBody, StreamEnd } from '../core/exchange.ts';
import type { Clock } from '../core/ports.ts';

/** Where a reply goes: node's response of HTTP/1.1 is one. */
export type ReplySink = {
  readonly destroyed: boolean;
  readonly writableNeedDrain: boolean;
  readonly writableFinished: boolean;
  /** Of the request: what tells that the client has left. */
  readonly req: { readonly socket: ClientSide };
  /** Undefined or null once the reply has left. */
  readonly socket?: Pick<ClientSide, 'destroySoon'> | null;
  /** Flat name, value list. */
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
  on(event: 'close' | 'end', listener: () => void): unknown;
  off(event: 'close' | 'end', listener: () => void): unknown;
};

/** Up to here at any speed; what follows at most at this one. */
const UNTHROTTLED_BYTES = 10 * 1024 * 1024;
const BYTES_PER_MS = (2 * 1024 * 1024) / 1000;

/** What a client that closed its side may wait for the next part. */
const LEFT_IDLE_MS = 500;

/** Milliseconds until the next part may go, where `sentBytes` have gone with the last one of `partBytes`. */
export function pauseAfter(sentBytes: number, partBytes: number): number {
  return Math.min(partBytes, Math.max(0, sentBytes - UNTHROTTLED_BYTES)) / BYTES_PER_MS;
}

/** The head at once, the body as it comes. Resolves when the socket has finished or died; never rejects. */
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
  try {
    response.writeHead(status, headers);
  } catch (error) {
    await sender.breakOff(error);
    return;
  }
  // Neither has a body, whatever the integration sends (RFC 9110 §9.3.2, §15.3.5, §15.4.5).
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
  /** It will send nothing more. */
  #mayHaveLeft = false;
  #sentBytes = 0;
  #firstByteMs: number | undefined;
  /** Who was silent for too long. */
  #silent: StreamEnd['cutBy'];
  /** Why the source broke off. */
  #fault: string | undefined;

  constructor(response: ReplySink, stream: StreamedBody, clock: Clock) {
    this.#response = response;
    this.#stream = stream;
    this.#clock = clock;
    const { socket } = response.req;
    const close = (): void => {
      response.off('close', close);
      socket.off('close', close);
      socket.off('end', hush);
      this.#closed.abort();
      // A reader that waits for more is woken by it.
      stream.bytes.cancel();
    };
    // A response that waits behind another one of its connection hears of the socket's end nowhere else.
    response.on('close', close);
    socket.on('close', close);
    // Whoever is silent, function or client: the socket is, too.
    response.setTimeout(stream.idleMs, () => {
      if (!this.#mayHaveLeft) this.#silent = response.writableNeedDrain ? 'client' : 'integration';
      response.destroy();
    });
    // Says "nothing more to send" as well as "gone": a write would tell, so only silence is cut short.
    const hush = (): void => {
      this.#mayHaveLeft = true;
      response.setTimeout(LEFT_IDLE_MS);
    };
    if (socket.readableEnded) hush();
    else socket.on('end', hush);
  }

  /** The client left before the head. */
  abandon(): void {
    this.#stream.bytes.cancel();
    this.#tell('client', 'the client closed the connection');
  }

  /** Nothing has been sent, and nothing can be. */
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
        if (!this.#response.write(part)) await this.#drained();
        await this.#paced(part.length);
      }
    } catch (error) {
      if (!this.#closed.signal.aborted) {
        // Too late for a status: a body that ends without its last chunk tells the client.
        this.#fault = describe(error);
        this.#response.socket?.destroySoon();
      }
    }
    if (this.#fault === undefined) this.#response.end();
    await this.#finished();
  }

  /** AWS's bandwidth; the client's own is the socket's matter. */
  async #paced(bytes: number): Promise<void> {
    const pauseMs = pauseAfter(this.#sentBytes, bytes);
    if (pauseMs > 0) await wait(pauseMs, undefined, { signal: this.#closed.signal });
  }

  #drained(): Promise<void> {
    const { signal } = this.#closed;
    return new Promise((resolve) => {
      const goOn = (): void => {
        this.#response.off('drain', goOn);
        signal.removeEventListener('abort', goOn);
        resolve();
      };
      this.#response.on('drain', goOn);
      signal.addEventListener('abort', goOn);
      if (signal.aborted) goOn();
    });
  }

  /** The last byte has left, or never will. */
  #finished(): Promise<void> {
    return new Promise((resolve) => {
      const tell = (): void => {
        if (this.#fault !== undefined) this.#tell('integration', this.#fault);
        else if (this.#response.writableFinished) this.#tell(undefined, undefined);
        else if (this.#silent !== undefined)
          this.#tell(this.#silent, `nothing went through for ${this.#stream.idleMs} ms`);
        else this.#tell('client', 'the client closed the connection');
        resolve();
      };
      if (this.#closed.signal.aborted) tell();
      else this.#closed.signal.addEventListener('abort', tell);
    });
  }

  #tell(cutBy: StreamEnd['cutBy'], failure: string | undefined): void {
    const { onOver } = this.#stream;
    onOver({ sentBytes: this.#sentBytes, firstByteMs: this.#firstByteMs, cutBy, failure });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
