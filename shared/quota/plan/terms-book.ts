/**
 * A process's cache of customers' records and of the plans assigned to keys. Requests, access logs, administration and
 * invoices all use it to determine which plan is in force.
 */
import type { AgeClock, ItemStore } from '../../ports.ts';
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import { CUSTOMER_SK, customerKey, isToldByPlan, parseCustomer, termAt } from './customer.ts';
import type { Customer, Term } from './customer.ts';
import { assignedKey } from '../ledger/line.ts';
import type { PlanNewsReader } from './plan-news.ts';
import { nameOfItem } from '../../table/item-write.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';

/** The terms for a tenant's requests with one of its keys. */
export type Terms =
  /** A plan is recorded. It is in force, whatever plan the caller names. */
  | {
      readonly kind: 'term';
      readonly by: 'customer' | 'key';
      readonly term: Omit<Term, 'fromEpochMs'> & {
        /**
         * The time from which the plan is in force. It is undefined if the plan was assigned before such times were
         * stored; it then applies from the next period on.
         */
        readonly fromEpochMs: number | undefined;
      };
    }
  /** The customer is suspended or closed, so no request is admitted. */
  | { readonly kind: 'halted'; readonly state: 'suspended' | 'closed'; readonly term: Term | undefined }
  /** No recorded plan is in force, so the plan that the caller names is. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable' };

type Entry = {
  readonly item: Item | undefined;
  /** The time when the read of the item was started. The stored item may have changed since then. */
  readonly askedAt: Moment;
  /** The time when a later read failed. It is undefined if none has failed. */
  readonly failedAt: Moment | undefined;
  /**
   * The minimum version of the record. It is the version that was read, or a version that was announced before the
   * read.
   */
  readonly asOf: number;
  readonly freshMs: number;
  /** The number of plans that the process had received from the table when the read was started. */
  readonly answers: number;
  /**
   * The announcement in the plan about a change that the record already includes. It is undefined if no such
   * announcement is known.
   */
  news: { readonly plan: string; readonly mark: string } | undefined;
  /** The newest time at which the record is known to have had the content that was read. */
  confirmedAt: Moment;
  /** The newest time at which the record was read, or would have been read if there were no announcements. */
  countedAt: Moment;
};

const FRESH_MS = 40_000;
/**
 * Maximum age of the record of a suspended customer. The requests of a suspended customer reach no ledger, so the
 * process gets no announcement of a change. With a longer maximum age, it would refuse requests long after the
 * suspension has ended.
 */
const SUSPENDED_FRESH_MS = 1800;
/**
 * Maximum age of a record that the announcements of its plan confirm. It limits the effect of changes that were made
 * without an announcement.
 */
const CONFIRMED_MS = 300_000;
/**
 * A time that exceeds every difference between clocks. News that is older than a record by at least this time was
 * written before the record was read.
 */
const CLOCKS_MS = 60_000;
/**
 * Factor by which the maximum age of records is longer while the table is unavailable. Including the clock margin, a
 * change takes effect within a minute.
 */
const STALE_FACTOR = 1.25;
/** Minimum time between two calls to a table that does not respond. */
const UNAVAILABLE_MS = 1000;
const MAX_ENTRIES = 10_000;
const ATTEMPTS = 2;

export class TermsBook {
  readonly #store: Pick<ItemStore, 'read'>;
  readonly #clock: AgeClock;
  readonly #freshMs: number;
  readonly #plans: PlanNewsReader | undefined;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Promise<Entry | undefined>>();
  /** The newest announced version of each customer's record, by the name of its entry. */
  readonly #announced = new Map<string, number>();
  /** Parsed customers; an item is parsed once per read. */
  readonly #customers = new WeakMap<Item, Customer>();

  /**
   * @param plans the plans that the process reads; their news shows whether cached customer records are still current
   */
  constructor(store: Pick<ItemStore, 'read'>, clock: AgeClock, plans?: PlanNewsReader, freshMs = FRESH_MS) {
    this.#store = store;
    this.#clock = clock;
    this.#plans = plans;
    this.#freshMs = freshMs;
  }

