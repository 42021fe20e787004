/** What a process holds of one limit: units to use at once, or the way to get more. */

export type RefusalReason = 'quota-exceeded' | 'rate-limited' | 'suspended' | 'unavailable';

export type Refusal = {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  /** Id of the limit that refuses. */
  readonly limit: string;
  /** Time until a request may be admitted; undefined = only its owner's action changes that. */
  readonly retryAfterMs: number | undefined;
};

export type Acquired =
  /** There is enough now; others may take it before the caller does. */
  | { readonly kind: 'acquired' }
  | Refusal
  /** The period has to be opened by a newer plan than this process knows. */
  | { readonly kind: 'plan-changed' }
  /** The period can no longer be opened; requests of it belong to the period that begins then. */
  | { readonly kind: 'moved'; readonly startEpochMs: number };

export const ACQUIRED: Acquired = { kind: 'acquired' };

/** A limit as headers and callers see it; never I/O, may be stale. */
export type LimitState = {
  readonly id: string;
  readonly kind: 'quota' | 'rate';
  /** Promised units per window. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Units known to be left; the server may have fewer by now. */
  readonly remaining: number;
  /** Until the period ends, or until the rate has refilled. */
  readonly resetSeconds: number;
  /** Start of the charged period; undefined for rates. */
  readonly periodStartEpochMs: number | undefined;
  /** The quota is used up, and this is served from its overage. */
  readonly overage: boolean;
};

/** Implemented per kind of limit. `isReady`, `take` and `refusal` are synchronous: a check and its take never part. */
export interface Holding {
  /** Of its limit. */
  readonly id: string;
  /** Smaller is asked first, so that a denied request acquires as little as possible elsewhere. */
  scarcity(): number;
  isReady(cost: number): boolean;
  /** A denial that is still fresh; saves the write that would say so again. */
  refusal(cost: number): Refusal | undefined;
  acquire(cost: number): Promise<Acquired>;
  /** Only in the same tick in which `isReady` held. */
  take(cost: number): void;
  /** Puts unused units back. False if they were reported used already. */
  refund(cost: number): boolean;
  /** Makes room without the store, within the bound of `onUnavailable`; the units stay owed. */
  borrow(cost: number, bound: number): boolean;
  /** Asks the store how it stands, without taking anything. */
  look(): Promise<void>;
  state(atEpochMs: number): LimitState;
}
