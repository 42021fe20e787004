/**
 * One process's writes to one ledger item. The writes are numbered, and the item stores the last number, so no write
 * applies twice, even if it is repeated. Repeating a write whose response was lost shows whether it was applied.
 *
 * A write without a response may still be applied later. So may a refused write, if the network repeats it. Such a
 * write is remembered. If it turns out to be applied, the next write is refused, and the remembered write is undone
 * first, since no request was admitted for it.
 */
import { backOff } from '../../table/back-off.ts';
import type { AgeClock, ItemStore, Random, Timer } from '../../ports.ts';
import type { Item, ItemKey, ItemWrite, WriteOutcome } from '../../table/item-write.ts';
import type { GrantIds } from './grant.ts';
import type { Grant, Numbered } from './ledger.ts';
import { grantWrite, lastWriteOf, returnWrite, staleMarks, undoWrite } from './ledger.ts';

export type Sent =
  /** The write was applied once. */
  | { readonly kind: 'done'; readonly item: Item }
  /** The write was refused. `item` is the ledger at the time of the refusal; undefined if there is none. */
  | { readonly kind: 'refused'; readonly item: Item | undefined; readonly storeEpochMs: number | undefined }
  /** The write was not confirmed. If it may still be applied, it is remembered, and the next write settles it. */
  | { readonly kind: 'unavailable' };

type OwnWritePorts = {
  readonly store: Pick<ItemStore, 'update'>;
  readonly random: Random;
  readonly timer: Timer;
  readonly clock: AgeClock;
  readonly grantIds: GrantIds;
};

type AbandonedWrite = {
  readonly write: ItemWrite;
  readonly sequence: number;
  /** Whether the write got no response, so that it may still be applied. */
  readonly mayLand: boolean;
  /**
   * Whether the write may stay applied and need not be undone. This is true for a return of units, because the process
   * drops these units before it sends the write.
   */
  readonly stands: boolean;
  /** Called when the write can no longer be applied. */
  readonly onLost: () => void;
};

const ATTEMPTS = 3;
const ROUNDS = 4;
/** Maximum number of remembered writes that were refused and may be repeated by the network. */
const MAX_REMEMBERED = 32;

/** Maximum time after which a write may still be applied. AWS refuses a request with an older signature. */
const MARK_MS = 15 * 60_000;
const MIN_STALE = 8;

type Stale = { readonly item: Item; readonly marks: readonly string[] };

export class OwnWrites {
  readonly #key: ItemKey;
  readonly #at: OwnWritePorts;
  /**
   * Remembered writes in ascending order. At most one of them can have been applied, because each would have been
   * refused if an earlier one had been applied.
   */
  #abandoned: readonly AbandonedWrite[] = [];
  #stale: Stale | undefined;
  /** The remembered write that was applied and has to be undone, with the numbers of its attempts. */
  #landed: { readonly of: AbandonedWrite; readonly attempts: number[] } | undefined;

  constructor(key: ItemKey, at: OwnWritePorts) {
    this.#key = key;
    this.#at = at;
  }

  /** Whether an earlier write may still be applied, or was applied and has to be undone. */
  get isUnsure(): boolean {
    return this.#abandoned.length > 0 || this.#landed !== undefined;
  }

