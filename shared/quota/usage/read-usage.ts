/**
 * Reads a caller's usage as charged from access logs. Reading charges nothing and never waits long, and the result is
 * slightly old. If the usage cannot be read, the last known usage counts, and if there is none, the caller is
 * allowed: limits are not exact anyway when usage is counted afterwards.
 */
import { PlanInvalid } from '../../errors.ts';
import type { AdvertisedLimit } from '../../http/rate-limit-headers.ts';
import type { AgeClock, ItemStore, QuotaAnswer, QuotaCharge } from '../../ports.ts';
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import { nameOfItem } from '../../table/item-write.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import {
  asOfTerm,
  headKey,
  isOfPeriod,
  ledgerKey,
  parseLedger,
  standingOf,
  tenantOf,
} from '../ledger/ledger.ts';
import type { LedgerId, LedgerState } from '../ledger/ledger.ts';
import { parseLine } from '../ledger/line.ts';
import { isEndedByTerm } from '../ledger/open-period.ts';
import { periodAt, periodId } from '../ledger/period.ts';
import type { Period, PeriodRule } from '../ledger/period.ts';
import { hearNews } from '../plan/news.ts';
import { PlanBook, planUnknown } from '../plan/plan-book.ts';
import { parsePlan } from '../plan/plan.ts';
import type { Limit, QuotaLimit, CustomerPlan } from '../plan/plan.ts';
import { readShards } from '../ledger/shards.ts';
import { checkLedgerId, checkSubject, ledgerIdOf, termFor } from '../plan/subject.ts';
import type { TermSubject } from '../plan/subject.ts';
import { TermsBook } from '../plan/terms-book.ts';
import { TermsReader } from '../plan/terms.ts';

export type UsageReader = {
  /**
   * Returns the caller's usage, and charges nothing.
   * @throws DomainError PLAN_UNKNOWN, LIMIT_UNKNOWN, SUBJECT_INVALID; STORE_UNAVAILABLE if the customer's record is
   * malformed; PLAN_INVALID if the plan also limits rates or concurrency, because these limits would not be enforced
   */
  look(charge: QuotaCharge): Promise<QuotaAnswer>;
  /** Saves these plans unless the table has that version or a newer one. Returns whether the table has all of them. */
  savePlans(planIds: readonly string[]): Promise<boolean>;
};

/**
 * Maximum age of a cached ledger. The lines of access logs are charged some seconds after the requests, so reading the
 * ledger more often would not help.
 */
const MAX_AGE_MS = 2000;
const MAX_LEDGERS = 10_000;

type Seen = {
  readonly at: Moment;
  readonly state: LedgerState | undefined;
  /** The ledger as it was opened: its plan and the customer's term. */
  readonly opened: Item;
  /**
   * Whether the head is suspended. If nothing has been charged in the period, there is no ledger, and only the head
   * shows that an operator has suspended the limit.
   */
  readonly isHeadSuspended: boolean;
};
type Standing = AdvertisedLimit & { readonly isSpent: boolean; readonly isSuspended: boolean };

type UsageReaderOptions = {
  readonly store: ItemStore;
  readonly clock: AgeClock;
  /**
   * Plans in code or documents. They are saved if the table lacks them or has older versions, because the tracker
   * itself has no plans in code.
   */
  readonly plans: readonly unknown[];
};

