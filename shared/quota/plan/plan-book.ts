/**
 * A process's cache of the customer plans in a table. The table's plans are authoritative; plans in code are only
 * initial values.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { AgeClock, ItemStore } from '../../ports.ts';
import { DomainError } from '../../errors.ts';
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import type { Item, ItemKey, ItemWrite, Test } from '../../table/item-write.ts';
import type { QuotaEvent } from '../holding/holder-ports.ts';
import { planKey } from '../ledger/ledger.ts';
import { parsePlan } from './plan.ts';
import type { CustomerPlan } from './plan.ts';
import { parseNews } from './plan-news.ts';
import type { PlanNews, PlanNewsReader } from './plan-news.ts';

type PlanRead =
  | { readonly kind: 'known'; readonly plan: CustomerPlan }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable' };

type Entry = {
  readonly plan: CustomerPlan;
  readonly readAt: Moment;
  readonly freshMs: number;
  /** `news` is undefined for a plan in code that the table has not returned yet. */
  readonly news: PlanNews | undefined;
  /**
   * The number of reads that the announcements have made unnecessary, minus the number of reads that were made only
   * because of announcements.
   */
  credits: number;
  /** Whether the announcements confirm a record in use. */
  isWatched: boolean;
};

/** Maximum age of a cached plan. A new period is opened by the newest plan in any case. */
const FRESH_MS = 60_000;
/** Minimum time between two reads of a plan, if its announcements have made reads of records unnecessary. */
const SOONEST_MS = 1500;
/**
 * Maximum of `credits`. Each credit pays for one early read of the plan; 26 reads, one every `SOONEST_MS`, take as long
 * as a record is cached (40 s).
 */
const MAX_CREDITS = 26;
/** Minimum time between two calls to a table that does not respond. */
const UNAVAILABLE_MS = 1000;
const MAX_PLANS = 1000;
/** The list of all plans of a table. */
export const PLAN_LIST = 'PLANS';

export class PlanBook implements PlanNewsReader {
  readonly #store: ItemStore;
  readonly #clock: AgeClock;
  readonly #seeds: ReadonlyMap<string, CustomerPlan>;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Promise<PlanRead>>();
  readonly #observe: (event: QuotaEvent) => void;
  readonly #reported = new Set<string>();
  readonly newsEveryMs: number;
  answers = 0;
  /** Called when a plan announces that limits of its customers were suspended or resumed. */
  onLimitNews: (planId: string) => void = () => undefined;

  /** @param newsEveryMs maximum age of a plan whose news shows that cached customer records are still current */
  constructor(
    store: ItemStore,
    clock: AgeClock,
    seeds: readonly CustomerPlan[],
    observe: (event: QuotaEvent) => void = () => undefined,
    newsEveryMs = FRESH_MS,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#seeds = new Map(seeds.map((plan) => [plan.id, plan]));
    this.#observe = observe;
    this.newsEveryMs = newsEveryMs;
  }

