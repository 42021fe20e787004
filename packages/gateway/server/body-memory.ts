/**
 * Limits the total memory of request bodies that are being read or processed, over all connections of one or several
 * ports.
 */
import { RefusalLog } from './refusal-log.ts';
import type { LogSink } from '../core/ports.ts';

export const DEFAULT_BODY_MEMORY_BYTES = 256 * 1024 ** 2;
/** The size in bytes up to which no memory is reserved for a body, so that it never waits. */
export const FREE_BODY_BYTES = 65_536;
const WAIT_MS = 5_000;
/**
 * The number by which the total memory is divided to get the limit for one client address. This limit prevents a single
 * client from using the memory that others need.
 */
const SHARE_OF_ADDRESS = 4;

/** The memory that is reserved for one body. It is released when the response to the request has been sent. */
export type BodyRoom = { bytes: number; readonly address: string };

type Waiter = BodyRoom & {
  /**
   * Called with the reserved memory, or with undefined if none became free in time or the body exceeds the limit of an
   * address.
   */
  readonly decide: (room: BodyRoom | undefined) => void;
  timer: NodeJS.Timeout | undefined;
};

export class BodyMemory {
  readonly #refusals: RefusalLog;
  readonly #maxBytes: number;
  /** The memory in bytes that the bodies of one client address may use together. */
  readonly ofAddressBytes: number;
  readonly #held = new Map<string, number>();
  readonly #beginning = new Map<string, number>();
  #heldBytes = 0;
  /** Bodies that wait for memory, in order of arrival. */
  readonly #waiting = new Set<Waiter>();
  /** The total size, in bytes, of the parts of bodies that arrived before memory was reserved for these bodies. */
  #beginningBytes = 0;

  constructor(log: LogSink, maxBytes = DEFAULT_BODY_MEMORY_BYTES) {
    this.#refusals = new RefusalLog(log);
    this.#maxBytes = maxBytes;
    this.ofAddressBytes = Math.floor(maxBytes / SHARE_OF_ADDRESS);
  }

  /**
   * Returns the total size of all reservations, and of the parts of bodies that arrived without a reservation, in
   * bytes.
   */
  get bytes(): number {
    return this.#heldBytes + this.#beginningBytes;
  }

  /**
   * Counts the first part of a body. Returns false if the bodies that have begun, but have not continued, take too many
   * bytes, in total or from this client address. This stops an attack in which many connections each send a few
   * kilobytes and then nothing more.
   */
  begin(bytes: number, address: string): boolean {
    this.#beginningBytes += bytes;
    const ofAddress = addTo(this.#beginning, address, bytes);
    return this.#beginningBytes <= this.#maxBytes && ofAddress <= this.ofAddressBytes;
  }

  /**
   * Stops counting a body as begun, because it is complete, because memory is reserved for it, or because its client
   * has disconnected.
   */
  endBeginning(bytes: number, address: string): void {
    this.#beginningBytes -= bytes;
    addTo(this.#beginning, address, -bytes);
  }

  /**
   * Reserves memory. Calls `decide` at once if memory is free, or if the body exceeds the limit of an address.
   * Otherwise `decide` is called when memory becomes free, or after five seconds if none does.
   * @returns a function that stops the waiting
   */
  take(bytes: number, address: string, decide: Waiter['decide']): () => void {
    const waiter: Waiter = { bytes, address, decide, timer: undefined };
    if (bytes > this.ofAddressBytes) decide(undefined);
    else if (this.#waiting.size === 0 && this.#fits(waiter)) this.#grant(waiter);
    else {
      waiter.timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        decide(undefined);
      }, WAIT_MS).unref();
      this.#waiting.add(waiter);
      this.#grantWaiting();
    }
    return () => {
      clearTimeout(waiter.timer);
      this.#waiting.delete(waiter);
    };
  }

  /** Gives back part of the reserved memory, because the body was shorter than expected. */
  shrink(room: BodyRoom, bytes: number): void {
    this.#add(room.address, bytes - room.bytes);
    room.bytes = bytes;
    this.#grantWaiting();
  }

  give(room: BodyRoom): void {
    this.shrink(room, 0);
  }

  /**
   * Logs a refused request. Call it once per request.
   * @param what the request's API or port
   */
  logRefusal(what: string): void {
    const megabytes = Math.floor(this.#maxBytes / 1024 ** 2);
    this.#refusals.note(
      what,
      `there is no memory left for a request body: all bodies together can use ${megabytes} MB, and the bodies of one client address can use a quarter of that (--max-body-memory)`,
    );
  }

  #fits({ bytes, address }: BodyRoom): boolean {
    return this.#heldBytes + bytes <= this.#maxBytes && this.#fitsAddress(bytes, address);
  }

  #fitsAddress(bytes: number, address: string): boolean {
    return (this.#held.get(address) ?? 0) + bytes <= this.ofAddressBytes;
  }

  /**
   * Reserves memory for waiting bodies. A body that must wait because its address is at the limit does not delay bodies
   * of other addresses. Small bodies cannot overtake a large body forever.
   */
  #grantWaiting(): void {
    for (const waiter of this.#waiting) {
      if (!this.#fitsAddress(waiter.bytes, waiter.address)) continue;
      if (!this.#fits(waiter)) return;
      clearTimeout(waiter.timer);
      this.#waiting.delete(waiter);
      this.#grant(waiter);
    }
  }

  #grant({ bytes, address, decide }: Waiter): void {
    this.#add(address, bytes);
    decide({ bytes, address });
  }

  #add(address: string, bytes: number): void {
    this.#heldBytes += bytes;
    addTo(this.#held, address, bytes);
  }
}

/**
 * Adds a number of bytes to the sum of an address.
 * @returns the new sum of the address
 */
function addTo(byAddress: Map<string, number>, address: string, bytes: number): number {
  const sum = (byAddress.get(address) ?? 0) + bytes;
  if (sum === 0) byAddress.delete(address);
  else byAddress.set(address, sum);
  return sum;
}
