/** Charges served requests from lines of access logs, each request once, for `usage-tracker`. */
import { DomainError } from '../../errors.ts';
import type { AgeClock, ItemStore, Timer } from '../../ports.ts';
import type { TrackedRequest } from './access-log-line.ts';
import type { QuotaEvent } from '../holding/holder-ports.ts';
import { TermsBook } from '../plan/terms-book.ts';
import { isBeforeTerm, isOfPeriod, ledgerKey, parseLedger, trackWrite } from '../ledger/ledger.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import { openPeriod } from '../ledger/open-period.ts';
import { periodAt } from '../ledger/period.ts';
import type { Period } from '../ledger/period.ts';
import { PlanBook } from '../plan/plan-book.ts';
import { costOf } from '../plan/plan.ts';
import type { QuotaLimit, CustomerPlan } from '../plan/plan.ts';
import { raiseAlarms } from './raise-alarms.ts';
import { FullParts, readSeen, seenWrite, spanOf } from '../ledger/seen-requests.ts';
import { checkLedgerId, ledgerIdOf, termFor } from '../plan/subject.ts';
import { TermsReader } from '../plan/terms.ts';
import type { PlanTerms } from '../plan/terms.ts';

export type UsageTrackerPorts = {
  readonly store: ItemStore;
  readonly clock: AgeClock;
  readonly timer: Timer;
  /**
   * Receives only threshold events. Each threshold is reported once per period, by the process (tracker or holder) that
   * was the first to mark it.
   */
  readonly observe: (event: QuotaEvent) => void;
};

/** The results of charging requests. The numbers count a request once for each quota to which it is charged. */
type Tracked = {
  readonly charged: number;
  /** Number of requests that had already been charged, because their lines were delivered twice. */
  readonly seen: number;
  /**
   * Number of requests that cannot be charged, because of a closed period, a suspended subject without a ledger, an
   * unknown plan, a plan without a quota, or names that are too long for a key.
   */
  readonly unchargeable: number;
  /** Requests that could not be charged to all of their limits. They do not delay other requests. */
  readonly waiting: readonly Waiting[];
};

/**
 * A request that cannot be charged now. It can be charged when it is sent again after its plan was corrected or its
 * period has begun.
 */
export type Waiting = {
  readonly requestId: string;
  readonly plan: string;
  readonly reason: 'plan-unreadable' | 'period-ahead';
};

export type UsageTracker = {
  /**
   * Charges requests. A request with the same id is charged only once, even after crashes and repetitions and in
   * different batches.
   * @throws DomainError STORE_UNAVAILABLE if some requests could not be charged. All requests may be sent again
   */
  track(requests: readonly TrackedRequest[]): Promise<Tracked>;
};

type Group = {
  readonly id: LedgerId;
  readonly limit: QuotaLimit;
  readonly planId: string;
  readonly terms: PlanTerms;
  readonly termEpochMs: number | undefined;
  readonly period: Period;
  readonly span: number;
  readonly units: Map<string, number>;
};

const AT_ONCE = 8;
const MAX_TRIES = 8;
const BACK_OFF_MS = 50;
/** Maximum number of waiting requests that a log line names. */
const NAMED_REQUESTS = 3;

