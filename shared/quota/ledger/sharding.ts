/**
 * One process's work on a ledger with shards. The process uses one shard and refills it from the root. If the root is
 * empty, the process switches to another shard or collects units from several. A request is refused only if all shards
 * together have too few units. Only the root can be suspended or closed, so each process reads the root once per
 * `freshnessMs`.
 */
import { backOff } from '../../table/back-off.ts';
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import type { HolderPorts } from '../holding/holder-ports.ts';
import type { RefusalReason } from '../holding/holding.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import type { LeaseSize } from '../holding/lease-size.ts';
import { headKey, parseLedger } from './ledger.ts';
import type { LedgerId, LedgerState } from './ledger.ts';
import type { Period } from './period.ts';
import { MAX_SHARDS } from '../plan/plan.ts';
import type { QuotaLimit } from '../plan/plan.ts';
import { accountKey, growWrite, moveWrites, recallUnits, shardCountOf } from './shards.ts';
import type { Account } from './shards.ts';

type Supply =
  | 'supplied'
  /** All items of the ledger together have too few units. */
  | 'short'
  | 'halted'
  | 'absent'
  | 'unavailable';

const ATTEMPTS = 4;
/** Number of writes per second to an item above which another shard is added. DynamoDB accepts 1,000. */
const BUSY_WRITES_PER_SECOND = 600;
/**
 * The pause after the head or the root could not be read. During this pause, the process can still use the units that
 * it has.
 */
const RETRY_MS = 1000;
/** The pause after a throttled write until the number of shards is checked. */
const THROTTLED_MS = 1000;

export class Sharding {
  readonly #ledger: LedgerId;
  readonly #period: Period;
  readonly #at: HolderPorts;
  /** A random number of this process. Divided by the number of shards, its remainder selects the process's shard. */
  readonly #place: number;
  #shardSetting: QuotaLimit['shards'];
  #count = 1;
  #account: Account = 'root';
  #root: LedgerState | undefined;
  #lookedAt: Moment | undefined;
  #freshForMs = 0;
  #throttles = 0;
  #left = 0;

