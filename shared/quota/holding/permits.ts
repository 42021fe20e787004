/**
 * Permits of one concurrency limit. Unlike units, permits are returned, either when the request ends or, at the latest,
 * when its deadline has passed. Permits are not leased, so each request costs one write at its start and one at its
 * end.
 */
import { backOff } from '../../table/back-off.ts';
import { elapsedMs } from '../age.ts';
import type { Moment } from '../age.ts';
import type { HolderPorts } from './holder-ports.ts';
import { ACQUIRED } from './holding.ts';
import type { Acquired, Holding, LimitState, Refusal } from './holding.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { LastRefusal } from './last-refusal.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import { PendingReleases } from './pending-releases.ts';
import type { ConcurrencyLimit } from '../plan/plan.ts';
import {
  acquireWrite,
  createWrite,
  expiredClaims,
  isHeld,
  PERMITS_PER_ITEM,
  releaseWrite,
  semaphoreKey,
  takenOf,
} from './semaphore.ts';
import type { Claim } from './semaphore.ts';

/**
 * Maximum number of writes for one request on one item: one write to create the item, one to take over expired permits,
 * and a margin for lost races.
 */
const ATTEMPTS = 5;
const RELEASES = 3;
const BACK_OFF_MS = 10;
/** How long a refusal is cached when all permits are taken. A permit may be released at any time. */
const FULL_MS = 100;
const RETRY_AFTER_MS = 1000;

/** A process's requests for permits of one limit and subject, and the last known state of these permits. */
export class PermitPool {
  readonly #ledger: LedgerId;
  readonly #at: HolderPorts;
  readonly #nowEpochMs: () => number;
  #limit: ConcurrencyLimit;
  /** Number of permits taken, per item, as last seen. */
  readonly #taken = new Map<number, number>();
  readonly #refused: LastRefusal;
  readonly #owed: PendingReleases;

  /** @param nowEpochMs returns the current time, to compare it with deadlines */
  constructor(ledger: LedgerId, limit: ConcurrencyLimit, at: HolderPorts, nowEpochMs: () => number) {
    this.#ledger = ledger;
    this.#limit = limit;
    this.#at = at;
    this.#nowEpochMs = nowEpochMs;
    this.#refused = new LastRefusal(at, FULL_MS);
    this.#owed = new PendingReleases(at);
  }

  get limit(): ConcurrencyLimit {
    return this.#limit;
  }

  get ports(): HolderPorts {
    return this.#at;
  }

  adopt(limit: ConcurrencyLimit): void {
    this.#limit = limit;
  }

  refusal(): Refusal | undefined {
    return this.#refused.fresh;
  }

  correctionMs(): number {
    return this.#nowEpochMs() - this.#at.clock.nowEpochMs();
  }

