import type { AgeClock, ItemStore, Random, Timer } from '../../ports.ts';
import type { Debts } from '../ledger/debts.ts';
import type { GrantIds } from '../ledger/grant.ts';
import type { RefusalReason } from './holding.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import type { Period } from '../ledger/period.ts';

export type HolderPorts = {
  readonly store: ItemStore;
  readonly clock: AgeClock;
  readonly random: Random;
  readonly timer: Timer;
  readonly grantIds: GrantIds;
  readonly debts: Debts;
  readonly denyCacheMs: number;
  readonly freshnessMs: number;
  readonly observe: (event: QuotaEvent) => void;
};

export type QuotaEvent =
  | { readonly kind: 'granted'; readonly limit: string; readonly units: number; readonly leased: boolean }
  | { readonly kind: 'refused'; readonly limit: string; readonly reason: RefusalReason }
  | { readonly kind: 'returned' | 'wasted'; readonly limit: string; readonly units: number }
  /**
   * A threshold was crossed. Only one holder emits this event per threshold and period.
   */
  | { readonly kind: 'alarm'; readonly id: LedgerId; readonly period: Period; readonly percent: number }
  /** `outcome` is the kind of the store's response. `throttled` means too many writes, usually to one item. */
  | { readonly kind: 'store'; readonly purpose: string; readonly outcome: string; readonly elapsedMs: number }
  | { readonly kind: 'clock-off'; readonly byMs: number }
  /**
   * The table contains a different plan with the same version. The table's plan is used, because a changed plan needs a
   * higher version.
   */
  | { readonly kind: 'plan-ignored'; readonly plan: string; readonly version: number };
