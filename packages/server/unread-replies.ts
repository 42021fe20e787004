/** Bounds the memory of replies that have been sent and not been read, over all connections. */
import type { LogSink } from '../core/ports.ts';

/** A reply on its way; `close` comes when it has been sent or its connection is gone. */
type OutgoingReply = {
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
  readonly destroyed: boolean;
};

const MAX_UNREAD_BYTES = 256 * 1024 * 1024;

/**
 * When the bound is reached, the connection that has waited longest for its reader is closed. Attack: clients
 * that ask for large replies and never read them.
 */
export class UnreadReplies {
  readonly #log: LogSink;
  readonly #maxBytes: number;
  readonly #held = new Map<OutgoingReply, number>();
  #bytes = 0;

  constructor(log: LogSink, maxBytes = MAX_UNREAD_BYTES) {
    this.#log = log;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Called once per reply, after it was written to its socket. */
  hold(reply: OutgoingReply, bytes: number): void {
    if (reply.destroyed) return;
    this.#held.set(reply, bytes);
    this.#bytes += bytes;
    reply.once('close', () => this.#release(reply));
    while (this.#bytes > this.#maxBytes) {
      const [oldest] = this.#held.keys();
      if (oldest === undefined || oldest === reply) return;
      this.#log.write(
        `closed a connection that does not read its reply: more than ${this.#maxBytes} bytes of replies are unread`,
      );
      this.#release(oldest);
      oldest.destroy();
    }
  }

  #release(reply: OutgoingReply): void {
    this.#bytes -= this.#held.get(reply) ?? 0;
    this.#held.delete(reply);
  }
}
