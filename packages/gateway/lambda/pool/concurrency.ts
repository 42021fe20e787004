/**
 * Limits across all functions of this run: the number of concurrent events, as in an AWS account, and the number of
 * instances, which depends on the machine's memory.
 */
import { totalmem } from 'node:os';

import { type Refused, throttledByAccount, throttledByReservation } from './refused-start.ts';

/** AWS's quota "Concurrent executions" (Lambda developer guide, "Lambda quotas"). */
export const DEFAULT_CONCURRENCY = 1_000;
/**
 * Lambda reserves this much concurrency for functions without a reservation (developer guide, "Configuring reserved
 * concurrency").
 */
export const UNRESERVED_AT_LEAST = 100;

/**
 * Memory of a small instance. Half of the machine's memory divided by this value is the limit of instances, which is
 * never below the limit of one function.
 */
const BYTES_PER_INSTANCE = 32 * 1024 * 1024;
const INSTANCES_AT_LEAST = 64;

export interface ConcurrencyMember {
  /** The reserved concurrency. It does not change while the pool is a member. */
  readonly reserved: number | undefined;
  /** The number of events that wait or run on an instance. */
  readonly events: number;
  /** The number of events that run on an instance. */
  readonly running: number;
  readonly size: number;
  /**
   * Time since which the pool's longest idle instance has been idle, by `performance.now()`; undefined if no instance
   * is idle.
   */
  readonly idleSince: number | undefined;
  releaseOldest(): void;
}

export class Concurrency {
  readonly #eventLimit: number;
  readonly #instanceLimit: number;
  readonly #members = new Set<ConcurrencyMember>();
  /** Sum of the reservations of all members, cached because every event needs it. */
  #reserved = 0;
  /**
   * Number of events at the instances at the last count. Together with `#handedSince`, the number of events given to
   * instances since then, it is an upper bound of their current number.
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

  /** Returns why the function may not take another event now; undefined if it may. */
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
   * The concurrency that remains for functions without a reservation. A reservation is exclusive, even if it is unused.
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

/** Returns the number of instances for which this machine or its container has the memory. */
export function machineInstances(totalBytes = memoryBytes()): number {
  return Math.max(INSTANCES_AT_LEAST, Math.floor(totalBytes / 2 / BYTES_PER_INSTANCE));
}

function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