  constructor(ledger: LedgerId, period: Period, shards: QuotaLimit['shards'], at: HolderPorts) {
    this.#ledger = ledger;
    this.#period = period;
    this.#shardSetting = shards;
    this.#place = at.grantIds.place();
    this.#at = {
      ...at,
      store: {
        update: (write) => this.#noteThrottle(at.store.update(write)),
        transact: (writes) => at.store.transact(writes),
        read: (key, options) => at.store.read(key, options),
      },
    };
  }

  /** Ports for grants. They count throttled grants, which are a reason for more shards. */
  get ports(): HolderPorts {
    return this.#at;
  }

  get key(): ItemKey {
    return accountKey(this.#ledger, this.#period, this.#account);
  }

  /** Units that the root can still give to shards; 0 while the root grants units itself. */
  get reserve(): number {
    return this.#account === 'root' ? 0 : Math.max(0, this.#root?.remaining ?? 0);
  }

  get share(): number {
    return Math.ceil(this.reserve / (2 * this.#count));
  }

  /** Returns the number of units that all shards together had when they last had too few. */
  get left(): number {
    return this.#left;
  }

  adopt(shards: QuotaLimit['shards']): void {
    this.#shardSetting = shards;
  }

  isStale(): boolean {
    if (this.#lookedAt === undefined) return true;
    const ageMs = elapsedMs(this.#at.clock, this.#lookedAt);
    return ageMs > this.#freshForMs || (this.#throttles > 0 && ageMs > THROTTLED_MS);
  }

  view(item: Item, key: ItemKey): LedgerState {
    const own = parseLedger(item);
    const isRoot = key.pk === this.#rootKey().pk;
    if (isRoot) this.#root = own;
    const root = this.#root;
    if (root === undefined || isRoot) return own;
    const { suspended, closed, replaced, limit, alarmed } = root;
    const wasteBudget = Math.min(own.wasteBudget, this.#budget());
    return { ...own, suspended, closed, replaced, limit, alarmed, wasteBudget };
  }

  /**
   * Reads the ledger's head and its root item. Returns false if they cannot be read.
   * @param writesPerSecond the rate of writes to the item that grants units
   */
  async refresh(writesPerSecond: number): Promise<boolean> {
    const { store, clock, freshnessMs } = this.#at;
    const head = await store.read(headKey(this.#ledger));
    const root = await store.read(this.#rootKey());
    this.#lookedAt = momentOf(clock);
    this.#freshForMs = RETRY_MS;
    if (head.kind === 'unavailable' || root.kind === 'unavailable') return false;
    this.#freshForMs = freshnessMs;
    this.#move(shardCountOf(head.item));
    if (root.item !== undefined) this.#root = parseLedger(root.item);
    await this.#grow(writesPerSecond);
    if (this.#count > 1 && (this.#root?.remaining ?? 0) < 0)
      await recallUnits(store, this.#ledger, this.#period);
    return true;
  }

  get isReplaced(): boolean {
    return this.#root?.replaced === true;
  }

  /** Whether the root was suspended when it was last read. */
  get isSuspended(): boolean {
    return this.#root?.suspended === true;
  }

  /**
   * Moves units to the granting item after that item has refused a grant. For a lease, takes the units only from the
   * root. `smaller` means that there may be enough units for a smaller grant.
   * @param seen the granting item; undefined if it does not exist
   */
  async provide(
    { gate = 0, outstandingMax }: LeaseSize,
    seen: LedgerState | undefined,
  ): Promise<'again' | 'smaller' | RefusalReason> {
    const isHalted = seen?.suspended === true || seen?.closed === true;
    if (seen !== undefined && seen.remaining >= gate && !isHalted) return 'smaller';
    const isLease = outstandingMax !== undefined;
    switch (isLease ? await this.#fill(gate, seen) : await this.#supply(gate, seen)) {
      case 'supplied':
        return 'again';
      case 'short':
        return isLease ? 'smaller' : 'quota-exceeded';
      case 'halted':
        return this.isSuspended ? 'suspended' : 'quota-exceeded';
      case 'absent':
        // The root has expired, because the period ended long ago.
        return 'quota-exceeded';
      case 'unavailable':
        return 'unavailable';
    }
  }

  async #supply(need: number, seen: LedgerState | undefined): Promise<Supply> {
    const filled = await this.#fill(need, seen);
    return filled === 'short' ? this.#search(need) : filled;
  }

  /** Like `#supply`, but takes units from the root alone. */
  async #fill(need: number, seen: LedgerState | undefined): Promise<Supply> {
    if (this.#isHalted()) return 'halted';
    const lacking = need - (seen?.remaining ?? 0);
    let there = seen !== undefined;
    for (let attempt = 0; attempt < ATTEMPTS && this.reserve > 0; attempt += 1) {
      const units = Math.min(this.reserve, Math.max(lacking, this.share));
      const moved = await this.#send('root', this.#account, units, there);
      if (moved.kind === 'done') return 'supplied';
      if (moved.kind !== 'refused') continue;
      if (!moved.to) there = !there;
      if (moved.from === undefined) continue;
      if (moved.from.item === undefined) return 'absent';
      this.#root = parseLedger(moved.from.item);
      if (this.#isHalted()) return 'halted';
    }
    return this.reserve > 0 ? 'unavailable' : 'short';
  }

  async #search(need: number): Promise<Supply> {
    const { store } = this.#at;
    const before = this.#account;
    const head = await store.read(headKey(this.#ledger), { consistent: true });
    if (head.kind === 'unavailable') return 'unavailable';
    this.#move(shardCountOf(head.item));
    const root = await this.#read('root');
    if (root === 'unavailable') return 'unavailable';
    if (root === undefined) return 'absent';
    this.#root = root;
    if (this.#isHalted()) return 'halted';
    const remaining = new Map<number, number>();
    for (let shard = 0; shard < this.#shards(); shard += 1) {
      const read = await this.#read(shard);
      if (read === 'unavailable') return 'unavailable';
      if (read !== undefined) remaining.set(shard, read.remaining);
    }
    this.#left = [...remaining.values()].reduce((sum, units) => sum + units, root.remaining);
    if (this.#left < need) return 'short';
    if (this.#account !== before || this.reserve > 0) return 'supplied';
    return this.#gather(need, remaining);
  }

  async #gather(need: number, remaining: ReadonlyMap<number, number>): Promise<Supply> {
    const [enough] = [...remaining].find(([, units]) => units >= need) ?? [];
    if (enough !== undefined) {
      this.#account = enough;
      return 'supplied';
    }
    const home = this.#account;
    if (home === 'root') return 'supplied';
    let lacking = need - (remaining.get(home) ?? 0);
    for (const [shard, has] of remaining) {
      if (lacking <= 0) break;
      if (shard === home || has <= 0) continue;
      const units = Math.min(has, lacking);
      const moved = await this.#send(shard, home, units, remaining.has(home));
      if (moved.kind === 'done') lacking -= units;
    }
    return 'supplied';
  }

  async #send(from: Account, to: Account, units: number, isThere: boolean): Promise<Moved> {
    const { store } = this.#at;
    const where = { id: this.#ledger, period: this.#period, wasteBudget: this.#budget() };
    const outcome = await store.transact(moveWrites({ ...where, from, to, units, isThere }));
    switch (outcome.kind) {
      case 'unknown':
      case 'done':
        // If the response was lost, the next grant shows whether the move was applied. Even if the move is applied
        // twice, no units are lost; they are only in another item.
        if (from === 'root' && this.#root !== undefined)
          this.#root = { ...this.#root, remaining: this.#root.remaining - units };
        return { kind: 'done' };
      case 'refused': {
        const [source, target] = outcome.members;
        return {
          kind: 'refused',
          from: source?.holds === false ? { item: source.item } : undefined,
          to: target?.holds ?? true,
        };
      }
      case 'rejected':
        if (outcome.retryable) await backOff(this.#at, 0);
        return { kind: 'rejected' };
    }
  }

  async #read(account: Account): Promise<LedgerState | 'unavailable' | undefined> {
    const key = accountKey(this.#ledger, this.#period, account);
    const read = await this.#at.store.read(key, { consistent: true });
    if (read.kind === 'unavailable') return 'unavailable';
    return read.item === undefined ? undefined : parseLedger(read.item);
  }

  /** Notes the number of shards. If it has increased, the process's shard is selected again. */
  #move(count: number): void {
    if (count <= this.#count) return;
    this.#count = count;
    this.#account = this.#place % count;
  }

  async #grow(writesPerSecond: number): Promise<void> {
    const isBusy = this.#throttles > 0 || writesPerSecond > BUSY_WRITES_PER_SECOND;
    this.#throttles = 0;
    const doubled = isBusy ? this.#count * 2 : this.#count;
    const wanted = this.#shardSetting === 'auto' ? doubled : (this.#shardSetting ?? 1);
    const budget = this.#root?.wasteBudget ?? 0;
    if (wanted <= this.#count || wanted > MAX_SHARDS || wanted > budget) return;
    const outcome = await this.#at.store.update(growWrite(this.#ledger, wanted));
    if (outcome.kind === 'done') this.#move(wanted);
  }

  /** Returns each shard's share of the units that may be leased but not reported as used. */
  #budget(): number {
    return Math.floor((this.#root?.wasteBudget ?? 0) / this.#count);
  }

  #isHalted(): boolean {
    return this.#root?.suspended === true || this.#root?.closed === true;
  }

  #shards(): number {
    return this.#count > 1 ? this.#count : 0;
  }

  #rootKey(): ItemKey {
    return accountKey(this.#ledger, this.#period, 'root');
  }

  async #noteThrottle<T extends { readonly kind: string; readonly retryable?: boolean }>(
    answer: Promise<T>,
  ): Promise<T> {
    const outcome = await answer;
    if (outcome.kind === 'rejected' && outcome.retryable === true) this.#throttles += 1;
    return outcome;
  }
}

type Moved =
  | { readonly kind: 'done' | 'rejected' }
  | {
      readonly kind: 'refused';
      readonly from: { readonly item: Item | undefined } | undefined;
      readonly to: boolean;
    };