  /**
   * Returns the terms if the items that decide them were read recently: the customer's record or, if the customer has
   * none, the assignment of the key. Otherwise undefined. It is synchronous, because every request calls it.
   * @throws the errors of `read`
   */
  peek(tenant: string, key: string | undefined, atEpochMs: number): Terms | undefined {
    const customer = this.#fresh(customerKey(tenant), atEpochMs);
    if (customer === undefined) return undefined;
    if (customer.item !== undefined) return this.#termsOf(customer.item, atEpochMs);
    const assigned =
      key === undefined ? { item: undefined } : this.#fresh(assignedKey(tenant, key), atEpochMs);
    return assigned && toAssigned(assigned.item);
  }

  /**
   * Notes that the tenant's record has at least this version. An older record is read again at the next request.
   * @param version undefined if the record has changed to an unknown version
   */
  hear(tenant: string, version: number | undefined): void {
    const name = nameOfItem(customerKey(tenant));
    const known = Math.max(this.#announced.get(name) ?? 0, this.#entries.get(name)?.asOf ?? 0);
    const newest = version ?? known + 1;
    if (newest <= known) return;
    this.#announced.delete(name);
    const [oldest] = this.#announced.keys();
    if (oldest !== undefined && this.#announced.size >= MAX_ENTRIES) this.#announced.delete(oldest);
    this.#announced.set(name, newest);
  }

  /** Whether a newer record than the known one was announced. */
  isOutdated(tenant: string): boolean {
    const name = nameOfItem(customerKey(tenant));
    const entry = this.#entries.get(name);
    return entry !== undefined && this.#isBehind(name, entry);
  }

  #isBehind(name: string, { asOf }: Entry): boolean {
    return this.#announced.size > 0 && (this.#announced.get(name) ?? 0) > asOf;
  }

  /**
   * Reads the terms. While the table cannot be reached, the earlier result for a tenant without a record still applies,
   * and a known record is used for a limited time.
   * @throws DomainError STORE_UNAVAILABLE for an item that is not a customer
   */
  async read(tenant: string, key: string | undefined, atEpochMs: number): Promise<Terms> {
    const customer = await this.#load(customerKey(tenant), atEpochMs);
    if (customer === undefined) return { kind: 'unavailable' };
    if (customer.item !== undefined) return this.#termsOf(customer.item, atEpochMs);
    if (key === undefined) return { kind: 'none' };
    const assigned = await this.#load(assignedKey(tenant, key), atEpochMs);
    return assigned === undefined ? { kind: 'unavailable' } : toAssigned(assigned.item);
  }

  #isSuspended(key: ItemKey, item: Item | undefined): boolean {
    return key.sk === CUSTOMER_SK && item !== undefined && this.#parse(item).state === 'suspended';
  }