  /** Returns the item that gave the claim a permit, or the refusal. */
  async acquire(claim: Claim): Promise<ItemKey | Refusal> {
    void this.#owed.settle();
    for (const part of this.#order()) {
      const key = semaphoreKey(this.#ledger, part);
      const outcome = await this.#take(key, part, claim);
      if (outcome === 'taken') {
        this.#refused.forget();
        return key;
      }
      // The write may have been applied, or may be applied later, so the permit is released later. Otherwise it would
      // be blocked until the deadline.
      if (outcome !== 'full') this.#owed.add(key, claim.id, true);
      if (outcome === 'unavailable') return this.#refuse('unavailable');
    }
    return this.#refuse('concurrency');
  }

  /**
   * Releases a permit. The release applies only once, so it may be repeated. If several attempts get no response, later
   * calls retry it. If they also fail, the permit becomes free at its deadline.
   */
  async release(key: ItemKey, id: string): Promise<void> {
    this.#refused.forget();
    for (let attempt = 0; attempt < RELEASES; attempt += 1) {
      const outcome = await this.#at.store.update(releaseWrite(key, id));
      if (outcome.kind === 'done' || outcome.kind === 'refused') return;
      if (outcome.kind === 'rejected' && !outcome.retryable) return;
      await this.#backOff(attempt);
    }
    this.#owed.add(key, id, false);
  }

  async look(): Promise<void> {
    await Promise.all(
      this.#parts().map(async (part) => {
        const read = await this.#at.store.read(semaphoreKey(this.#ledger, part));
        if (read.kind === 'done') this.#taken.set(part, takenOf(read.item ?? {}));
      }),
    );
  }

  state(): LimitState {
    const left = this.#parts().map((part) =>
      Math.max(0, this.#permitsOf(part) - (this.#taken.get(part) ?? 0)),
    );
    return {
      id: this.#limit.id,
      kind: 'concurrency',
      level: this.#limit.level,
      limit: this.#limit.concurrency,
      unit: 'concurrent-requests',
      windowSeconds: undefined,
      remaining: left.reduce((sum, permits) => sum + permits, 0),
      resetSeconds: undefined,
      periodStartEpochMs: undefined,
      overage: false,
    };
  }

  /**
   * Takes a permit of an item. `unsure` means that no permit is free now, but an earlier write without a response may
   * have taken one.
   */
  async #take(
    key: ItemKey,
    part: number,
    claim: Claim,
  ): Promise<'taken' | 'full' | 'unsure' | 'unavailable'> {
    let isUnsure = false;
    const permits = this.#permitsOf(part);
    let write = acquireWrite(key, claim, permits, []);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const outcome = await this.#at.store.update(write);
      switch (outcome.kind) {
        case 'done':
          this.#taken.set(part, takenOf(outcome.item));
          return 'taken';
        case 'refused': {
          const { item } = outcome;
          if (item !== undefined && isHeld(item, claim.id)) return 'taken';
          const expired = this.#expiredOf(item);
          this.#taken.set(part, takenOf(item ?? {}) - expired.length);
          if (item !== undefined && takenOf(item) - expired.length >= permits)
            return isUnsure ? 'unsure' : 'full';
          write = item === undefined ? createWrite(key, claim) : acquireWrite(key, claim, permits, expired);
          break;
        }
        case 'unknown':
          // The write will be repeated. If this first write was applied, the refusal of the repeated write shows it.
          isUnsure = true;
          break;
        case 'rejected':
          if (!outcome.retryable) return 'unavailable';
          await this.#backOff(attempt);
      }
    }
    return 'unavailable';
  }

  /**
   * Returns the expired claims. A deadline already contains the maximum clock error once (`acquire`). This function
   * adds the error once more, because both clocks may be wrong.
   */
  #expiredOf(item: Item | undefined): readonly Claim[] {
    return expiredClaims(item ?? {}, this.#nowEpochMs() - this.#limit.clockSkewMs);
  }

  #backOff(attempt: number): Promise<void> {
    return backOff(this.#at, attempt, BACK_OFF_MS);
  }

  #parts(): readonly number[] {
    return Array.from({ length: Math.ceil(this.#limit.concurrency / PERMITS_PER_ITEM) }, (_, part) => part);
  }

  /**
   * Returns the number of an item's permits. All items except the last are full, so that most items stay as they are if
   * the limit changes.
   */
  #permitsOf(part: number): number {
    return Math.min(PERMITS_PER_ITEM, this.#limit.concurrency - part * PERMITS_PER_ITEM);
  }

  /** Returns the items in random order, except that the emptier of the first two comes first. */
  #order(): readonly number[] {
    const parts = this.#parts();
    if (parts.length === 1) return parts;
    const shuffled = parts
      .map((part) => ({ part, place: this.#at.random.fraction() }))
      .sort((a, b) => a.place - b.place)
      .map(({ part }) => part);
    const [first = 0, second = 0, ...others] = shuffled;
    const leftOf = (part: number): number => this.#permitsOf(part) - (this.#taken.get(part) ?? 0);
    return leftOf(second) > leftOf(first) ? [second, first, ...others] : shuffled;
  }

  #refuse(reason: 'concurrency' | 'unavailable'): Refusal {
    return this.#refused.refuse(this.#limit.id, reason, RETRY_AFTER_MS);
  }
}

class Permit implements Holding {
  readonly corrected = Promise.resolve();
  readonly #pool: PermitPool;
  readonly #run: Run;
  #held: { readonly key: ItemKey; readonly id: string } | undefined;

  constructor(pool: PermitPool, run: Run) {
    this.#pool = pool;
    this.#run = run;
  }

  get id(): string {
    return this.#pool.limit.id;
  }

  /**
   * Permits are acquired after quotas, because quotas usually need no call, and before rates, because a rate's units
   * would expire during the call.
   */
  rank(): number {
    return Number.MAX_VALUE;
  }

  /**
   * Whether the permit may still be used. If the process was frozen until after the deadline, the permit may already
   * belong to another request.
   */
  isReady(): boolean {
    return this.#held !== undefined && this.#leftMs() > 0;
  }

  refusal(): Refusal | undefined {
    return this.#held === undefined ? this.#pool.refusal() : undefined;
  }

  async acquire(): Promise<Acquired> {
    if (this.#held !== undefined || this.#leftMs() <= 0)
      return { kind: 'refused', reason: 'unavailable', limit: this.id, retryAfterMs: RETRY_AFTER_MS };
    const { limit, ports } = this.#pool;
    const id = ports.grantIds.nextClaim();
    const endsAt = this.#run.startedAt.wallMs + this.#holdMs() + this.#pool.correctionMs();
    const claim = { id, deadlineEpochMs: Math.ceil(endsAt + limit.clockSkewMs) };
    const acquired = await this.#pool.acquire(claim);
    if ('kind' in acquired) return acquired;
    this.#held = { key: acquired, id };
    return ACQUIRED;
  }

  take(): void {
    // Nothing to do: the permit has belonged to this request since it was acquired.
  }

  /** There is no refund, because the permit is returned at the end of the request, not before. */
  refund(): boolean {
    return false;
  }

  chargeMore(): Promise<number> {
    return Promise.resolve(0);
  }

  async uncharge(): Promise<void> {
    // Nothing to do: the run releases the permit.
  }

  /** Permits cannot be borrowed, because concurrency cannot be charged afterwards. */
  borrow(): boolean {
    return false;
  }

  look(): Promise<void> {
    return this.#pool.look();
  }

  state(): LimitState {
    return this.#pool.state();
  }

  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) await this.#pool.release(held.key, held.id);
  }

  #holdMs(): number {
    return this.#run.remainingMs ?? this.#pool.limit.maxSeconds * 1000;
  }

  #leftMs(): number {
    return this.#holdMs() - elapsedMs(this.#pool.ports.clock, this.#run.startedAt);
  }
}

/** A running request and the permits that it keeps until it ends. */
export class Run {
  readonly startedAt: Moment;
  /** The time until the platform ends the request. If undefined, the request ends within the limit's `maxSeconds`. */
  readonly remainingMs: number | undefined;
  readonly #permits = new Map<string, Permit>();

  constructor(startedAt: Moment, remainingMs: number | undefined) {
    this.startedAt = startedAt;
    this.remainingMs = remainingMs;
  }

  /** Returns the same permit for every call with this name. */
  permitOf(name: string, pool: PermitPool): Holding {
    const known = this.#permits.get(name);
    if (known !== undefined) return known;
    const permit = new Permit(pool, this);
    this.#permits.set(name, permit);
    return permit;
  }

  /** Releases all permits of this run. A second call does nothing. */
  async release(): Promise<void> {
    await Promise.all([...this.#permits.values()].map((permit) => permit.release()));
  }
}
