/**
 * One process's writes to one ledger item. Their numbers increase, and the item stores the last number, so no write
 * applies twice, even if repeated. Repeating a write whose response was lost shows whether it was applied.
 *
 * A write without a response, or a refused write that the network may repeat, can still be applied. It is remembered:
 * the next write is refused if a remembered write was applied, and the remembered write is undone first, since it
 * admitted no request.
 */
import type { AgeClock, ItemStore, Random, Timer } from '../../ports.ts';
import type { Item, ItemKey, ItemWrite, WriteOutcome } from '../../table/item-write.ts';
import type { GrantIds } from './grant.ts';
import type { Grant, Numbered } from './ledger.ts';
import { grantWrite, lastWriteOf, returnWrite, staleMarks, undoWrite } from './ledger.ts';

export type Sent =
  /** The write was applied once. */
  | { readonly kind: 'done'; readonly item: Item }
  /** The write was refused. `item` is the ledger at that time; undefined if there is none. */
  | { readonly kind: 'refused'; readonly item: Item | undefined; readonly storeEpochMs: number | undefined }
  /** The write was possibly not applied. It is remembered, and settled with the next write. */
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
  /** Whether the write needs no undoing. A return needs none, because its units were dropped before it was sent. */
  readonly stands: boolean;
  /** Called when the write can no longer be applied. */
  readonly onLost: () => void;
};

const ATTEMPTS = 3;
const ROUNDS = 4;
const BACK_OFF_MS = 20;
/** Maximum number of remembered writes that were refused and might be repeated by the network. */
const MAX_REMEMBERED = 32;

/** AWS refuses requests with an older signature, so no write is applied later than this. */
const MARK_MS = 15 * 60_000;
const MIN_STALE = 8;

type Stale = { readonly item: Item; readonly marks: readonly string[] };

export class OwnWrites {
  readonly #key: ItemKey;
  readonly #at: OwnWritePorts;
  /**
   * Remembered writes in ascending order. At most one of them can have been applied, since each was to be refused if an
   * earlier one had been applied.
   */
  #abandoned: readonly AbandonedWrite[] = [];
  #stale: Stale | undefined;
  /** The applied write that is to be undone, and the numbers of the attempts. */
  #landed: { readonly of: AbandonedWrite; readonly attempts: number[] } | undefined;

  constructor(key: ItemKey, at: OwnWritePorts) {
    this.#key = key;
    this.#at = at;
  }

  /** Whether it is unknown if a write without a response was applied. */
  get isUnsure(): boolean {
    return this.#abandoned.length > 0 || this.#landed !== undefined;
  }

  grant(grant: Grant): Promise<Sent> {
    const stale = this.#stale;
    this.#stale = undefined;
    const print = (by: Numbered): ItemWrite => sweep(grantWrite(this.#key, grant, by), stale);
    return this.#send(print, false, () => undefined);
  }

  /** Marks of ended processes are removed with the next grant, because each mark costs 20 bytes. */
  note(item: Item): void {
    const marks = staleMarks(item, this.#at.clock.nowEpochMs() - MARK_MS);
    this.#stale = marks.length < MIN_STALE ? undefined : { item, marks: marks.slice(0, MIN_STALE) };
  }

  /** @param onLost called, perhaps much later, when it is known that the write was never applied */
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

  /** Repeats the same write until it gets a response. The write applies only once. */
  async #attempt(write: ItemWrite): Promise<{ readonly outcome: WriteOutcome; readonly mayLand: boolean }> {
    const { store, timer, random } = this.#at;
    let mayLand = false;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await store.update(write);
      if (outcome.kind === 'done' || outcome.kind === 'refused') return { outcome, mayLand };
      mayLand ||= outcome.kind === 'unknown';
      if (attempt === ATTEMPTS || (outcome.kind === 'rejected' && !outcome.retryable))
        return { outcome, mayLand };
      if (outcome.kind === 'rejected')
        await timer.pause(BACK_OFF_MS * 2 ** (attempt - 1) * (0.5 + random.fraction()));
    }
  }

  /** Returns false if it is unknown whether the undo was applied. */
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
    // The first refused write is dropped, because a refused write can be applied only if the network repeats it.
    const first = Math.max(
      0,
      all.findIndex(({ mayLand }) => !mayLand),
    );
    this.#abandoned = all.length > MAX_REMEMBERED ? all.toSpliced(first, 1) : all;
  }

  /** All remembered writes except the applied one are lost, because they are refused from now on. */
  #forget(landed?: AbandonedWrite): void {
    const others = this.#abandoned.filter((abandoned) => abandoned !== landed);
    this.#abandoned = [];
    if (landed !== undefined && !landed.stands) this.#landed = { of: landed, attempts: [] };
    for (const { onLost } of others) onLost();
  }
}

/**
 * Removes marks only if their holders have not written meanwhile, because a mark that changes belongs to a living
 * process.
 */
function sweep(write: ItemWrite, stale: Stale | undefined): ItemWrite {
  if (stale === undefined || write.change.kind !== 'update') return write;
  const unchanged = stale.marks.map(
    (attribute) => ({ attribute, is: 'equal', value: stale.item[attribute] ?? 0 }) as const,
  );
  return { ...write, when: [...write.when, ...unchanged], change: { ...write.change, remove: stale.marks } };
}