export function createUsageReader({ store: table, clock, plans }: UsageReaderOptions): UsageReader {
  const store = hearNews(table, (partition, version) => reader.hear(tenantOf(partition), version));
  const book = new PlanBook(store, clock, plans.map(parsePlan));
  const reader: TermsReader = new TermsReader(new TermsBook(store, clock));
  const look = createLedgerReader(store, clock);

  const readLimit = async (
    limit: QuotaLimit,
    plan: CustomerPlan,
    charge: TermSubject,
    atEpochMs: number,
  ): Promise<Standing> => {
    const period = periodAt(limit.period, atEpochMs);
    const seen = await look(ledgerIdOf(limit, charge), period, limit.period, atEpochMs);
    const { isHeadSuspended, opened } = seen;
    const at = { plan, termEpochMs: termFor(limit, period, charge.term), isOther: false };
    // If a new term has begun but no line has been charged under it, the ledger is shown as it will look under the new
    // term.
    const state = seen.state && isEndedByTerm(opened, at) ? asOfTerm(seen.state, limit) : seen.state;
    const shown = state === undefined ? { allowance: limit.quota, left: limit.quota } : standingOf(state);
    return {
      id: limit.id,
      level: limit.level,
      limit: shown.allowance,
      ...(limit.isOwn === true && { ownQuota: limit.quota }),
      windowSeconds: Math.max(1, Math.round((period.endEpochMs - period.startEpochMs) / 1000)),
      remaining: shown.left,
      resetSeconds: Math.max(1, Math.ceil((period.endEpochMs - atEpochMs) / 1000)),
      isSpent: state !== undefined && state.remaining <= 0,
      isSuspended: state?.suspended ?? isHeadSuspended,
    };
  };

  const lookOnce = async (charge: QuotaCharge, atEpochMs: number): Promise<QuotaAnswer> => {
    const terms = reader.peek(charge, atEpochMs) ?? (await reader.read(charge, atEpochMs));
    if (terms.kind === 'halted') return HALTED;
    const planId = terms.kind === 'terms' ? terms.plan : charge.plan;
    if (planId === undefined) return { allowed: true, limits: [] };
    const saved = book.peek(planId) ?? (await readPlan(planId, book));
    const plan = saved && reader.planOf(saved, terms.kind === 'terms' ? terms : {});
    const subject = { ...charge, plan: planId, term: terms.kind === 'terms' ? terms.term : undefined };
    if (plan === undefined) return { allowed: true, limits: [] };
    const counted = countedLimits(plan.limits);
    return toAnswer(await Promise.all(counted.map((limit) => readLimit(limit, plan, subject, atEpochMs))));
  };

  return {
    savePlans: (planIds) => book.save(planIds),
    async look(charge) {
      checkSubject({ ...charge, plan: charge.plan ?? '-' });
      const atEpochMs = charge.atEpochMs ?? clock.nowEpochMs();
      if (charge.customerVersion !== undefined) reader.hear(charge.tenant, charge.customerVersion);
      const answer = await lookOnce(charge, atEpochMs);
      // The ledger may have shown that the cached record of the customer is outdated.
      return reader.isOutdated(charge.tenant) ? lookOnce(charge, atEpochMs) : answer;
    },
  };
}

type LookAtLedger = (id: LedgerId, period: Period, rule: PeriodRule, atEpochMs: number) => Promise<Seen>;

/** Returns a function that reads ledgers, and caches them for a short time. */
function createLedgerReader(store: ItemStore, clock: AgeClock): LookAtLedger {
  const ledgers = new Map<string, Seen>();

  return async (id, period, rule, atEpochMs) => {
    const key = ledgerKey(id, period);
    const name = nameOfItem(key);
    const known = ledgers.get(name);
    if (known !== undefined && elapsedMs(clock, known.at) <= MAX_AGE_MS) return known;
    // The key's length is checked first. An error of the table for a key that is too long would look like an outage,
    // during which every caller is allowed.
    if (known === undefined) checkLedgerId(id);
    const seen = {
      at: momentOf(clock),
      ...(await readStanding(store, { head: headKey(id), ledger: key, rule, period, atEpochMs }, known)),
    };
    if (ledgers.size >= MAX_LEDGERS) ledgers.clear();
    ledgers.set(name, seen);
    return seen;
  };
}

/**
 * Returns the ledger, or the last result if the ledger cannot be read. The last result is still usable, because units
 * of a period come back only if an administrator gives them back.
 */
