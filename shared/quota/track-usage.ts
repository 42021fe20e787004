/** Charges requests that were served already, each once: what `usage-tracker` does with the lines of access logs. */
import { DomainError } from '../errors.ts';
import type { AgeClock, ItemStore, Timer } from '../ports.ts';
import type { TrackedRequest } from './access-log-line.ts';
import type { QuotaEvent } from './holder-ports.ts';
import { ledgerKey, parseLedger, trackWrite } from './ledger.ts';
import type { LedgerId } from './ledger.ts';
import { openPeriod } from './open-period.ts';
import { periodAt } from './period.ts';
import type { Period } from './period.ts';
import { PlanBook } from './plan-book.ts';
import { costOf } from './plan.ts';
import type { QuotaLimit, UsagePlan } from './plan.ts';
import { raiseAlarms } from './raise-alarms.ts';
import { readSeen, seenWrite, spanOf } from './seen-requests.ts';
import { checkLedgerId, ledgerIdOf } from './subject.ts';

export type UsageTrackerPorts = {
  readonly store: ItemStore;
  readonly clock: AgeClock;
  readonly timer: Timer;
  /** Told of thresholds only: each once per period, to whoever of trackers and holders was first to mark it. */
  readonly observe: (event: QuotaEvent) => void;
};

/** Requests, counted once per limit that they were charged to. */
export type Tracked = {
  readonly charged: number;
  /** Charged before: the lines came twice. */
  readonly seen: number;
  /** Of a closed period, a suspended subject without ledger, an unknown plan, or names too long for a key: nobody can be charged. */
  readonly unchargeable: number;
};

export type UsageTracker = {
  /**
   * Idempotent by request id, whatever crashes, comes twice or comes in other batches.
   * @throws DomainError STORE_UNAVAILABLE: some may be charged, and the whole may be given again
   */
  track(requests: readonly TrackedRequest[]): Promise<Tracked>;
};

/** Requests of one ledger and span, which are charged together. */
type Group = {
  readonly id: LedgerId;
  readonly limit: QuotaLimit;
  readonly planId: string;
  readonly period: Period;
  readonly span: number;
  readonly units: Map<string, number>;
};

const AT_ONCE = 8;
const MAX_TRIES = 8;
const BACK_OFF_MS = 50;

