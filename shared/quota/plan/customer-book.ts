/**
 * A process's cache of customers' records and of the plans assigned to keys. Requests, access logs, administration and
 * invoices all use it to determine which plan is in force.
 */
import type { AgeClock, ItemStore } from '../../ports.ts';
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import { customerKey, parseCustomer, termAt } from './customer.ts';
import type { Customer, Term } from './customer.ts';
import { assignedKey } from '../ledger/line.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';

/** The terms for a tenant's requests with one of its keys. */
export type Terms =
  /** A plan is on record. It is in force, whatever plan the caller names. */
  | {
      readonly kind: 'term';
      readonly by: 'customer' | 'key';
      readonly term: Omit<Term, 'fromEpochMs'> & {
        /**
         * The time from which the plan is in force. Undefined if the plan was assigned before such times were stored;
         * it then applies from the next period on.
         */
        readonly fromEpochMs: number | undefined;
      };
    }
  /** The customer is suspended or closed, so no request is admitted. */
  | { readonly kind: 'halted'; readonly state: 'suspended' | 'closed'; readonly term: Term | undefined }
  /** No plan is on record, so the plan that the caller names is in force. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable' };

type Entry = {
  readonly item: Item | undefined;
  /** The time when the read of the item was started. The stored item may have changed since then. */
  readonly askedAt: Moment;
  /** The time when a later read failed. Undefined if none has failed. */
  readonly failedAt: Moment | undefined;
};

const FRESH_MS = 40_000;
/**
 * Factor by which records may be older than usual while the table does not respond. Including the clock margin, a
 * change takes effect within a minute.
 */
const STALE_FACTOR = 1.25;
/** Minimum time between two calls to a table that does not respond. */
const UNAVAILABLE_MS = 1000;
const MAX_ENTRIES = 10_000;
const ATTEMPTS = 2;

export class CustomerBook {
  readonly #store: Pick<ItemStore, 'read'>;
  readonly #clock: AgeClock;
  readonly #freshMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Promise<Entry | undefined>>();
  /** Parsed customers; an item is parsed once per read. */
  readonly #customers = new WeakMap<Item, Customer>();

  constructor(store: Pick<ItemStore, 'read'>, clock: AgeClock, freshMs = FRESH_MS) {
    this.#store = store;
    this.#clock = clock;
    this.#freshMs = freshMs;
  }

  /**
   * Returns the terms if both the customer and the key were read recently. It is synchronous, because every request
   * calls it.
   * @throws the errors of `read`
   */
  peek(tenant: string, key: string | undefined, atEpochMs: number): Terms | undefined {
    const customer = this.#fresh(customerKey(tenant));
    if (customer === undefined) return undefined;
    if (customer.item !== undefined) return this.#termsOf(customer.item, atEpochMs);
    const assigned = key === undefined ? { item: undefined } : this.#fresh(assignedKey(tenant, key));
    return assigned && toAssigned(assigned.item);
  }

  /**
   * Reads the terms. While the table is out of reach, a tenant that had no record is still treated as not on record,
   * and a known record is used for a limited time.
   * @throws DomainError STORE_UNAVAILABLE for an item that is not a customer
   */
  async read(tenant: string, key: string | undefined, atEpochMs: number): Promise<Terms> {
    const customer = await this.#load(customerKey(tenant));
    if (customer === undefined) return { kind: 'unavailable' };
    if (customer.item !== undefined) return this.#termsOf(customer.item, atEpochMs);
    if (key === undefined) return { kind: 'none' };
    const assigned = await this.#load(assignedKey(tenant, key));
    return assigned === undefined ? { kind: 'unavailable' } : toAssigned(assigned.item);
  }

  #termsOf(item: Item, atEpochMs: number): Terms {
    const customer = this.#customers.get(item) ?? parseCustomer(item);
    this.#customers.set(item, customer);
    const term = termAt(customer, atEpochMs);
    if (customer.state !== 'active') return { kind: 'halted', state: customer.state, term };
    return term === undefined ? { kind: 'none' } : { kind: 'term', by: 'customer', term };
  }

  #fresh(key: ItemKey): Entry | undefined {
    const entry = this.#entries.get(nameOf(key));
    if (entry === undefined) return undefined;
    const { askedAt, failedAt } = entry;
    const ageMs = elapsedMs(this.#clock, askedAt);
    if (ageMs <= this.#freshMs) return entry;
    const isFailing = failedAt !== undefined && elapsedMs(this.#clock, failedAt) <= UNAVAILABLE_MS;
    return isFailing && this.#mayUse(entry) ? entry : undefined;
  }

  #mayUse({ item, askedAt }: Entry): boolean {
    return item === undefined || elapsedMs(this.#clock, askedAt) <= this.#freshMs * STALE_FACTOR;
  }

  /** Loads an item. Returns undefined if the table does not respond and the known value is too old. */
  async #load(key: ItemKey): Promise<Entry | undefined> {
    const fresh = this.#fresh(key);
    if (fresh !== undefined) return fresh;
    const name = nameOf(key);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const loading = this.#loading.get(name) ?? this.#ask(key, name);
      this.#loading.set(name, loading);
      const entry = await loading.finally(() => this.#loading.delete(name));
      // The entry may be old if the instance was frozen during the read. Then the table is read again.
      if (entry === undefined || entry.failedAt !== undefined || this.#fresh(key) !== undefined) return entry;
    }
    return undefined;
  }

  async #ask(key: ItemKey, name: string): Promise<Entry | undefined> {
    const askedAt = momentOf(this.#clock);
    const read = await this.#store.read(key, { consistent: true });
    const last = this.#entries.get(name);
    if (read.kind === 'unavailable') {
      if (last === undefined || !this.#mayUse(last)) return undefined;
      const kept = { ...last, failedAt: momentOf(this.#clock) };
      this.#entries.set(name, kept);
      return kept;
    }
    const entry = { item: read.item, askedAt, failedAt: undefined };
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

function nameOf({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}
