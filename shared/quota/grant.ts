/** Sends one grant until it is known whether it landed, or gives it up for lost. */
import type { ItemStore, Random, Timer } from '../ports.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import type { LeaseSize } from './lease-size.ts';
import { grantWrite, hasLanded, SLOTS } from './ledger.ts';

export type GrantSent =
  /** Proof that it was applied at least once. */
  | {
      readonly kind: 'granted';
      readonly item: Item;
      readonly grantId: string;
      readonly slot: number;
      readonly unsent: number;
    }
  /** The ledger as it was when it refused; undefined = there is none. */
  | {
      readonly kind: 'refused';
      readonly item: Item | undefined;
      readonly storeEpochMs: number | undefined;
      readonly unsent: number;
    }
  /** It may land yet; its units are forgotten, since nothing can ever prove that nobody has them. */
  | { readonly kind: 'unavailable'; readonly unsent: number };

/** What may be returned of, and reported under: the holder's last grant, on the item that it came from. */
export type LastGrant = {
  readonly grantId: string;
  readonly slot: number;
  readonly units: number;
  readonly key: ItemKey;
};

export type GrantPorts = {
  readonly store: ItemStore;
  readonly random: Random;
  readonly timer: Timer;
  readonly grantIds: GrantIds;
};

const ATTEMPTS = 3;
const BACK_OFF_MS = 20;
const HOLDER_DIGITS = 16;

/** Names this process's grants and claims. Made at its first use and never at init: a snapshot of an instance is many instances. */
export class GrantIds {
  readonly #random: Random;
  #holder: string | undefined;
  #sequence = 0;
  #claims = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): { readonly grantId: string; readonly slot: number } {
    const holder = this.#name();
    this.#sequence += 1;
    const slot = Number.parseInt(holder.charAt(0), 16) % SLOTS;
    return { grantId: `${holder}.${this.#sequence.toString(36)}`, slot };
  }

  /** Hex digits: of a request that holds a permit. */
  nextClaim(): string {
    this.#claims += 1;
    return `${this.#name()}${this.#claims.toString(16)}`;
  }

  /** 0 to 255, independent of the slot: which of several items this process works on. */
  place(): number {
    return Number.parseInt(this.#name().slice(1, 3), 16);
  }

  #name(): string {
    return (this.#holder ??= this.#random.hex(HOLDER_DIGITS));
  }
}

/**
 * Debits `size.units`, and reports `report` units as used.
 * `unsent` is what of the report was certainly not applied: the report is on the wire at most once, since applied
 * twice it would bill too much and loosen the bound on waste.
 */
export async function sendGrant(
  key: ItemKey,
  size: LeaseSize,
  report: number,
  at: GrantPorts,
): Promise<GrantSent> {
  // A fresh id per size: a late copy of another size under the same id would prove units that were never debited.
  const { grantId, slot } = at.grantIds.next();
  let unsent = report;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const reporting = attempt === 0 ? unsent : 0;
    unsent -= reporting;
    const outcome = await at.store.update(grantWrite(key, { ...size, grantId, slot, report: reporting }));
    switch (outcome.kind) {
      case 'done':
        return { kind: 'granted', item: outcome.item, grantId, slot, unsent };
      case 'refused':
        if (outcome.item !== undefined && hasLanded(outcome.item, { grantId, slot }))
          return { kind: 'granted', item: outcome.item, grantId, slot, unsent };
        return { ...outcome, unsent: unsent + reporting };
      case 'unknown':
        break;
      case 'rejected':
        unsent += reporting;
        if (!outcome.retryable) return { kind: 'unavailable', unsent };
        await at.timer.pause(BACK_OFF_MS * 2 ** attempt * (0.5 + at.random.fraction()));
    }
  }
  return { kind: 'unavailable', unsent };
}
