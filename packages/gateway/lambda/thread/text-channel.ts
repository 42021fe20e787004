/**
 * Passes strings between the gateway and an instance. In each direction, strings arrive in order. A string that fits is
 * passed through shared memory, and any other string through a `MessagePort`. All other messages on the port only wake
 * an idle receiver. A busy receiver checks the memory itself, once in each turn of its event loop
 * (docs/design/hot-path §2).
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

import { RING_BYTES, TextRing } from './text-ring.ts';

/** The original function is stored now, because a function's code may replace the global. */
const { setImmediate } = globalThis;

/**
 * The size of the memory that shows whether a receiver sleeps, which is one word for each direction. 0 means that the
 * receiver sleeps and that a message must wake it.
 */
const BELL_BYTES = 4;
const WAY_BYTES = BELL_BYTES + RING_BYTES;

export const CHANNEL_BYTES = 2 * WAY_BYTES;

/** The message that only wakes the receiver. */
const WAKE = null;

type Way = { readonly bell: Int32Array; readonly ring: TextRing };

export class TextChannel<Sent, Received> {
  readonly #port: MessagePort;
  readonly #out: Way;
  readonly #in: Way;
  /**
   * The minimum number of strings received in one turn of the event loop for which this side counts as busy. A busy
   * side checks the shared memory in each turn, so that the sender does not have to wake it.
   */
  readonly #busyFrom: number;
  /** The strings that arrived through the port, oldest first. */
  readonly #carried: Received[] = [];
  /**
   * The number of strings that this side has taken from the ring, and the number of strings that the ring had received
   * at the last check.
   */
  #taken = 0;
  #until = 0;

  /** @param offset the start of the channel's `CHANNEL_BYTES` in the memory, a multiple of 4 */
  constructor(port: MessagePort, memory: SharedArrayBuffer, offset: number, side: 'gateway' | 'instance') {
    const ways = [openWay(memory, offset), openWay(memory, offset + WAY_BYTES)] as const;
    this.#port = port;
    [this.#out, this.#in] = side === 'gateway' ? ways : [ways[1], ways[0]];
    // The minimum number of waiting strings for which this side counts as busy. One is enough for the gateway, because
    // its event loop runs in any case. An instance waits for two, because an additional turn costs half as much as an
    // event.
    this.#busyFrom = side === 'gateway' ? 1 : 2;
  }

  send(message: Sent): void {
    this.put(message);
    this.wake();
  }

  /** Sends a string without waking a sleeping receiver. */
  put(message: Sent): void {
    const { ring } = this.#out;
    if (typeof message === 'string' && ring.write(message)) return;
    ring.keepPlace();
    this.#port.postMessage(message);
  }

  wake(): void {
    if (Atomics.exchange(this.#out.bell, 0, 1) === 0) this.#port.postMessage(WAKE);
  }

  /** Calls `then` whenever there may be strings that can be taken. */
  listen(then: () => void): void {
    const { bell, ring } = this.#in;
    const look = (): void => {
      const { count } = ring;
      const came = (count - this.#until) | 0;
      this.#until = count;
      if (came >= this.#busyFrom) setImmediate(look);
      else {
        Atomics.store(bell, 0, 0);
        // The memory is checked again, because a string that was sent just before this side went to sleep would not
        // wake it.
        if (this.#until !== ring.count && Atomics.exchange(bell, 0, 1) === 0) setImmediate(look);
      }
      if (came !== 0) then();
    };
    this.#port.on('message', (message: Received | typeof WAKE) => {
      if (message === WAKE) {
        look();
        return;
      }
      this.#carry(message);
      then();
    });
  }

  /**
   * Returns the oldest string that was present at the last check; undefined if there are no more. Strings that arrive
   * later wait for the next turn of the event loop, because otherwise a fast sender could keep this side from its other
   * work.
   */
  take(): Received | string | undefined {
    if (this.#taken === this.#until) return undefined;
    const { ring } = this.#in;
    const isCarried = ring.isElsewhere();
    // The string is still in transit through the port, and its message will wake this side.
    if (isCarried && this.#carried.length === 0) return undefined;
    this.#taken = (this.#taken + 1) | 0;
    const text = ring.read();
    return isCarried ? this.#carried.shift() : text;
  }

  /** Makes all sent strings available at once. It is used when the port receives no more events. */
  receiveAll(): void {
    for (
      let received = receiveMessageOnPort(this.#port);
      received;
      received = receiveMessageOnPort(this.#port)
    ) {
      const message = received.message as Received | typeof WAKE;
      if (message !== WAKE) this.#carry(message);
    }
    this.#until = this.#in.ring.count;
  }

  #carry(message: Received): void {
    this.#carried.push(message);
    this.#until = this.#in.ring.count;
  }
}

function openWay(memory: SharedArrayBuffer, offset: number): Way {
  return { bell: new Int32Array(memory, offset, 1), ring: new TextRing(memory, offset + BELL_BYTES) };
}
