/**
 * Exact quotas, by which a process admits or refuses requests:
 *
 *     const quotas = createQuotas({ store, clock, random, timer, plans: [{ id: 'partner', version: 1, limits: [
 *       { id: 'daily', level: 'key', quota: 100, period: 'DAY' }] }] });
 *     const decision = await quotas.consume({ plan: 'partner', tenant: 'acme', key: 'key-1', atEpochMs });
 *
 * Counted quotas stay exact despite crashes, pauses, lost messages and repeated messages. If a request has a timestamp,
 * the result does not depend on any clock of this process.
 * @see docs/guides/sell/quota.md for the basis of each guarantee.
 */
import { DomainError } from '../errors.ts';
import type { AgeClock, ItemStore, Random, Timer } from '../ports.ts';
import { elapsedMs, momentOf } from './age.ts';
import type { Moment } from './age.ts';
import { charge } from './holding/charge.ts';
import type { Charged } from './holding/charge.ts';
import { Debts } from './ledger/debts.ts';
import { GrantIds } from './ledger/grant.ts';
import type { Holding, LimitState, Refusal, RefusalReason } from './holding/holding.ts';
import { Holdings } from './holding/holdings.ts';
import type { Arrival } from './holding/holdings.ts';
import type { QuotaEvent } from './holding/holder-ports.ts';
import { Run } from './holding/permits.ts';
import { hearNews } from './plan/news.ts';
import type { PlanNewsReader } from './plan/plan-news.ts';
import { PlanBook, planUnknown } from './plan/plan-book.ts';
import { costOf, parsePlan, usableBurst } from './plan/plan.ts';
import type { CustomerPlan } from './plan/plan.ts';
import { tenantOf } from './ledger/ledger.ts';
import { StoreTime } from './store-time.ts';
import type { TermsBook } from './plan/terms-book.ts';
import { checkSubject } from './plan/subject.ts';
import type { Subject, TermSubject } from './plan/subject.ts';
import { TermsReader } from './plan/terms.ts';
import type { PlanTerms, TermsInForce } from './plan/terms.ts';

export type QuotaOptions = {
  readonly store: ItemStore;
  readonly clock: AgeClock;
  readonly random: Random;
  readonly timer: Timer;
  /**
   * Plans in code, in the form that `parsePlan` accepts. They are published if the table lacks them or has older
   * versions.
   */
  readonly plans?: readonly unknown[];
  /**
   * The requests that are admitted while the store cannot be reached. `closed` admits only requests for which units are
   * leased. With `bounded`, each process admits that many units per limit and period without the store. They are
   * charged later, so the quota may be exceeded by at most `bounded` times the number of processes.
   */
  readonly onUnavailable?: 'closed' | { readonly bounded: number };
  /** How long a refusal is cached. A top-up takes effect after one and a half times this time at the latest. */
  readonly denyCacheMs?: number;
  /** How long leased units are used without checking for a suspension. */
  readonly freshnessMs?: number;
  /** The maximum error of this process's clock. It matters only for requests without a timestamp; @see consume */
  readonly clockSkewMs?: number;
  /**
   * Maximum age of a timestamp. A request with an older timestamp was queued, so it is charged to the period in which
   * it is served.
   */
  readonly maxStampAgeMs?: number;
  readonly maxLeases?: number;
  /**
   * Creates the cache of customers' records and of plans that are assigned to keys. Without this function, every
   * request must name its plan.
   */
  readonly customers?: (store: ItemStore, plans: PlanNewsReader) => TermsBook;
  /**
   * The time within which a change to a customer with a record is in force in this process (default: 30,000; at least
   * 1000), while the table responds. It limits the age of the plan that the process has read. The default causes no
   * additional reads.
   */
  readonly changesWithinMs?: number;
  readonly observe?: (event: QuotaEvent) => void;
};

