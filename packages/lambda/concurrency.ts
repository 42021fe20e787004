/** What all functions of a start run together: events, which an account at AWS has a limit of, and instances, which a machine has. */
import { totalmem } from 'node:os';

import { type Refused, throttledByAccount, throttledByReservation } from './refused-start.ts';

/** AWS's quota "Concurrent executions" (Lambda developer guide, "Lambda quotas"). */
export const USUAL_CONCURRENCY = 1_000;
/** Lambda keeps this much for functions that have reserved nothing (developer guide, "Configuring reserved concurrency"). */
export const UNRESERVED_AT_LEAST = 100;

/** Half of the memory, by what a small instance takes; never fewer than one function alone may have. */
const BYTES_PER_INSTANCE = 32 * 1024 * 1024;
const INSTANCES_AT_LEAST = 64;

/** A pool, as the others see it. */
export interface ConcurrencyMember {
  /** The same for as long as the pool is one of them. */
  readonly reserved: number | undefined;
  /** Events that wait or run. */
  readonly events: number;
  readonly size: number;
  /** Since when its longest idle instance rests, by `performance.now()`; undefined = none is idle. */
  readonly idleSince: number | undefined;
  letOldestGo(): void;
}

export class Concurrency {
  readonly #eventLimit: number;
  readonly #instanceLimit: number;
  readonly #members = new Set<ConcurrencyMember>();
  /** By all of them together; summed up here, since every event asks for it. */
  #reserved = 0;
  /** Events at the last count, and those taken since: never fewer than there are. */
  #counted = 0;
  #takenSince = 0;

  constructor(eventLimit = USUAL_CONCURRENCY, instanceLimit = machineInstances()) {
    this.#eventLimit = eventLimit;
    this.#instanceLimit = Math.min(eventLimit, instanceLimit);
  }

  join(member: ConcurrencyMember): void {
    this.#members.add(member);
    this.#reserved += member.reserved ?? 0;
    this.#takenSince += member.events;
  }

  leave(member: ConcurrencyMember): void {
    if (this.#members.delete(member)) this.#reserved -= member.reserved ?? 0;
  }

  /** Why the function may not run one event more now; undefined: it may, and the event counts. */
  refuse({ reserved, events }: ConcurrencyMember, functionName: string): Refused | undefined {
    if (reserved !== undefined)
      return events < reserved ? undefined : throttledByReservation(functionName, reserved);
    return this.#takeEvent() ? undefined : throttledByAccount(this.unreserved);
  }

  #takeEvent(): boolean {
    const limit = this.unreserved;
    if (this.#counted + this.#takenSince >= limit) {
      this.#counted = 0;
      this.#takenSince = 0;
      for (const { reserved, events } of this.#members) if (reserved === undefined) this.#counted += events;
      if (this.#counted >= limit) return false;
    }
    this.#takenSince += 1;
    return true;
  }

  /** What is left for functions that have reserved nothing: a reservation is theirs alone, used or not. */
  get unreserved(): number {
    return Math.max(0, this.#eventLimit - this.#reserved);
  }

  /** Whether one instance more may start, be it in the place of an idle one. */
  get hasPlace(): boolean {
    return this.#isBelowLimit() || this.#longestIdle() !== undefined;
  }

  /** Makes the place for an instance that starts now. */
  makePlace(): void {
    if (!this.#isBelowLimit()) this.#longestIdle()?.letOldestGo();
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

/** What this machine, or the container around it, can hold. */
export function machineInstances(totalBytes = memoryBytes()): number {
  return Math.max(INSTANCES_AT_LEAST, Math.floor(totalBytes / 2 / BYTES_PER_INSTANCE));
}

function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