export function createUsageTracker(ports: UsageTrackerPorts): UsageTracker {
  const book = new PlanBook(ports.store, ports.clock, []);
  return {
    async track(requests) {
      const { groups, unplanned } = await group(requests, book);
      const totals = { charged: 0, seen: 0, unchargeable: unplanned };
      // Spans of one ledger one after the other: two transactions on one item refuse each other.
      const waiting = [...Map.groupBy(groups.values(), ({ id }) => ledgerKeyText(id)).values()];
      const next = async (): Promise<void> => {
        for (let spans = waiting.pop(); spans !== undefined; spans = waiting.pop())
          for (const each of spans) {
            const { charged, seen, unchargeable } = await chargeGroup(each, book, ports);
            totals.charged += charged;
            totals.seen += seen;
            totals.unchargeable += unchargeable;
          }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      return totals;
    },
  };
}

async function group(
  requests: readonly TrackedRequest[],
  book: PlanBook,
): Promise<{ readonly groups: ReadonlyMap<string, Group>; readonly unplanned: number }> {
  const groups = new Map<string, Group>();
  let unplanned = 0;
  for (const { requestId, subject, atEpochMs } of requests) {
    const plan = await readPlan(subject.plan, book);
    if (plan === undefined) {
      unplanned += 1;
      continue;
    }
    // What a rate would have refused is over; only what is counted can be counted later.
    for (const limit of plan.limits) {
      if (limit.kind !== 'quota') continue;
      const id = ledgerIdOf(limit, subject);
      const period = periodAt(limit.period, atEpochMs);
      const span = spanOf(atEpochMs);
      const { pk, sk } = ledgerKey(id, period);
      const name = `${pk}\n${sk}\n${span}`;
      const known = groups.get(name);
      // One caller of too long a name must not fail the lines of all others.
      if (known === undefined && !fitsKey(id)) {
        unplanned += 1;
        continue;
      }
      const found = known ?? { id, limit, planId: plan.id, period, span, units: new Map() };
      found.units.set(requestId, costOf(plan, subject.route));
      groups.set(name, found);
    }
  }
  return { groups, unplanned };
}

function fitsKey(id: LedgerId): boolean {
  try {
    checkLedgerId(id);
    return true;
  } catch {
    return false;
  }
}

/** One transaction holds who was charged and the charge, so that neither is there without the other. */
async function chargeGroup(group: Group, book: PlanBook, ports: UsageTrackerPorts): Promise<Tracked> {
  const { store, clock, timer } = ports;
  const { id, span, units } = group;
  let { period } = group;
  let charged = 0;
  for (let failures = 0; failures < MAX_TRIES; failures += 1) {
    const key = ledgerKey(id, period);
    const seen = await readSeen(key.pk, span, store);
    if (seen.kind === 'unavailable') break;
    const fresh = [...units.keys()].filter((requestId) => !seen.isSeen(requestId));
    const some = fresh.slice(0, seen.room);
    if (fresh.length === 0) {
      // Of lines that come again too: whoever charged them may have died before it told.
      await tellThresholds(group, period, ports);
      return { charged, seen: units.size - charged, unchargeable: 0 };
    }
    if (some.length === 0) break;
    const sum = some.reduce((total, requestId) => total + (units.get(requestId) ?? 0), 0);
    const outcome = await store.transact([seenWrite(seen.last, span, some), trackWrite(key, sum)]);
    if (outcome.kind === 'done') {
      charged += some.length;
      failures = -1;
    } else if (outcome.kind === 'refused') {
      const ledger = outcome.members[1];
      if (ledger?.holds !== false) continue;
      if (ledger.item !== undefined) return unchargeable(units, charged, fresh);
      const opened = await open(group, period, book, { store, clock });
      if (opened.kind === 'unchargeable') return unchargeable(units, charged, fresh);
      if (opened.kind === 'moved') period = opened.period;
    } else if (outcome.kind === 'rejected' && !outcome.retryable) break;
    // Whether an unanswered one was carried out shows when the ids are read again.
    else await timer.pause(BACK_OFF_MS * 2 ** failures);
  }
  throw unavailable();
}

/** @throws DomainError STORE_UNAVAILABLE: what is charged already is not charged again when the lines come again */
async function tellThresholds(
  { id, limit: { alarms } }: Group,
  period: Period,
  { store, clock, observe }: UsageTrackerPorts,
): Promise<void> {
  if (alarms.length === 0) return;
  const key = ledgerKey(id, period);
  const read = await store.read(key, { consistent: true });
  if (read.kind === 'unavailable') throw unavailable();
  if (read.item === undefined) return;
  // A holder raises with its next grant what it could not raise; here there may be no next line.
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
  return { charged, seen: units.size - charged - left.length, unchargeable: left.length };
}

type Opening =
  { readonly kind: 'ready' | 'unchargeable' } | { readonly kind: 'moved'; readonly period: Period };

async function open(
  { id, limit, planId }: Group,
  period: Period,
  book: PlanBook,
  { store, clock }: Pick<UsageTrackerPorts, 'store' | 'clock'>,
): Promise<Opening> {
  const plan = await readPlan(planId, book);
  if (plan === undefined) return { kind: 'unchargeable' };
  const opened = await openPeriod({ id, period, limit, plan, nowEpochMs: clock.nowEpochMs() }, store);
  switch (opened.kind) {
    case 'ready':
      return { kind: 'ready' };
    case 'plan-changed':
      book.forget(planId);
      return { kind: 'ready' };
    case 'moved':
      return { kind: 'moved', period: periodAt(limit.period, opened.startEpochMs) };
    case 'gone':
    case 'suspended':
      return { kind: 'unchargeable' };
    case 'unavailable':
      throw unavailable();
  }
}

/** undefined: there is no plan of that id. @throws DomainError STORE_UNAVAILABLE */
async function readPlan(planId: string, book: PlanBook): Promise<UsagePlan | undefined> {
  const known = book.peek(planId);
  if (known !== undefined) return known;
  const read = await book.read(planId);
  if (read.kind === 'unavailable') throw unavailable();
  return read.kind === 'known' ? read.plan : undefined;
}

function unavailable(): DomainError {
  return new DomainError(
    'STORE_UNAVAILABLE',
    'the usage table did not take the charges of a batch of log lines',
  );
}
