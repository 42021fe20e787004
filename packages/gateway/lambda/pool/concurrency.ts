/**
 * Limits that all functions of this run share. As in an AWS account, the number of concurrent events is limited. The
 * number of instances is limited by the machine's memory.
 */
import { totalmem } from 'node:os';

import { type Refused, throttledByAccount, throttledByReservation } from './refused-start.ts';

/** AWS's quota "Concurrent executions" (Lambda developer guide, "Lambda quotas"). */
export const DEFAULT_CONCURRENCY = 1_000;
/**
 * The concurrency that must remain for functions without a reservation, as in Lambda (developer guide, "Configuring
 * reserved concurrency").
 */
export const UNRESERVED_AT_LEAST = 100;

/**
 * The memory of a small instance in bytes. It determines the maximum number of instances: half of the machine's memory
 * divided by this value, but at least `INSTANCES_AT_LEAST`, and at most the number of concurrent events.
 */
const BYTES_PER_INSTANCE = 32 * 1024 * 1024;
const INSTANCES_AT_LEAST = 64;

export interface ConcurrencyMember {
  /** The reserved concurrency of the function, which does not change while its pool is a member. */
  readonly reserved: number | undefined;
  /** The number of events that are waiting or running. */
  readonly events: number;
  /** The number of events that run on an instance. */
  readonly running: number;
  readonly size: number;
  /**
   * The time since which an instance of the pool has been idle, by `performance.now()`. If several instances are idle,
   * it is the time of the instance that has been idle longest. It is undefined if no instance is idle.
   */
  readonly idleSince: number | undefined;
  releaseOldest(): void;
}

export class Concurrency {
  readonly #eventLimit: number;
  readonly #instanceLimit: number;
  readonly #members = new Set<ConcurrencyMember>();
  /** The sum of all members' reservations. The sum is stored, because it is needed for every event. */
  #reserved = 0;
  /**
   * The number of running events when they were last counted. `#handedSince` is the number of events that instances
   * have received since then. The sum of both is an upper bound of the current number.
   */
  #counted = 0;
  #handedSince = 0;

  constructor(eventLimit = DEFAULT_CONCURRENCY, instanceLimit = machineInstances()) {
    this.#eventLimit = eventLimit;
    this.#instanceLimit = Math.min(eventLimit, instanceLimit);
  }

  join(member: ConcurrencyMember): void {
    this.#members.add(member);
    this.#reserved += member.reserved ?? 0;
    this.#handedSince += member.running;
  }

  leave(member: ConcurrencyMember): void {
    if (this.#members.delete(member)) this.#reserved -= member.reserved ?? 0;
  }

  /** Returns the reason why the function may not accept another event now; undefined if it may accept one. */
  refuse(member: ConcurrencyMember, functionName: string): Refused | undefined {
    const { reserved, events } = member;
    if (reserved !== undefined)
      return events < reserved ? undefined : throttledByReservation(functionName, reserved);
    return this.isFull(member) ? throttledByAccount(this.unreserved) : undefined;
  }

  /** Whether the account's limit prevents the function's instances from taking another event now. */
  isFull({ reserved }: ConcurrencyMember): boolean {
    if (reserved !== undefined) return false;
    const limit = this.unreserved;
    if (this.#counted + this.#handedSince < limit) return false;
    this.#counted = 0;
    this.#handedSince = 0;
    for (const member of this.#members) if (member.reserved === undefined) this.#counted += member.running;
    return this.#counted >= limit;
  }

  onHandedOut({ reserved }: ConcurrencyMember): void {
    if (reserved === undefined) this.#handedSince += 1;
  }

  /**
   * Returns the concurrency that remains for functions without a reservation. A reservation is exclusive, even if it is
   * unused.
   */
  get unreserved(): number {
    return Math.max(0, this.#eventLimit - this.#reserved);
  }

  get hasPlace(): boolean {
    return this.#isBelowLimit() || this.#longestIdle() !== undefined;
  }

  makePlace(): void {
    if (!this.#isBelowLimit()) this.#longestIdle()?.releaseOldest();
  }

  #isBelowLimit(): boolean {
    let size = 0;
    for (const member of this.#members) size += member.size;
    return size < this.#instanceLimit;
  }

  #longestIdle(): ConcurrencyMember | undefined {
    let longest: ConcurrencyMember | undefined;
    for (const member of this.#members)
      if ((member.idleSince ?? Infinity) < (longest?.idleSince ?? Infinity)) longest = member;
    return longest;
  }
}

/** Returns the number of instances that fit into the memory of this machine or its container. */
export function machineInstances(totalBytes = memoryBytes()): number {
  return Math.max(INSTANCES_AT_LEAST, Math.floor(totalBytes / 2 / BYTES_PER_INSTANCE));
}

function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
