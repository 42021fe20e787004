/** Bounds the memory of replies that were sent but not yet read, over all connections. */
import { DEFAULT_BODY_MEMORY_BYTES } from './body-memory.ts';
import type { LogSink } from '../core/ports.ts';

/**
 * The minimum size in bytes of a reply that is counted. Smaller replies do not have to be counted, because each
 * connection has at most one of them.
 */
export const LARGE_REPLY_BYTES = 16_384;

/** A reply that is being sent. `close` is emitted when it has been sent or its connection has closed. */
type OutgoingReply = {
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
  readonly destroyed: boolean;
};

type Unread = { readonly bytes: number; readonly address: string };

/**
 * The number by which the total memory is divided to get a client's share. If a client uses more than its share, its
 * replies are closed before other clients' replies.
 */
const SHARE_OF_ADDRESS = 4;

/**
 * Limits the memory of unread replies. When the limit is reached, the connection that has waited longest for its reader
 * is closed. Attack: clients request large replies and never read them.
 */
export class UnreadReplies {
  readonly #log: LogSink;
  readonly #maxBytes: number;
  readonly #held = new Map<OutgoingReply, Unread>();
  readonly #ofAddress = new Map<string, number>();
  #bytes = 0;

  constructor(log: LogSink, maxBytes = DEFAULT_BODY_MEMORY_BYTES) {
    this.#log = log;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Counts a reply. Call it once per reply, after the reply was written to its socket.
   * @param address the address of the client
   */
  hold(reply: OutgoingReply, bytes: number, address = ''): void {
    if (reply.destroyed) return;
    this.#held.set(reply, { bytes, address });
    this.#add(address, bytes);
    reply.once('close', () => this.#release(reply));
    while (this.#bytes > this.#maxBytes) {
      const oldest = this.#oldest();
      if (oldest === undefined || oldest === reply) return;
      this.#log.write(
        `closed a connection whose client does not read the reply: more than ${this.#maxBytes} bytes of replies are unread (--max-body-memory)`,
      );
      this.#release(oldest);
      oldest.destroy();
    }
  }

  /**
   * Returns the oldest reply of a client that uses more than its share; if there is none, the oldest of all replies.
   */
  #oldest(): OutgoingReply | undefined {
    const share = this.#maxBytes / SHARE_OF_ADDRESS;
    for (const [reply, { address }] of this.#held)
      if ((this.#ofAddress.get(address) ?? 0) > share) return reply;
    const [first] = this.#held.keys();
    return first;
  }

  #release(reply: OutgoingReply): void {
    const unread = this.#held.get(reply);
    if (unread === undefined) return;
    this.#held.delete(reply);
    this.#add(unread.address, -unread.bytes);
  }

  #add(address: string, bytes: number): void {
    this.#bytes += bytes;
    const held = (this.#ofAddress.get(address) ?? 0) + bytes;
    if (held === 0) this.#ofAddress.delete(address);
    else this.#ofAddress.set(address, held);
  }
}
