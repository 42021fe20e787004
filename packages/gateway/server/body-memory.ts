/** Bounds the memory of request bodies that are being read or answered, over all connections of its ports. */
import { RefusalLog } from './refusal-log.ts';
import type { LogSink } from '../core/ports.ts';

export const DEFAULT_BODY_MEMORY_BYTES = 256 * 1024 ** 2;
/** A body up to this size takes no room, and never waits for any. */
export const FREE_BODY_BYTES = 65_536;
const WAIT_MS = 5_000;
/** One client cannot take what the others need. */
const SHARE_OF_ADDRESS = 4;

/** What one body holds until its request has been answered. */
export type BodyRoom = { bytes: number; readonly address: string };

type Waiter = BodyRoom & {
  /** Undefined: there was no room in time. */
  readonly decide: (room: BodyRoom | undefined) => void;
  timer: NodeJS.Timeout | undefined;
};

export class BodyMemory {
  readonly #refusals: RefusalLog;
  readonly #maxBytes: number;
  /** The most that the bodies of one client address may hold. */
  readonly ofAddressBytes: number;
  readonly #held = new Map<string, number>();
  readonly #beginning = new Map<string, number>();
  #heldBytes = 0;
  /** In order of arrival. */
  readonly #waiting = new Set<Waiter>();
  /** First parts of bodies that are not complete, and hold no room yet. */
  #beginningBytes = 0;

  constructor(log: LogSink, maxBytes = DEFAULT_BODY_MEMORY_BYTES) {
    this.#refusals = new RefusalLog(log);
    this.#maxBytes = maxBytes;
    this.ofAddressBytes = Math.floor(maxBytes / SHARE_OF_ADDRESS);
  }

  /** Held or begun. */
  get bytes(): number {
    return this.#heldBytes + this.#beginningBytes;
  }

  /**
   * False: too many bodies have begun and do not go on, here or of this client address. Attack: connections that
   * each send some kilobytes and then nothing.
   */
  begin(bytes: number, address: string): boolean {
    this.#beginningBytes += bytes;
    const ofAddress = addTo(this.#beginning, address, bytes);
    return this.#beginningBytes <= this.#maxBytes && ofAddress <= this.ofAddressBytes;
  }

  /** Of a body that is complete, has got room, or is gone. */
  endBeginning(bytes: number, address: string): void {
    this.#beginningBytes -= bytes;
    addTo(this.#beginning, address, -bytes);
  }

  /**
   * Decides at once where there is room, else when there is some, or after five seconds without.
   * @returns stops the waiting
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

  /** The body was shorter than expected. */
  shrink(room: BodyRoom, bytes: number): void {
    this.#add(room.address, bytes - room.bytes);
    room.bytes = bytes;
    this.#grantWaiting();
  }

  give(room: BodyRoom): void {
    this.shrink(room, 0);
  }

  /** Called once per refused request. @param what its API or port */
  logRefusal(what: string): void {
    const megabytes = Math.floor(this.#maxBytes / 1024 ** 2);
    this.#refusals.note(
      what,
      `no room for a request body: those under way may take ${megabytes} MB, a quarter of it from one client address (--max-body-memory)`,
    );
  }

  #fits({ bytes, address }: BodyRoom): boolean {
    return this.#heldBytes + bytes <= this.#maxBytes && this.#fitsAddress(bytes, address);
  }

  #fitsAddress(bytes: number, address: string): boolean {
    return (this.#held.get(address) ?? 0) + bytes <= this.ofAddressBytes;
  }

  /** A full address holds up no other; a large body is not overtaken for ever by small ones. */
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

/** @returns what the address has then */
function addTo(byAddress: Map<string, number>, address: string, bytes: number): number {
  const sum = (byAddress.get(address) ?? 0) + bytes;
  if (sum === 0) byAddress.delete(address);
  else byAddress.set(address, sum);
  return sum;
}
