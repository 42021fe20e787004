/** All leases of this process, by limit, subject and period. Their number is limited. */
import { PlanInvalid } from '../../errors.ts';
import type { Holding, Moved } from './holding.ts';
import type { HolderPorts } from './holder-ports.ts';
import { Lease } from './lease.ts';
import { headKey } from '../ledger/ledger.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import { isSamePeriod } from '../ledger/line.ts';
import { periodAt } from '../ledger/period.ts';
import type { Period, PeriodRule } from '../ledger/period.ts';
import { PermitPool } from './permits.ts';
import type { Run } from './permits.ts';
import type { ConcurrencyLimit, QuotaLimit, RateLimit, CustomerPlan } from '../plan/plan.ts';
import { RateLease } from './rate-lease.ts';
import { rateKey } from './rate-limit.ts';
import { semaphoreKey } from './semaphore.ts';
import { checkLedgerId, ledgerIdOf, termFor } from '../plan/subject.ts';
import type { TermSubject } from '../plan/subject.ts';

type HoldingsOptions = {
  readonly ports: HolderPorts;
  readonly nowEpochMs: () => number;
  /** Maximum number of leases. If there are more, the least recently used ones are evicted and return their units. */
  readonly maxLeases: number;
};

/** The arrival of a request: one timestamp, or the range of all possible instants. */
export type Arrival = { readonly fromEpochMs: number; readonly toEpochMs: number };

type LeaseOf = {
  readonly limit: QuotaLimit;
  readonly id: LedgerId;
  readonly plan: CustomerPlan;
  readonly term: TermSubject['term'];
};

const LOOKS = 64;
/**
 * Maximum number of evicted leases that are retained while the table cannot be reached. If more leases are evicted,
 * their unreported usage is not billed.
 */
const MAX_LEAVING = 10_000;

export class Holdings {
  readonly #options: HoldingsOptions;
  readonly #leases = new Map<string, Lease>();
  #round = this.#leases.values();
  /** Evicted leases that have not returned their units yet. */
  readonly #leaving = new Map<Lease, Lease>();
  readonly #rates = new Map<string, RateLease>();
  readonly #pools = new Map<string, PermitPool>();
  /** Maps a period that cannot be opened to the period that is charged instead. */
  readonly #moved = new Map<string, Period>();
  /**
   * For one period and term, maps a limit of a plan's version to the ledgers that it continues. An entry is not valid
   * for another period or term, because another plan may have opened separate ledgers for the limit in the meantime.
   */
  readonly #lines = new Map<string, LedgerId>();
  readonly #periods = new Map<PeriodRule, Period>();

  constructor(options: HoldingsOptions) {
    this.#options = options;
  }