  /**
   * Returns the plan if it was read recently, otherwise undefined. It is synchronous, because every request calls it.
   */
  peek(planId: string): CustomerPlan | undefined {
    const entry = this.#entries.get(planId);
    if (entry === undefined) return undefined;
    const ageMs = elapsedMs(this.#clock, entry.readAt);
    const freshMs = entry.isWatched ? Math.min(entry.freshMs, this.newsEveryMs) : entry.freshMs;
    const isPaid = entry.credits >= 1 && ageMs > SOONEST_MS;
    return ageMs <= freshMs && !isPaid ? entry.plan : undefined;
  }

  newsOf(planId: string): PlanNews | undefined {
    const entry = this.#entries.get(planId);
    if (entry === undefined) return undefined;
    entry.isWatched = true;
    return entry.news;
  }

  noteReads(planId: string, saved: number): void {
    const entry = this.#entries.get(planId);
    if (entry !== undefined) entry.credits = Math.min(MAX_CREDITS, entry.credits + saved);
  }

  forget(planId: string): void {
    this.#entries.delete(planId);
  }

  /**
   * Reads a plan. While the table is unavailable, the plan that was read last stays in use, because the limits of
   * open periods are in their ledgers. If none was read, the plan in code is used.
   */
  read(planId: string): Promise<PlanRead> {
    const loading = this.#loading.get(planId) ?? this.#load(planId);
    this.#loading.set(planId, loading);
    return loading.finally(() => this.#loading.delete(planId));
  }

  /**
   * Saves plans in code unless the table has that version or a newer one. Returns whether the table has all of them.
   */
  async save(planIds: readonly string[]): Promise<boolean> {
    await Promise.all(planIds.map((planId) => this.read(planId)));
    return planIds.every((planId) => this.#entries.get(planId)?.freshMs === FRESH_MS);
  }

  async #load(planId: string): Promise<PlanRead> {
    const key = planKey(planId);
    let readAt = momentOf(this.#clock);
    let read = await this.#store.read(key, { consistent: true });
    if (read.kind === 'unavailable') return this.#fallBack(planId);
    const seed = this.#seeds.get(planId);
    const writes = seed === undefined ? [] : seedWrites(seed, read.item, this.#clock.nowEpochMs());
    if (writes.length > 0) {
      for (const write of writes) await this.#store.update(write);
      readAt = momentOf(this.#clock);
      read = await this.#store.read(key, { consistent: true });
      if (read.kind === 'unavailable') return this.#fallBack(planId);
    }
    // The plan is in code but could not be published. This means an outage or a missing permission, so the plan is not
    // reported as unknown.
    if (read.item === undefined) return seed === undefined ? { kind: 'unknown' } : this.#fallBack(planId);
    const last = this.#entries.get(planId);
    // Customer records and customers' own quotas are cached by the object of the parsed plan, so an unchanged plan must
    // stay the same object.
    const isSame = last?.news !== undefined && last.plan.source === read.item['doc'];
    const plan = isSame ? last.plan : parseStored(read.item);
    if (seed !== undefined) this.#reportIgnored(seed, plan);
    this.answers += 1;
    const news = { ...parseNews(read.item), answer: this.answers, readAt };
    if (last?.news !== undefined && last.news.limitMark !== news.limitMark) this.onLimitNews(planId);
    // The plan would have been read once a minute in any case.
    const saved = last === undefined ? 0 : Math.min(1, elapsedMs(this.#clock, last.readAt) / FRESH_MS) - 1;
    const credits = (last?.credits ?? 0) + saved;
    return this.#keep({ plan, readAt, freshMs: FRESH_MS, news, credits, isWatched: false });
  }

  /** Reports an ignored plan only once, because it stays ignored until code with a higher version is deployed. */
  #reportIgnored(seed: CustomerPlan, { version, source }: CustomerPlan): void {
    if (version !== seed.version || inOrder(source) === inOrder(seed.source)) return;
    if (this.#reported.has(seed.id)) return;
    this.#reported.add(seed.id);
    this.#observe({ kind: 'plan-ignored', plan: seed.id, version });
  }

  #fallBack(planId: string): PlanRead {
    const last = this.#entries.get(planId);
    const plan = last?.plan ?? this.#seeds.get(planId);
    if (plan === undefined) return { kind: 'unavailable' };
    const readAt = momentOf(this.#clock);
    return this.#keep({
      plan,
      readAt,
      freshMs: UNAVAILABLE_MS,
      news: last?.news,
      credits: 0,
      isWatched: false,
    });
  }

  #keep(entry: Entry): PlanRead {
    const { plan } = entry;
    if (this.#entries.size >= MAX_PLANS) this.#entries.clear();
    this.#entries.set(plan.id, entry);
    return { kind: 'known', plan };
  }
}

/** @param inDocuments the ids of the plans of the access documents, if they are known */
export function planUnknown(planId: string, inDocuments: readonly string[] = []): DomainError {
  const defined =
    inDocuments.length === 0
      ? ''
      : `. The access documents define ${inDocuments.length === 1 ? 'the plan' : 'the plans'} ${inDocuments.join(', ')}`;
  return new DomainError(
    'PLAN_UNKNOWN',
    `there is no customer plan ${planId}: save it with gatewright plan save, or define it under quota.plans of an access document${defined}`,
  );
}

/**
 * Returns the write that saves a plan whose newest version so far is `basedOn` (undefined if the plan is new). The
 * store refuses it if another edit was made in the meantime.
 */
export function savePlanWrite(plan: CustomerPlan, basedOn: number | undefined): ItemWrite {
  const test: Test =
    basedOn === undefined
      ? { attribute: 'ver', is: 'absent' }
      : { attribute: 'ver', is: 'equal', value: basedOn };
  return planWrite(plan, test);
}

/**
 * Parses a stored plan.
 * @throws PlanInvalid, DomainError PLAN_INVALID if this code cannot have written the plan
 */
export function parseStored(item: Item): CustomerPlan {
  let document: unknown;
  try {
    document = JSON.parse(String(item['doc']));
  } catch {
    throw new DomainError('PLAN_INVALID', 'a stored plan is not valid JSON');
  }
  return parsePlan(document);
}

/**
 * Builds the writes that store a version of a plan; none for a plan without invoices. Each version is stored separately
 * for invoices, because a period is priced by the version that opened it.
 * @param savedAt the current time. Periods without requests have the price of the version that was the newest when they
 * began. Without it, the version counts as saved before all periods.
 */
export function planVersionWrites(plan: CustomerPlan, savedAt?: number): readonly ItemWrite[] {
  if (plan.invoice === undefined) return [];
  const item = { ver: plan.version, doc: plan.source, ...(savedAt !== undefined && { savedAt }) };
  const key = versionKey(plan.id, plan.version);
  return [{ purpose: 'plan', key, when: [], change: { kind: 'put', item } }];
}

export function versionKey(planId: string, version: number): ItemKey {
  return { ...planKey(planId), sk: `V#${version}` };
}

/**
 * Returns the writes that publish a plan from code or from an access document. There are none if the table has this
 * version or a newer one, because the table's plan is then used.
 */
export function seedWrites(
  seed: CustomerPlan,
  stored: Item | undefined,
  savedAt?: number,
): readonly ItemWrite[] {
  if (Number(stored?.['ver'] ?? 0) >= seed.version) return [];
  const isNewer: Test = { attribute: 'ver', is: 'absent-or-below', value: seed.version };
  return [...planVersionWrites(seed, savedAt), planWrite(seed, isNewer)];
}

function planWrite(plan: CustomerPlan, test: Test): ItemWrite {
  const item = { ver: plan.version, doc: plan.source, list: PLAN_LIST };
  return { purpose: 'plan', key: planKey(plan.id), when: [test], change: { kind: 'put', item } };
}

/**
 * Formats a document with sorted members. Documents in YAML are written by people, so the same members may come in
 * another order.
 */
function inOrder(source: string): string {
  const ordered: unknown = JSON.parse(source, (_, value: unknown) =>
    isJsonObject(value) ? Object.fromEntries(Object.entries(value).sort()) : value,
  );
  return JSON.stringify(ordered);
}