async function readStanding(
  store: ItemStore,
  asked: UsageQuery,
  known: Seen | undefined,
): Promise<Omit<Seen, 'at'>> {
  const last = {
    state: known?.state,
    opened: known?.opened ?? {},
    isHeadSuspended: known?.isHeadSuspended ?? false,
  };
  const root = await readInForce(store, asked);
  if (root.kind === 'unavailable') return last;
  const read = await readShards(store, root.key, root.item);
  if (read.kind === 'unavailable') return last;
  // If a ledger exists, its own suspension counts, because it is suspended together with the head. If there is none,
  // the head counts, because no ledger is opened while the head is suspended.
  if (read.item !== undefined) {
    const { plan = '', term } = read.item;
    const opened = { plan, ...(term !== undefined && { term }) };
    return { state: parseLedger(read.item), opened, isHeadSuspended: false };
  }
  return { ...last, isHeadSuspended: root.head?.['susp'] !== undefined };
}

type UsageQuery = {
  readonly head: ItemKey;
  readonly ledger: ItemKey;
  readonly rule: PeriodRule;
  readonly period: Period;
  readonly atEpochMs: number;
};

/**
 * Reads the ledger that is charged. This is the ledger of the plan's own period, the ledger in the head, or a ledger of
 * another limit.
 */
async function readInForce(
  store: ItemStore,
  { head, ledger, rule, period, atEpochMs }: UsageQuery,
): Promise<
  | {
      readonly kind: 'done';
      readonly key: ItemKey;
      readonly item: Item | undefined;
      readonly head?: Item | undefined;
    }
  | { readonly kind: 'unavailable' }
> {
  const own = await store.read(ledger);
  if (own.kind === 'unavailable') return own;
  if (own.item !== undefined && own.item['nxt'] === undefined && isOfPeriod(own.item, period))
    return { kind: 'done', key: ledger, item: own.item };
  const read = await store.read(head);
  if (read.kind === 'unavailable') return read;
  const alias = read.item?.['alias'];
  if (typeof alias === 'string') {
    const pk = aliasPartition(head.pk, alias);
    return readInForce(store, { head: { ...head, pk }, ledger: { ...ledger, pk }, rule, period, atEpochMs });
  }
  const cur = parseLine(read.item, rule)?.cur;
  if (cur === undefined || cur.endEpochMs <= atEpochMs || periodId(cur) === ledger.sk.slice('P#'.length))
    return { kind: 'done', key: ledger, item: undefined, head: read.item };
  const key = { pk: ledger.pk, sk: `P#${periodId(cur)}` };
  const other = await store.read(key);
  return other.kind === 'unavailable' ? other : { kind: 'done', key, item: other.item, head: read.item };
}

function aliasPartition(pk: string, limit: string): string {
  const [kind = '', tenant = '', , subject = ''] = pk.split('#');
  return [kind, tenant, limit, subject].join('#');
}

function countedLimits(limits: readonly Limit[]): readonly QuotaLimit[] {
  return limits.map((limit) => {
    if (limit.kind === 'quota') return limit;
    throw new PlanInvalid(
      'limits',
      `must only have quotas (${limit.id} is a ${limit.kind}): access logs are counted after the requests`,
    );
  });
}

const HALTED: QuotaAnswer = {
  allowed: false,
  reason: 'suspended',
  limit: '',
  retryAfterSeconds: undefined,
  limits: [],
};

function toAnswer(limits: readonly Standing[]): QuotaAnswer {
  const refusing = limits.find(({ isSuspended }) => isSuspended) ?? limits.find(({ isSpent }) => isSpent);
  if (refusing === undefined) return { allowed: true, limits };
  return {
    allowed: false,
    reason: refusing.isSuspended ? 'suspended' : 'quota-exceeded',
    limit: refusing.id,
    retryAfterSeconds: refusing.isSuspended ? undefined : refusing.resetSeconds,
    limits,
  };
}

/**
 * Reads a plan. Returns undefined if the table is unavailable.
 * @throws DomainError PLAN_UNKNOWN
 */
async function readPlan(planId: string, book: PlanBook): Promise<CustomerPlan | undefined> {
  const read = await book.read(planId);
  if (read.kind === 'unknown') throw planUnknown(planId);
  return read.kind === 'known' ? read.plan : undefined;
}