export type ConsumeRequest = Omit<Subject, 'plan'> & {
  /**
   * The plan to use unless the customer or the key has a recorded plan. It may be omitted if there is a
   * recorded plan.
   */
  readonly plan?: string | undefined;
  /**
   * The newest version of the customer's record that the caller has seen, for example in the API key. If this process
   * has cached an older version, it reads the record before it decides.
   */
  readonly customerVersion?: number | undefined;
  /**
   * The route whose ledgers are charged instead if the plan names no cost for `route`. It is for routes that callers
   * can invent, because each route has a ledger of its own for a limit per route.
   */
  readonly groupedAs?: string | undefined;
  /** The cost in whole units; default: the plan's cost of the route. */
  readonly cost?: number;
  /**
   * The time at which the gateway received the request. Without this time, a request that comes within `clockSkewMs` of
   * a period's boundary is charged to both periods.
   */
  readonly atEpochMs?: number;
  /**
   * Passed by callers that call `release` at the end of the request. It is required when a plan limits concurrency.
   * `remainingMs` is the platform's remaining time (Lambda's `getRemainingTimeInMillis()`); without it, the request has
   * to end within the limit's `maxSeconds`.
   */
  readonly run?: { readonly remainingMs?: number };
};

export type Decision = Admission | Rejection;

export interface Admission {
  readonly allowed: true;
  /**
   * The recorded plan by which the request was charged; absent if the request was charged by the plan that it names.
   */
  readonly plan?: string;
  readonly units: number;
  readonly limits: readonly LimitState[];
  /** Whether a quota is used up and this request was charged to its overage. */
  readonly overage: boolean;
  /**
   * Refunds the charge; a second call has no effect. Returns the ids of the limits that were refunded. If the usage was
   * already reported to the ledger, the next report corrects it. Units of a rate come back only with time, and permits
   * at the end of the request.
   */
  refund(): readonly string[];
  /**
   * Replaces an estimated cost with the actual cost; a second call has no effect. Units that the quota lacks are also
   * charged, because they were delivered. Resolves to the number of these units.
   */
  settle(actualUnits: number): Promise<number>;
  /**
   * Ends the request. It releases the request's permits (otherwise they become free at their deadline). When it
   * resolves, refunds of limits with exact billing have reached the table. It never fails.
   */
  release(): Promise<void>;
}

export type Rejection = {
  readonly allowed: false;
  readonly plan?: string;
  readonly reason: RefusalReason;
  readonly limit: string;
  /** The time after which a retry may succeed; undefined for `suspended`, which only an administrator can end. */
  readonly retryAfterSeconds: number | undefined;
  /** The units that the request costs; absent if no limit was checked. */
  readonly cost?: number;
  readonly limits: readonly LimitState[];
};

export type Quotas = {
  /**
   * Charges all limits of the plan in force. If one of them refuses, none is charged. A refusal and an outage are
   * results. It throws only for an invalid request, plan or record.
   * @throws DomainError PLAN_UNKNOWN, PLAN_INVALID (including when concurrency is limited and `run` is missing),
   * LIMIT_UNKNOWN (a customer has its own quota for a limit that its plan no longer has), SUBJECT_INVALID (including
   * when no plan is named and none is recorded), COST_INVALID, STORE_UNAVAILABLE (a stored record is malformed)
   */
  consume(request: ConsumeRequest): Promise<Decision>;
  /**
   * Reads the state of the subject's limits from the store, and charges nothing. The list is empty if the customer is
   * suspended or closed, or if the terms or the plan cannot be read.
   * @throws the errors of `consume`
   */
  peek(request: ConsumeRequest): Promise<readonly LimitState[]>;
  /**
   * Reads the tenant's record again before its next request. Call it after a change that this process has made itself,
   * so that the change is in force in this process at once.
   */
  refresh(tenant: string): void;
  /** Gives unused units back. Call it at shutdown (SIGTERM). Otherwise the unused units of the process stay charged. */
  flush(): Promise<void>;
};

const PLAN_RELOADS = 3;
/** News is read some time before a change must be in force, because the read itself takes time. */
const NEWS_SHARE = 0.9;
const WITHIN_MS = { usual: 30_000, least: 1000 };
const FLUSH_AT_ONCE = 8;
const SWEEP_MS = 1000;
/**
 * Clients that wait for the same instant are told to retry at different times, spread over this share of the window, at
 * most 30 s.
 */
const SPREAD = { share: 0.05, maxSeconds: 30 };

export function createQuotas(options: QuotaOptions): Quotas {
  const quotas = new Holder(options);
  return {
    consume: (request) => quotas.consume(request),
    peek: (request) => quotas.peek(request),
    refresh: (tenant) => quotas.refresh(tenant),
    flush: () => quotas.flush(),
  };
}