  grant(grant: Grant): Promise<Sent> {
    const stale = this.#stale;
    this.#stale = undefined;
    const print = (by: Numbered): ItemWrite => sweep(grantWrite(this.#key, grant, by), stale);
    return this.#send(print, false, () => undefined);
  }

  /**
   * Finds the marks of ended processes in the item. They are removed with the next grant, because each mark takes 20
   * bytes.
   */
  note(item: Item): void {
    const marks = staleMarks(item, this.#at.clock.nowEpochMs() - MARK_MS);
    this.#stale = marks.length < MIN_STALE ? undefined : { item, marks: marks.slice(0, MIN_STALE) };
  }

  /**
   * Gives units back to the ledger.
   * @param onLost called, perhaps much later, when it is certain that the write was never applied
   */
  release(back: { readonly units: number; readonly report: number }, onLost: () => void): Promise<Sent> {
    return this.#send((by) => returnWrite(this.#key, back, by), true, onLost);
  }

  async #send(print: (by: Numbered) => ItemWrite, stands: boolean, onLost: () => void): Promise<Sent> {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (!(await this.#undo())) break;
      const by = this.#at.grantIds.next();
      const write = print({ ...by, fence: this.#abandoned[0]?.sequence ?? by.sequence });
      const { outcome, mayLand } = await this.#attempt(write);
      const last = 'item' in outcome ? lastWriteOf(outcome.item, by.holder) : 0;
      if (outcome.kind === 'done' || last === by.sequence) {
        this.#forget();
        return { kind: 'done', item: ('item' in outcome ? outcome.item : undefined) ?? {} };
      }
      const abandoned = { write, sequence: by.sequence, mayLand, stands, onLost };
      if (outcome.kind !== 'refused') {
        if (mayLand) this.#remember(abandoned);
        else onLost();
        return { kind: 'unavailable' };
      }
      const landed = this.#abandoned.find(({ sequence }) => sequence === last);
      if (landed === undefined) {
        this.#remember({ ...abandoned, onLost: () => undefined });
        return { kind: 'refused', item: outcome.item, storeEpochMs: outcome.storeEpochMs };
      }
      this.#forget(landed);
    }
    onLost();
    return { kind: 'unavailable' };
  }

  /** Sends a write, and repeats it until it gets a response. The write applies only once. */
  async #attempt(write: ItemWrite): Promise<{ readonly outcome: WriteOutcome; readonly mayLand: boolean }> {
    const { store } = this.#at;
    let mayLand = false;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await store.update(write);
      if (outcome.kind === 'done' || outcome.kind === 'refused') return { outcome, mayLand };
      mayLand ||= outcome.kind === 'unknown';
      if (attempt === ATTEMPTS || (outcome.kind === 'rejected' && !outcome.retryable))
        return { outcome, mayLand };
      if (outcome.kind === 'rejected') await backOff(this.#at, attempt - 1);
    }
  }

  /** Undoes the applied write. Returns false if it is unknown whether the undo was applied. */
  async #undo(): Promise<boolean> {
    const landed = this.#landed;
    if (landed === undefined) return true;
    const by = this.#at.grantIds.next();
    landed.attempts.push(by.sequence);
    const { outcome } = await this.#attempt(undoWrite(this.#key, landed.of.write, landed.of.sequence, by));
    const isOver =
      outcome.kind === 'done' ||
      (outcome.kind === 'refused' &&
        (outcome.item === undefined || landed.attempts.includes(lastWriteOf(outcome.item, by.holder))));
    if (isOver) this.#landed = undefined;
    return isOver;
  }

  #remember(abandoned: AbandonedWrite): void {
    const all = [...this.#abandoned, abandoned];
    // The oldest refused write is dropped. It is the least risky one to forget, because a refused write is applied only
    // if the network repeats it.
    const first = Math.max(
      0,
      all.findIndex(({ mayLand }) => !mayLand),
    );
    this.#abandoned = all.length > MAX_REMEMBERED ? all.toSpliced(first, 1) : all;
  }

  /**
   * Forgets the remembered writes. Except for the applied one, they are lost, because the store refuses them from now
   * on.
   */
  #forget(landed?: AbandonedWrite): void {
    const others = this.#abandoned.filter((abandoned) => abandoned !== landed);
    this.#abandoned = [];
    if (landed !== undefined && !landed.stands) this.#landed = { of: landed, attempts: [] };
    for (const { onLost } of others) onLost();
  }
}

/**
 * Adds the removal of marks to a write. A mark is removed only if it has not changed, because a mark that changes
 * belongs to a living process.
 */
function sweep(write: ItemWrite, stale: Stale | undefined): ItemWrite {
  if (stale === undefined || write.change.kind !== 'update') return write;
  const unchanged = stale.marks.map(
    (attribute) => ({ attribute, is: 'equal', value: stale.item[attribute] ?? 0 }) as const,
  );
  return { ...write, when: [...write.when, ...unchanged], change: { ...write.change, remove: stale.marks } };
}