export function createUsageTracker(ports: UsageTrackerPorts): UsageTracker {
  const book = new PlanBook(ports.store, ports.clock, []);
  const reader = new TermsReader(new TermsBook(ports.store, ports.clock));
  const full = new FullParts();
  return {
    async track(requests) {
      const { groups, unplanned, planless } = await group(requests, book, reader);
      const totals = { charged: 0, seen: 0, unchargeable: unplanned, waiting: [...planless] };
      // Spans of the same ledger are processed one after the other, because concurrent transactions on one item would
      // fail.
      const ledgers = [...Map.groupBy(groups.values(), ({ id }) => ledgerKeyText(id)).values()];
      const chargeLedger = async (spans: readonly Group[]): Promise<void> => {
        for (const each of spans) {
          const { charged, seen, unchargeable, waiting } = await chargeGroup(each, book, {
            ...ports,
            full,
            reader,
          });
          totals.charged += charged;
          totals.seen += seen;
          totals.unchargeable += unchargeable;
          totals.waiting.push(...waiting);
        }
      };
      const failures: unknown[] = [];
      const next = async (): Promise<void> => {
        // The limit is the number of charges that are sent at once. If that many fail, the whole table is failing, not
        // a single ledger.
        while (failures.length < AT_ONCE) {
          const spans = ledgers.pop();
          if (spans === undefined) return;
          await chargeLedger(spans).catch((error: unknown) => failures.push(error));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      if (failures.length > 0) throw failures[0];
      return totals;
    },
  };
}

/** Returns a text for an operator's log. It names no caller. */
export function describeWaiting(waiting: readonly Waiting[]): string {
  const plans = new Set(waiting.filter(({ reason }) => reason === 'plan-unreadable').map(({ plan }) => plan));
  const ahead = waiting.filter(({ reason }) => reason === 'period-ahead').slice(0, NAMED_REQUESTS);
  const parts = [
    ...[...plans].map((plan) => `customer plan ${plan} cannot be read: save its next version`),
    ...(ahead.length === 0
      ? []
      : [
          `the period has not started according to the clock of this function: check the time of the log lines (${ahead.map(({ requestId }) => requestId).join(', ')})`,
        ]),
  ];
  const count = new Set(waiting.map(({ requestId }) => requestId)).size;
  return `${count} ${count === 1 ? 'request is' : 'requests are'} not charged yet: ${parts.join('; ')}`;
}

type Grouped = {
  readonly groups: ReadonlyMap<string, Group>;
  readonly unplanned: number;
  readonly planless: readonly Waiting[];
};

async function group(
  requests: readonly TrackedRequest[],
  book: PlanBook,
  reader: TermsReader,
): Promise<Grouped> {
  const groups = new Map<string, Group>();
  const planless: Waiting[] = [];
  const plans = new Map<string, FoundPlan>();
  let unplanned = 0;
  for (const { requestId, subject, atEpochMs } of requests) {
    const terms = await findTerms(subject, atEpochMs, reader);
    const saved = plans.get(terms.plan) ?? (await findPlan(terms.plan, book));
    plans.set(terms.plan, saved);
    const plan = typeof saved === 'string' ? saved : ownPlan(saved, terms, reader);
    if (plan === 'unknown') {
      unplanned += 1;
      continue;
    }
    if (plan === 'unreadable') {
      planless.push({ requestId, plan: terms.plan, reason: 'plan-unreadable' });
      continue;
    }
    // Requests that are already served can only be charged to a quota. A rate could not refuse them any more, so a plan
    // without a quota is reported.
    if (!plan.limits.some(({ kind }) => kind === 'quota')) unplanned += 1;
    for (const limit of plan.limits) {
      if (limit.kind !== 'quota') continue;
      const id = ledgerIdOf(limit, subject);
      const period = periodAt(limit.period, atEpochMs);
      const span = spanOf(atEpochMs);
      const { pk, sk } = ledgerKey(id, period);
      const termEpochMs = termFor(limit, period, terms.term);
      const name = `${pk}\n${sk}\n${span}\n${termEpochMs ?? ''}`;
      const known = groups.get(name);
      // A name that is too long is counted and skipped, so that it does not block the lines of other callers.
      if (known === undefined && !fitsKey(id)) {
        unplanned += 1;
        continue;
      }
      const of = { planId: plan.id, terms, termEpochMs };
      const found = known ?? { id, limit, ...of, period, span, units: new Map() };
      found.units.set(requestId, costOf(plan, subject.route));
      groups.set(name, found);
    }
  }
  return { groups, unplanned, planless };
}

function fitsKey(id: LedgerId): boolean {
  try {
    checkLedgerId(id);
    return true;
  } catch {
    return false;
  }
}

/**
 * Charges a group of requests to a ledger. The charge and the record of the requests are in one transaction, so that
 * neither exists without the other.
 */
async function chargeGroup(
  group: Group,
  book: PlanBook,
  ports: UsageTrackerPorts & { readonly full: FullParts; readonly reader: TermsReader },
): Promise<Tracked> {
  const { store, clock, timer } = ports;
  const { span, units } = group;
  let { id, period } = group;
  let charged = 0;
  for (let failures = 0; failures < MAX_TRIES; failures += 1) {
    const key = ledgerKey(id, period);
    const seen = await readSeen(key.pk, span, store, ports.full);
    if (seen.kind === 'unavailable') break;
    const fresh = [...units.keys()].filter((requestId) => !seen.isSeen(requestId));
    const some = fresh.slice(0, seen.room);
    if (fresh.length === 0) {
      // Thresholds are reported even for lines that were already charged, because the process that charged them may
      // have died before it reported.
      await reportThresholds({ ...group, id }, period, ports);
      return { charged, seen: units.size - charged, unchargeable: 0, waiting: [] };
    }
    if (some.length === 0) break;
    const sum = some.reduce((total, requestId) => total + (units.get(requestId) ?? 0), 0);
    const outcome = await store.transact([
      seenWrite(seen.last, some, clock.nowEpochMs()),
      trackWrite(key, sum, period.endEpochMs, group.termEpochMs),
    ]);
    if (outcome.kind === 'done') {
      charged += some.length;
      failures = -1;
    } else if (outcome.kind === 'refused') {
      const ledger = outcome.members[1];
      if (ledger?.holds !== false) continue;
      const { item } = ledger;
      const isBefore = item !== undefined && isBeforeTerm(item, group.termEpochMs);
      if (item !== undefined && item['nxt'] === undefined && isOfPeriod(item, period) && !isBefore)
        return unchargeable(units, charged, fresh);
      const opened = await open({ ...group, id }, group.period, book, ports);
      if (opened.kind === 'unchargeable') return unchargeable(units, charged, fresh);
      if (opened.kind === 'waits') return waits(group, charged, fresh, opened.reason);
      if (opened.kind === 'moved') period = opened.period;
      if (opened.kind === 'renamed') id = opened.id;
    } else if (outcome.kind === 'rejected' && !outcome.retryable) break;
    // The charge is tried again. If the write without a response was applied, the next read of the ids shows it.
    else await timer.pause(BACK_OFF_MS * 2 ** failures);
  }
  throw unavailable();
}

/**
 * Reports the thresholds that have been crossed.
 * @throws DomainError STORE_UNAVAILABLE. The lines can then be sent again, because they are not charged twice
 */
async function reportThresholds(
  { id, limit: { alarms } }: Group,
  period: Period,
  { store, clock, observe }: UsageTrackerPorts,
): Promise<void> {
  if (alarms.length === 0) return;
  const key = ledgerKey(id, period);
  const read = await store.read(key, { consistent: true });
  if (read.kind === 'unavailable') throw unavailable();
  if (read.item === undefined) return;
  // A failed write is an error, so that the lines are sent again. (A holder would retry an alarm with its next grant,
  // but the tracker may not get another line.)
  const insistent: ItemStore = {
    ...store,
    async update(write) {
      const outcome = await store.update(write);
      if (outcome.kind === 'unknown' || outcome.kind === 'rejected') throw unavailable();
      return outcome;
    },
  };
  const ports = { store: insistent, clock, observe };
  await raiseAlarms({ key, id, period }, parseLedger(read.item), alarms, ports, () => undefined);
}

function ledgerKeyText({ tenant, limit, subject }: LedgerId): string {
  return JSON.stringify([tenant, limit, subject]);
}

function unchargeable(units: Group['units'], charged: number, left: readonly string[]): Tracked {
  return { charged, seen: units.size - charged - left.length, unchargeable: left.length, waiting: [] };
}

function waits(
  { units, planId: plan }: Group,
  charged: number,
  left: readonly string[],
  reason: Waiting['reason'],
): Tracked {
  const waiting = left.map((requestId) => ({ requestId, plan, reason }));
  return { charged, seen: units.size - charged - left.length, unchargeable: 0, waiting };
}

type Opening =
  | { readonly kind: 'ready' | 'unchargeable' }
  | { readonly kind: 'waits'; readonly reason: Waiting['reason'] }
  | { readonly kind: 'moved'; readonly period: Period }
  | { readonly kind: 'renamed'; readonly id: LedgerId };

async function open(
  { id, limit, planId, terms, termEpochMs }: Group,
  period: Period,
  book: PlanBook,
  { store, clock, reader }: Pick<UsageTrackerPorts, 'store' | 'clock'> & { readonly reader: TermsReader },
): Promise<Opening> {
  const saved = await findPlan(planId, book);
  const plan = typeof saved === 'string' ? saved : ownPlan(saved, terms, reader);
  if (plan === 'unknown') return { kind: 'unchargeable' };
  if (plan === 'unreadable') return { kind: 'waits', reason: 'plan-unreadable' };
  const nowEpochMs = clock.nowEpochMs();
  const opened = await openPeriod({ id, period, limit, plan, nowEpochMs, termEpochMs }, store);
  switch (opened.kind) {
    case 'ready':
      return { kind: 'ready' };
    case 'plan-changed':
      book.forget(planId);
      return { kind: 'ready' };
    case 'moved':
    case 'renamed':
      return opened;
    case 'gone':
    case 'suspended':
      return { kind: 'unchargeable' };
    case 'unavailable':
      if (period.startEpochMs > nowEpochMs) return { kind: 'waits', reason: 'period-ahead' };
      throw unavailable();
  }
}

type FoundPlan = CustomerPlan | 'unknown' | 'unreadable';

/**
 * Finds the terms for requests that were served. Requests of a suspended or closed customer are also charged by
 * the customer's plan.
 * @throws DomainError STORE_UNAVAILABLE if the records cannot be read
 */
async function findTerms(
  subject: TrackedRequest['subject'],
  atEpochMs: number,
  reader: TermsReader,
): Promise<PlanTerms> {
  const terms = reader.peek(subject, atEpochMs) ?? (await reader.read(subject, atEpochMs));
  if (terms.kind === 'unavailable') throw unavailable();
  const found = terms.kind === 'halted' ? terms.terms : terms;
  return found ?? { kind: 'terms', plan: subject.plan };
}

/**
 * Returns the plan with the customer's own quotas. If the plan does not allow them, lines wait until an operator has
 * corrected this, as if the plan could not be read.
 */
function ownPlan(saved: CustomerPlan, terms: PlanTerms, reader: TermsReader): FoundPlan {
  try {
    return reader.planOf(saved, terms);
  } catch (error) {
    if (error instanceof DomainError) return 'unreadable';
    throw error;
  }
}

/**
 * Finds a plan.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
async function findPlan(planId: string, book: PlanBook): Promise<FoundPlan> {
  const known = book.peek(planId);
  if (known !== undefined) return known;
  const read = await book.read(planId).catch(takeForUnreadable);
  if (read.kind === 'unavailable') throw unavailable();
  return read.kind === 'known' ? read.plan : read.kind;
}

function takeForUnreadable(error: unknown): { readonly kind: 'unreadable' } {
  if (error instanceof DomainError && error.code === 'PLAN_INVALID') return { kind: 'unreadable' };
  throw error;
}

function unavailable(): DomainError {
  return new DomainError(
    'STORE_UNAVAILABLE',
    'a batch of log lines could not be charged completely, because a call to the usage table failed; send the batch again',
  );
}