class Holder {
  readonly #options: QuotaOptions;
  readonly #time: StoreTime;
  readonly #book: PlanBook;
  readonly #terms: TermsReader;
  readonly #holdings: Holdings;
  #sweptAt: Moment | undefined;

  constructor(options: QuotaOptions) {
    const { clock, random, timer, denyCacheMs = 1000, freshnessMs = 60_000, maxLeases = 10_000 } = options;
    const observe = options.observe ?? (() => undefined);
    this.#options = options;
    this.#time = new StoreTime(clock, observe);
    const store = hearNews(this.#time.watch(options.store), (partition, version) =>
      this.#terms.hear(tenantOf(partition), version),
    );
    const newsEveryMs = NEWS_SHARE * checkWithin(options.changesWithinMs);
    this.#book = new PlanBook(store, clock, (options.plans ?? []).map(parsePlan), observe, newsEveryMs);
    this.#terms = new TermsReader(options.customers?.(store, this.#book));
    const grantIds = new GrantIds(random, clock);
    const debts = new Debts(clock, maxLeases);
    this.#holdings = new Holdings({
      ports: { store, clock, random, timer, grantIds, debts, denyCacheMs, freshnessMs, observe },
      nowEpochMs: () => this.#time.nowEpochMs(),
      maxLeases,
    });
    this.#book.onLimitNews = (planId) => this.#holdings.doubt(planId);
  }

  async consume(request: ConsumeRequest): Promise<Decision> {
    checkCharge(request);
    const startedAt = momentOf(this.#options.clock);
    const run = request.run === undefined ? undefined : new Run(startedAt, request.run.remainingMs);
    let decision: Decision | undefined;
    try {
      decision = await this.#decide(request, startedAt.wallMs, run);
      return decision;
    } finally {
      // The request was refused, or an error was thrown, so the permits are released.
      if (decision?.allowed !== true) await run?.release();
      this.#settleOverdue(startedAt);
    }
  }

  #settleOverdue(now: Moment): void {
    if (this.#sweptAt !== undefined && elapsedMs(this.#options.clock, this.#sweptAt) < SWEEP_MS) return;
    this.#sweptAt = now;
    this.#holdings.settleOverdue();
  }

  async #decide(request: ConsumeRequest, arrivedEpochMs: number, run: Run | undefined): Promise<Decision> {
    const atEpochMs = middleOf(this.#arrivalOf(request, arrivedEpochMs));
    for (let reload = 0; reload < PLAN_RELOADS; reload += 1) {
      const terms = await this.#inForce(request, atEpochMs);
      if (terms.kind === 'halted') return this.#reject(HALTED, []);
      if (terms.kind === 'unavailable') break;
      const saved = this.#book.peek(terms.plan) ?? (await this.#readPlan(terms.plan));
      if (saved === undefined) break;
      const plan = this.#terms.planOf(saved, terms);
      const subject = subjectOf(request, plan, terms);
      const units = checkCost(request.cost ?? costOf(plan, request.route), plan);
      const charged: Charged = await charge(units, {
        find: () => this.#holdings.of(plan, subject, this.#arrivalOf(request, arrivedEpochMs), run),
        move: (moved) => this.#holdings.move(moved),
        bound: boundOf(this.#options),
      });
      if (charged.kind === 'charged')
        return { ...this.#admit(units, charged.holdings, run), ...onRecord(terms) };
      if (charged.kind === 'refused') {
        for (const holding of charged.holdings) await holding.uncharge();
        // The ledger has just announced a newer record of the customer, so the refusal is based on an older record.
        if (reload < PLAN_RELOADS - 1 && this.#terms.isOutdated(request.tenant)) continue;
        return { ...this.#reject(charged.refusal, charged.holdings), cost: units, ...onRecord(terms) };
      }
      this.#book.forget(plan.id);
    }
    const refusal: Refusal = { kind: 'refused', reason: 'unavailable', limit: '', retryAfterMs: 1000 };
    return this.#reject(refusal, []);
  }

  /**
   * Returns the terms. If their plan was not read recently, it is read, and the terms are looked up again, because the
   * announcements in the plan may show that the customer's record has changed.
   */
  async #inForce(request: ConsumeRequest, atEpochMs: number): Promise<TermsInForce> {
    const terms = await this.#termsOf(request, atEpochMs);
    if (terms.kind !== 'terms' || this.#book.peek(terms.plan) !== undefined) return terms;
    if ((await this.#readPlan(terms.plan)) === undefined) return { kind: 'unavailable' };
    return this.#termsOf(request, atEpochMs);
  }

  /**
   * Returns the terms, without waiting if they were read recently. With `bounded`, the plan that the request names is
   * used during an outage.
   */
  async #termsOf(request: ConsumeRequest, atEpochMs: number): Promise<TermsInForce> {
    if (request.customerVersion !== undefined) this.#terms.hear(request.tenant, request.customerVersion);
    const terms = this.#terms.peek(request, atEpochMs) ?? (await this.#terms.read(request, atEpochMs));
    if (terms.kind !== 'unavailable' || boundOf(this.#options) === 0 || request.plan === undefined)
      return terms;
    return { kind: 'terms', plan: request.plan };
  }

  async peek(request: ConsumeRequest): Promise<readonly LimitState[]> {
    checkCharge(request);
    const now = momentOf(this.#options.clock);
    const arrival = this.#arrivalOf(request, now.wallMs);
    const terms = await this.#terms.read(request, middleOf(arrival));
    if (terms.kind !== 'terms') return [];
    const saved = this.#book.peek(terms.plan) ?? (await this.#readPlan(terms.plan));
    if (saved === undefined) return [];
    const plan = this.#terms.planOf(saved, terms);
    const subject = subjectOf(request, plan, terms);
    const holdings = this.#holdings.of(plan, subject, arrival, new Run(now, undefined));
    await Promise.all(holdings.map((holding) => holding.look()));
    return this.#statesOf(holdings);
  }

  refresh(tenant: string): void {
    this.#terms.hear(tenant, undefined);
  }

  async flush(): Promise<void> {
    const leases = [...this.#holdings.leases()].reverse();
    const next = async (): Promise<void> => {
      for (let lease = leases.pop(); lease !== undefined; lease = leases.pop()) await lease.release();
    };
    await Promise.all(Array.from({ length: FLUSH_AT_ONCE }, next));
  }

  /** Reads a plan. Returns undefined if the table is unavailable. */
  async #readPlan(planId: string): Promise<CustomerPlan | undefined> {
    const read = await this.#book.read(planId);
    if (read.kind === 'unknown') throw planUnknown(planId);
    return read.kind === 'known' ? read.plan : undefined;
  }

  #arrivalOf({ atEpochMs }: ConsumeRequest, arrivedEpochMs: number): Arrival {
    const { clock, clockSkewMs = 5000, maxStampAgeMs = 15 * 60_000 } = this.#options;
    const correctionMs = this.#time.nowEpochMs() - clock.nowEpochMs();
    const localEpochMs = arrivedEpochMs + correctionMs;
    if (atEpochMs !== undefined) {
      // The age of timestamps is not checked until the store's time is known. If this clock is hours fast, every
      // timestamp would look old.
      const isOld = this.#time.isKnown && localEpochMs - atEpochMs > maxStampAgeMs;
      if (!isOld) return { fromEpochMs: atEpochMs, toEpochMs: atEpochMs };
    }
    return { fromEpochMs: localEpochMs - clockSkewMs, toEpochMs: localEpochMs + clockSkewMs };
  }

  #statesOf(holdings: readonly Holding[]): readonly LimitState[] {
    const nowEpochMs = this.#time.nowEpochMs();
    return holdings.map((holding) => holding.state(nowEpochMs));
  }

  #admit(units: number, holdings: readonly Holding[], run: Run | undefined): Admission {
    const limits = this.#statesOf(holdings);
    let isOpen = true;
    const close = (): boolean => {
      const wasOpen = isOpen;
      isOpen = false;
      return wasOpen;
    };
    return {
      allowed: true,
      units,
      limits,
      overage: limits.some(({ overage }) => overage),
      refund: () => (close() ? refundAll(holdings, units) : []),
      settle: async (actualUnits) => {
        if (!Number.isSafeInteger(actualUnits) || actualUnits < 0)
          throw new DomainError(
            'COST_INVALID',
            `the settled cost must be a whole number of units, 0 or more; it is ${actualUnits}`,
          );
        if (!close()) return 0;
        if (actualUnits > units) return chargeMore(holdings, actualUnits - units);
        refundAll(holdings, units - actualUnits);
        await corrected(holdings);
        return 0;
      },
      release: async () => {
        await Promise.all([run?.release(), corrected(holdings)]);
      },
    };
  }

  #reject({ reason, limit, retryAfterMs }: Refusal, holdings: readonly Holding[]): Rejection {
    const limits = this.#statesOf(holdings);
    const [spent] = limits.filter(({ id }) => id === limit).sort((a, b) => a.remaining - b.remaining);
    const waitSeconds =
      retryAfterMs !== undefined ? Math.max(1, Math.ceil(retryAfterMs / 1000)) : this.#waitFor(spent);
    return {
      allowed: false,
      reason,
      limit,
      retryAfterSeconds: reason === 'suspended' ? undefined : waitSeconds,
      limits,
    };
  }

  #waitFor(spent: LimitState | undefined): number {
    const { windowSeconds = 0, resetSeconds = 0 } = spent ?? {};
    const spread = Math.min(SPREAD.maxSeconds, windowSeconds * SPREAD.share);
    return Math.max(1, resetSeconds + Math.ceil(spread * this.#options.random.fraction()));
  }
}

/**
 * Returns the most likely time of arrival, which determines the plan in force. If the earliest possible time determined
 * it, requests without a timestamp would still be charged by the old plan for `clockSkewMs` after a change.
 */
function middleOf({ fromEpochMs, toEpochMs }: Arrival): number {
  return (fromEpochMs + toEpochMs) / 2;
}

/** Returns the subject whose ledgers are charged. */
function subjectOf(request: ConsumeRequest, plan: CustomerPlan, { term }: PlanTerms): TermSubject {
  const { route, groupedAs } = request;
  const isGrouped = groupedAs !== undefined && route !== undefined && !plan.costs.has(route);
  return { ...request, plan: plan.id, term, ...(isGrouped && { route: groupedAs }) };
}

function onRecord({ plan, isOnRecord }: PlanTerms): { readonly plan?: string } {
  return isOnRecord === true ? { plan } : {};
}

const HALTED: Refusal = { kind: 'refused', reason: 'suspended', limit: '', retryAfterMs: undefined };

/**
 * Checks the names of a request. The plan may be missing, because it can come from the records.
 * @throws DomainError SUBJECT_INVALID if another name is missing, or a name is too long
 */
function checkCharge({ plan = '-', ...subject }: ConsumeRequest): void {
  checkSubject({ ...subject, plan });
}

/** @throws DomainError CONFIG_INVALID */
function checkWithin(changesWithinMs = WITHIN_MS.usual): number {
  if (changesWithinMs >= WITHIN_MS.least) return changesWithinMs;
  throw new DomainError(
    'CONFIG_INVALID',
    `changesWithinMs must be ${WITHIN_MS.least} or more, because each process reads its plans that often; it is ${changesWithinMs}`,
  );
}

function boundOf({ onUnavailable = 'closed' }: QuotaOptions): number {
  return onUnavailable === 'closed' ? 0 : onUnavailable.bounded;
}

function checkCost(units: number, plan: CustomerPlan): number {
  if (!Number.isSafeInteger(units) || units < 0)
    throw new DomainError(
      'COST_INVALID',
      `the cost must be a whole number of units, 0 or more; it is ${units}`,
    );
  const tooSmall = plan.limits.find((limit) => limit.kind === 'rate' && usableBurst(limit) < units);
  if (tooSmall !== undefined)
    throw new DomainError(
      'COST_INVALID',
      `a request for ${units} units exceeds the burst of limit ${tooSmall.id}, so it can never be admitted`,
    );
  return units;
}

function refundAll(holdings: readonly Holding[], units: number): readonly string[] {
  return holdings.filter((holding) => holding.refund(units)).map(({ id }) => id);
}

async function corrected(holdings: readonly Holding[]): Promise<void> {
  await Promise.all(holdings.map((holding) => holding.corrected));
}

async function chargeMore(holdings: readonly Holding[], units: number): Promise<number> {
  let owed = 0;
  for (const holding of holdings) owed = Math.max(owed, await holding.chargeMore(units));
  await corrected(holdings);
  return owed;
}