  /**
   * Returns what this process holds (leases, rate leases, permits) for a request: for every limit of its plan, in every
   * period that the request may belong to.
   * @param run undefined if the end of the request will not be reported
   * @throws PlanInvalid when the plan limits concurrency, and `run` is missing
   */
  of(plan: CustomerPlan, subject: TermSubject, arrival: Arrival, run: Run | undefined): readonly Holding[] {
    const found: Holding[] = [];
    for (const limit of plan.limits) {
      const id = ledgerIdOf(limit, subject);
      if (limit.kind === 'rate') {
        found.push(this.#rateOf(limit, id));
        continue;
      }
      if (limit.kind === 'concurrency') {
        found.push(this.#permitOf(limit, id, run));
        continue;
      }
      const period = this.#periodAt(limit.period, arrival.fromEpochMs);
      const of = { limit, id, plan, term: subject.term };
      const lease = this.#leaseOf(of, period, arrival.fromEpochMs);
      found.push(lease);
      if (arrival.toEpochMs < period.endEpochMs) continue;
      const next = this.#leaseOf(of, this.#periodAt(limit.period, arrival.toEpochMs), arrival.toEpochMs);
      // If one period has moved to the other, both periods have the same lease, which is returned only once.
      if (next !== lease) found.push(next);
    }
    return found;
  }

  /** Stores where the requests of a moved ledger are charged from now on. */
  move({ from, to }: Moved): void {
    if (to === undefined) {
      for (const [name, period] of this.#moved)
        if (name.startsWith(`${headKey(from.id).pk}#`) && isSamePeriod(period, from.period))
          this.#moved.delete(name);
      return;
    }
    const known: Map<string, unknown> = 'tenant' in to ? this.#lines : this.#moved;
    if (known.size >= this.#options.maxLeases) known.clear();
    if ('tenant' in to) this.#lines.set(renamedName(from), to);
    else this.#moved.set(nameOf(from.id, from.period, from.plan, from.termEpochMs), to);
  }

  leases(): readonly Lease[] {
    return [...this.#leaving.values(), ...this.#leases.values()];
  }

  /** Makes the leases of a plan read their ledgers again, because limits were suspended or resumed. */
  doubt(planId: string): void {
    for (const lease of this.#leases.values()) lease.doubt(planId);
  }

  /** Reports usage that has become too old because no request has reported it. Each call checks the next 64 leases. */
  settleOverdue(): void {
    for (let look = 0; look < LOOKS; look += 1) {
      const { value: lease, done } = this.#round.next();
      if (done === true) {
        this.#round = this.#leases.values();
        return;
      }
      if (lease.isOverdue) void lease.settleOverdue();
    }
  }

  /** Retains an evicted lease until it has returned its units. The first attempt to return them may fail. */
  async #leave(lease: Lease): Promise<void> {
    this.#leaving.set(lease, lease);
    lease.retire(() => void this.#leave(lease));
    await lease.release();
    if (lease.isSettled) this.#leaving.delete(lease);
    dropFirst(this.#leaving, MAX_LEAVING);
  }

  #leaseOf({ limit, id: own, plan, term }: LeaseOf, asked: Period, atEpochMs: number): Lease {
    const termEpochMs = termFor(limit, asked, term);
    const id =
      this.#lines.size === 0
        ? own
        : (this.#lines.get(renamedName({ id: own, period: asked, plan, termEpochMs })) ?? own);
    const moved = this.#moved.size === 0 ? undefined : this.#moved.get(nameOf(id, asked, plan, termEpochMs));
    const isOver = moved !== undefined && moved.endEpochMs <= atEpochMs;
    if (isOver) this.#moved.delete(nameOf(id, asked, plan, termEpochMs));
    const period = moved === undefined || isOver ? asked : moved;
    const name = nameOf(id, period, plan, termEpochMs);
    const known = this.#leases.get(name);
    if (known !== undefined) {
      this.#leases.delete(name);
      this.#leases.set(name, known);
      known.adopt(limit, plan);
      return known;
    }
    checkLedgerId(id);
    for (const dropped of dropFirst(this.#leases, this.#options.maxLeases - 1)) void this.#leave(dropped);
    const lease = new Lease(id, period, limit, plan, this.#options.ports, termEpochMs);
    this.#leases.set(name, lease);
    return lease;
  }

  #rateOf(limit: RateLimit, id: LedgerId): RateLease {
    const name = `${rateKey(id).pk}#${limit.rate}#${limit.burst}#${limit.perSeconds}#${limit.maxAgeMs}`;
    const { ports, nowEpochMs, maxLeases } = this.#options;
    const known = this.#rates.get(name);
    const lease = known ?? new RateLease(id, limit, ports, nowEpochMs);
    if (known !== undefined) this.#rates.delete(name);
    else {
      checkLedgerId(id);
      dropFirst(this.#rates, maxLeases - 1);
    }
    this.#rates.set(name, lease);
    return lease;
  }

  #permitOf(limit: ConcurrencyLimit, id: LedgerId, run: Run | undefined): Holding {
    if (run === undefined)
      throw new PlanInvalid(
        'limits',
        `must not limit concurrency (${limit.id}), because the end of this request is unknown; use quota() or withQuota()`,
      );
    const name = semaphoreKey(id, 0).pk;
    const { ports, nowEpochMs, maxLeases } = this.#options;
    const known = this.#pools.get(name);
    const pool = known ?? new PermitPool(id, limit, ports, nowEpochMs);
    if (known !== undefined) this.#pools.delete(name);
    else {
      checkLedgerId(id);
      dropFirst(this.#pools, maxLeases - 1);
    }
    this.#pools.set(name, pool);
    pool.adopt(limit);
    return run.permitOf(name, pool);
  }

  /**
   * Returns the period that contains a timestamp. The last period is cached, because it is usually the same and
   * computing it again would call Intl.
   */
  #periodAt(rule: PeriodRule, stampEpochMs: number): Period {
    const last = this.#periods.get(rule);
    if (last !== undefined && last.startEpochMs <= stampEpochMs && stampEpochMs < last.endEpochMs)
      return last;
    const period = periodAt(rule, stampEpochMs);
    dropFirst(this.#periods, this.#options.maxLeases - 1);
    this.#periods.set(rule, period);
    return period;
  }
}

/**
 * Returns the name of a lease. Two plans may have periods that begin together and end differently, and the same plan
 * may come back as a later term. Each of these gets a separate name.
 */
function nameOf(
  id: LedgerId,
  period: Period,
  plan: Pick<CustomerPlan, 'id'>,
  termEpochMs: number | undefined,
): string {
  const name = `${headKey(id).pk}#${period.startEpochMs}#${period.endEpochMs}#${plan.id}`;
  return termEpochMs === undefined ? name : `${name}#${termEpochMs}`;
}

function renamedName({ id, period, plan, termEpochMs }: Moved['from']): string {
  return `${nameOf(id, period, plan, termEpochMs)}#v${plan.version}`;
}

function dropFirst<K, V>(from: Map<K, V>, maxSize: number): readonly V[] {
  const dropped: V[] = [];
  for (const [name, value] of from) {
    if (from.size <= maxSize) break;
    from.delete(name);
    dropped.push(value);
  }
  return dropped;
}
