/**
 * Passes strings between the gateway and an instance, in order in each direction. A string goes through shared memory
 * if it fits, otherwise through a `MessagePort`. The port's other messages only wake an idle receiver. A busy receiver
 * checks the memory itself once per turn of its event loop (docs/design/hot-path §2).
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

import { RING_BYTES, TextRing } from './text-ring.ts';

/** The original is stored before a function can replace the global. */
const { setImmediate } = globalThis;

/** One word for each direction. 0 means that the receiver sleeps and needs a message to wake it. */
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
   * If at least this many strings arrive in one turn, this side checks again by itself, so the sender need not wake it.
   */
  readonly #busyFrom: number;
  /** Strings that arrived through the port, oldest first. */
  readonly #carried: Received[] = [];
  /** Counts of strings in the ring: how many were taken, and how many were present at the last check. */
  #taken = 0;
  #until = 0;

  /** @param offset the start of the channel's `CHANNEL_BYTES` in the memory, a multiple of 4 */
  constructor(port: MessagePort, memory: SharedArrayBuffer, offset: number, side: 'gateway' | 'instance') {
    const ways = [openWay(memory, offset), openWay(memory, offset + WAY_BYTES)] as const;
    this.#port = port;
    [this.#out, this.#in] = side === 'gateway' ? ways : [ways[1], ways[0]];
    // The gateway's loop runs anyway. For an instance, an additional turn costs half as much as an event.
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

  /** Calls `then` whenever there may be strings to take. */
  listen(then: () => void): void {
    const { bell, ring } = this.#in;
    const look = (): void => {
      const { count } = ring;
      const came = (count - this.#until) | 0;
      this.#until = count;
      if (came >= this.#busyFrom) setImmediate(look);
      else {
        Atomics.store(bell, 0, 0);
        // Checks again, because a string sent between the check and going to sleep would cause no wake-up.
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
   * Returns the oldest string that was present at the last check; undefined if there are no more. Later strings wait
   * for the next turn of the event loop, so that a faster sender cannot keep this side from its other work.
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

  /** Makes everything that was sent available, for a port that receives no more events. */
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