  #parse(item: Item): Customer {
    const customer = this.#customers.get(item) ?? parseCustomer(item);
    this.#customers.set(item, customer);
    return customer;
  }

  #termsOf(item: Item, atEpochMs: number): Terms {
    const customer = this.#parse(item);
    const term = termAt(customer, atEpochMs);
    if (customer.state !== 'active') return { kind: 'halted', state: customer.state, term };
    return term === undefined ? { kind: 'none' } : { kind: 'term', by: 'customer', term };
  }

  #fresh(key: ItemKey, atEpochMs: number): Entry | undefined {
    const name = nameOfItem(key);
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const freshMs = this.#isBehind(name, entry) ? undefined : this.#confirm(entry, atEpochMs);
    if (freshMs !== undefined && elapsedMs(this.#clock, entry.confirmedAt) <= freshMs)
      return this.#count(entry);
    const { failedAt } = entry;
    const isFailing = failedAt !== undefined && elapsedMs(this.#clock, failedAt) <= UNAVAILABLE_MS;
    return isFailing && this.#mayUse(entry) ? entry : undefined;
  }

  /**
   * Compares the record with the news of its plan. Returns the maximum age that the last confirmation of the record may
   * have, or undefined if the news has changed, so that the record may be outdated.
   */
  #confirm(entry: Entry, atEpochMs: number): number | undefined {
    const { item, askedAt, answers, freshMs } = entry;
    if (this.#plans === undefined || item === undefined || !isToldByPlan(item)) return freshMs;
    const plan = termAt(this.#parse(item), atEpochMs)?.plan;
    const news = plan === undefined ? undefined : this.#plans.newsOf(plan);
    if (plan === undefined || news === undefined) return freshMs;
    if (entry.news?.plan !== plan) {
      const isEarlier = news.answer <= answers || news.changedEpochMs < askedAt.wallMs - CLOCKS_MS;
      if (!isEarlier) return Math.min(freshMs, this.#plans.newsEveryMs);
      entry.news = { plan, mark: news.mark };
    }
    if (entry.news.mark !== news.mark) return undefined;
    if (elapsedMs(this.#clock, askedAt) > CONFIRMED_MS) return freshMs;
    const isNewer = elapsedMs(this.#clock, news.readAt) < elapsedMs(this.#clock, entry.confirmedAt);
    if (isNewer) entry.confirmedAt = news.readAt;
    return freshMs;
  }

  /** Records that the announcements have made a read unnecessary. */
  #count(entry: Entry): Entry {
    if (entry.news === undefined || elapsedMs(this.#clock, entry.countedAt) <= entry.freshMs) return entry;
    entry.countedAt = momentOf(this.#clock);
    this.#plans?.noteReads(entry.news.plan, 1);
    return entry;
  }

  #mayUse({ item, confirmedAt }: Entry): boolean {
    return item === undefined || elapsedMs(this.#clock, confirmedAt) <= this.#freshMs * STALE_FACTOR;
  }

  /**
   * Loads an item. Returns undefined if the table is unavailable and there is no known value that may still be used, or
   * if the value that was read was too old in each attempt.
   */
  async #load(key: ItemKey, atEpochMs: number): Promise<Entry | undefined> {
    const fresh = this.#fresh(key, atEpochMs);
    if (fresh !== undefined) return fresh;
    const name = nameOfItem(key);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const loading = this.#loading.get(name) ?? this.#ask(key, name);
      this.#loading.set(name, loading);
      const entry = await loading.finally(() => this.#loading.delete(name));
      // The entry may be old if the instance was frozen during the read. Then the table is read again.
      if (entry === undefined || entry.failedAt !== undefined || this.#fresh(key, atEpochMs) !== undefined)
        return entry;
    }
    return undefined;
  }

  async #ask(key: ItemKey, name: string): Promise<Entry | undefined> {
    const askedAt = momentOf(this.#clock);
    const announced = this.#announced.get(name) ?? 0;
    const answers = this.#plans?.answers ?? 0;
    const read = await this.#store.read(key, { consistent: true });
    const last = this.#entries.get(name);
    if (read.kind === 'unavailable') {
      if (last === undefined || !this.#mayUse(last)) return undefined;
      const kept = { ...last, failedAt: momentOf(this.#clock) };
      this.#entries.set(name, kept);
      return kept;
    }
    const { item } = read;
    const entry = {
      item,
      askedAt,
      failedAt: undefined,
      asOf: Math.max(announced, Number(item?.['ver'] ?? 0)),
      freshMs: this.#isSuspended(key, item) ? Math.min(SUSPENDED_FRESH_MS, this.#freshMs) : this.#freshMs,
      answers,
      news: undefined,
      confirmedAt: askedAt,
      countedAt: askedAt,
    };
    // Records that change often are read more often than without announcements. These additional reads are subtracted
    // from the reads that the announcements have made unnecessary.
    if (last?.news !== undefined && elapsedMs(this.#clock, last.countedAt) <= last.freshMs)
      this.#plans?.noteReads(last.news.plan, -1);
    // The entry is removed and added again at the end of the map, so that the entries read least recently come first
    // and are evicted first.
    this.#entries.delete(name);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= MAX_ENTRIES) this.#entries.delete(oldest);
    this.#entries.set(name, entry);
    return entry;
  }
}

function toAssigned(item: Item | undefined): Terms {
  const plan = item?.['plan'];
  if (typeof plan !== 'string') return { kind: 'none' };
  const at = item?.['at'];
  return {
    kind: 'term',
    by: 'key',
    term: { plan, fromEpochMs: typeof at === 'number' ? at : undefined },
  };
}
