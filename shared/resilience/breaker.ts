/**
 * A circuit breaker whose state instances share in a table. If there is no table or the table cannot be reached, the
 * instance's own breaker decides.
 *
 * There is no timer. A call reads the shared state if the last read is older than a second. A failure of the table is
 * counted and never thrown. Each failure doubles the pause until the next read, up to 16 s.
 */
import { elapsedMs, momentOf } from '../quota/age.ts';
import type { Moment } from '../quota/age.ts';
import type { AgeClock, ItemStore, Random } from '../ports.ts';
import type { Item, ItemKey, ItemWrite, ReadOutcome, WriteOutcome } from '../table/item-write.ts';
import {
  beginWrite,
  closeWrite,
  expireWrite,
  isSilent,
  openWrite,
  parseBreaker,
  PROBE_START_MS,
  stampWrite,
  succeedWrite,
  takeWrite,
} from './breaker-item.ts';
import type { ProbeRequest, SharedState } from './breaker-item.ts';
import { LocalBreaker } from './local-breaker.ts';
import type { BreakerRules, LocalPass } from './local-breaker.ts';
import type { ResilienceEvent } from './resilience-event.ts';

export type BreakerPorts = {
  readonly clock: AgeClock;
  readonly random: Random;
  readonly observe: (event: ResilienceEvent) => void;
  /** The table item with the shared state. Without it, each instance has its own state. */
  readonly shared?: { readonly store: ItemStore; readonly key: ItemKey };
};

export type Admission =
  | {
      readonly kind: 'admitted';
      /** Whether the table or this instance's own breaker decided. */
      readonly by: 'table' | 'instance';
      readonly isProbe: boolean;
      /** The generation of the shared state by which the call was admitted. */
      readonly generation: number;
      /** Must be called once, when the call has ended. It never throws. */
      readonly settle: (outcome: CallOutcome) => Promise<void>;
    }
  | { readonly kind: 'refused'; readonly by: 'table' | 'instance' };

/**
 * The outcome of a call. `ignored` means that the call says nothing about the backend, for example because the caller
 * aborted it. A probe with this outcome counts as failed.
 */
export type CallOutcome = 'succeeded' | 'failed' | 'ignored';

type View = {
  readonly shared: SharedState;
  readonly tableEpochMs: number;
  /** The time at which the request that returned this state was sent. */
  readonly sentAt: Moment;
};

const FRESH_MS = 1000;
const LONGEST_WAIT_MS = 16_000;
const REFUSED_BY_TABLE: Admission = { kind: 'refused', by: 'table' };
const ID_DIGITS = 12;

export class Breaker {
  readonly #name: string;
  readonly #rules: BreakerRules;
  readonly #ports: BreakerPorts;
  readonly #local: LocalBreaker;
  #view: View | undefined;
  #reading: Promise<void> | undefined;
  #readAt: Moment | undefined;
  /** Set after the table did not respond. The table is not called until `ms` have passed since `since`. */
  #wait: { readonly since: Moment; readonly ms: number } | undefined;

  constructor(name: string, rules: BreakerRules, ports: BreakerPorts) {
    this.#name = name;
    this.#rules = rules;
    this.#ports = ports;
    this.#local = new LocalBreaker(rules, ports.clock);
  }

  /**
   * Decides whether a call may be made.
   * @throws only DomainError CONFIG_INVALID, when a package that the table needs is not installed
   */
  async admit(): Promise<Admission> {
    const view = await this.#look();
    const admission = view === undefined ? this.#admitAlone() : await this.#follow(view);
    if (admission.kind === 'refused') this.#ports.observe({ kind: 'refused', breaker: this.#name });
    else if (admission.isProbe) this.#ports.observe({ kind: 'probe', breaker: this.#name });
    return admission;
  }

  #admitAlone(): Admission {
    const pass = this.#local.admit();
    if (pass === undefined) return { kind: 'refused', by: 'instance' };
    const { isProbe, generation } = pass;
    return {
      kind: 'admitted',
      by: 'instance',
      isProbe,
      generation,
      settle: (outcome) => this.#settle(pass, outcome),
    };
  }

  async #follow({ shared, tableEpochMs }: View): Promise<Admission> {
    switch (shared.state) {
      case 'closed':
        return await this.#followClosed(shared);
      case 'open':
        this.#local.followOpen(shared.generation);
        if (shared.openUntilEpochMs === undefined) await this.#stamp();
        else if (shared.openUntilEpochMs <= tableEpochMs)
          return await this.#probe(tableEpochMs, shared.generation + 1, (key, probe) =>
            beginWrite(key, shared.generation, probe),
          );
        return REFUSED_BY_TABLE;
      case 'half-open':
        this.#local.followOpen(shared.generation);
        if (shared.succeeded >= this.#rules.probes) await this.#close(shared);
        else if (isSilent(shared, tableEpochMs)) await this.#reopen(shared, 'probe-silent');
        else if (shared.taken < this.#rules.probes)
          return await this.#probe(tableEpochMs, shared.generation, (key, probe) =>
            takeWrite(key, shared.generation, probe, this.#rules.probes),
          );
        return REFUSED_BY_TABLE;
    }
  }

  async #followClosed({ generation }: SharedState): Promise<Admission> {
    this.#local.followClosed(generation);
    if (this.#local.state !== 'closed') {
      // This instance's breaker opened while the table could not be reached, or the write was lost, so the shared
      // breaker is opened now.
      await this.#open(generation);
      return REFUSED_BY_TABLE;
    }
    const pass = this.#local.passOf(generation);
    return {
      kind: 'admitted',
      by: 'table',
      isProbe: false,
      generation,
      settle: (outcome) => this.#settle(pass, outcome),
    };
  }

  async #probe(
    tableEpochMs: number,
    generation: number,
    write: (key: ItemKey, probe: ProbeRequest) => ItemWrite,
  ): Promise<Admission> {
    const id = this.#ports.random.hex(ID_DIGITS);
    const sentAt = momentOf(this.#ports.clock);
    const request = { id, tableEpochMs, reportMs: this.#rules.reportMs };
    if (!(await this.#write((key) => write(key, request)))) return REFUSED_BY_TABLE;
    // The process may have been frozen. It would start its probe long after the breaker has changed, so the call is
    // refused.
    if (elapsedMs(this.#ports.clock, sentAt) > PROBE_START_MS) return REFUSED_BY_TABLE;
    return {
      kind: 'admitted',
      by: 'table',
      isProbe: true,
      generation,
      settle: (outcome) => this.#settleProbe(generation, id, outcome),
    };
  }

  async #settle(pass: LocalPass, outcome: CallOutcome): Promise<void> {
    if (outcome === 'ignored' && !pass.isProbe) return;
    const changed = this.#local.settle(pass, outcome !== 'succeeded');
    if (changed === undefined) return;
    const seen = this.#view?.shared;
    // A state that was read earlier is good enough, because the write is applied only in the same generation.
    if (changed === 'open' && seen?.state === 'closed' && seen.generation === pass.generation)
      await this.#open(pass.generation);
    else this.#ports.observe({ kind: 'changed', breaker: this.#name, state: changed, by: 'instance' });
  }

  async #settleProbe(generation: number, id: string, outcome: CallOutcome): Promise<void> {
    const isSuccess = outcome === 'succeeded';
    if (isSuccess && !(await this.#write((key) => succeedWrite(key, generation, id)))) return;
    const seen = this.#view;
    if (!isSuccess) await this.#reopen({ generation }, 'probe-failed');
    else if (seen !== undefined && seen.shared.succeeded >= this.#rules.probes)
      await this.#close(seen.shared);
  }

  async #open(generation: number): Promise<void> {
    const change = { why: 'calls-failed', tableEpochMs: this.#view?.tableEpochMs ?? 0 } as const;
    if (!(await this.#write((key) => openWrite(key, generation, change)))) return;
    this.#local.followOpen(generation + 1);
    this.#noteChange('open');
    await this.#stamp();
  }

  async #reopen(
    seen: Pick<SharedState, 'generation'> | SharedState,
    why: 'probe-failed' | 'probe-silent',
  ): Promise<void> {
    const tableEpochMs = this.#view?.tableEpochMs ?? 0;
    const isWritten = await this.#write((key) =>
      'state' in seen
        ? expireWrite(key, seen, tableEpochMs)
        : openWrite(key, seen.generation, { why, tableEpochMs }),
    );
    if (!isWritten) return;
    this.#noteChange('open');
    await this.#stamp();
  }

  async #close({ generation }: SharedState): Promise<void> {
    const change = { probes: this.#rules.probes, tableEpochMs: this.#view?.tableEpochMs ?? 0 };
    if (await this.#write((key) => closeWrite(key, generation, change))) this.#noteChange('closed');
  }

  /** Sets `openUntil`, computed from the last response that shows the breaker open. */
  async #stamp(): Promise<void> {
    const view = this.#view;
    if (view?.shared.state !== 'open' || view.shared.openUntilEpochMs !== undefined) return;
    const { tableEpochMs, shared } = view;
    await this.#write((key) =>
      stampWrite(key, shared.generation, { tableEpochMs, openMs: this.#rules.openMs }),
    );
  }

  #noteChange(state: 'open' | 'closed'): void {
    this.#ports.observe({ kind: 'changed', breaker: this.#name, state, by: 'table' });
  }

  /** Returns the shared state as last read, at most a second old, or undefined if the state is unknown. */
  async #look(): Promise<View | undefined> {
    const { shared, clock } = this.#ports;
    if (shared === undefined) return undefined;
    if (this.#view === undefined || !this.#isFresh(this.#view)) {
      if (this.#reading === undefined && this.#isWaiting(clock)) return undefined;
      this.#reading ??= this.#read(shared.store, shared.key).finally(() => (this.#reading = undefined));
      await this.#reading;
    }
    // The state is old if the process was frozen while it was read.
    return this.#view !== undefined && this.#isFresh(this.#view) ? this.#view : undefined;
  }

  #isWaiting(clock: AgeClock): boolean {
    const hasJustRead = this.#readAt !== undefined && elapsedMs(clock, this.#readAt) <= FRESH_MS;
    // If only the wall clock says that the view is old, the wall clock was set. The table then has to be read again.
    const isAgedByWall =
      this.#view !== undefined && clock.monotonicMs() - this.#view.sentAt.monotonicMs <= FRESH_MS;
    if (hasJustRead && !isAgedByWall) return true;
    return this.#wait !== undefined && elapsedMs(clock, this.#wait.since) <= this.#wait.ms;
  }

  #isFresh({ sentAt }: View): boolean {
    return elapsedMs(this.#ports.clock, sentAt) <= FRESH_MS;
  }

  async #read(store: ItemStore, key: ItemKey): Promise<void> {
    const sentAt = momentOf(this.#ports.clock);
    this.#readAt = sentAt;
    const outcome = await store.read(key, { consistent: true });
    if (outcome.kind === 'done') this.#note(sentAt, outcome.item, outcome.storeEpochMs);
    else this.#noteFailure(sentAt, outcome);
  }

  /**
   * Sends a write to the shared state.
   * @returns whether the write was applied, as far as the response shows
   */
  async #write(write: (key: ItemKey) => ItemWrite): Promise<boolean> {
    const { shared, clock } = this.#ports;
    if (shared === undefined) return false;
    const sentAt = momentOf(clock);
    const outcome = await shared.store.update(write(shared.key));
    if (outcome.kind === 'done' || outcome.kind === 'refused')
      this.#note(sentAt, outcome.item, outcome.storeEpochMs);
    else this.#noteFailure(sentAt, outcome);
    return outcome.kind === 'done';
  }

  #note(sentAt: Moment, item: Item | undefined, tableEpochMs: number | undefined): void {
    if (tableEpochMs === undefined) {
      this.#noteFailure(sentAt, { kind: 'unavailable', reason: "the table's response has no Date header" });
      return;
    }
    this.#wait = undefined;
    this.#view = { shared: parseBreaker(item), tableEpochMs, sentAt };
  }

  #noteFailure(since: Moment, outcome: ReadOutcome | WriteOutcome): void {
    const ms = Math.min(LONGEST_WAIT_MS, 2 * (this.#wait?.ms ?? FRESH_MS / 2));
    this.#wait = { since, ms };
    this.#view = undefined;
    const reason = 'reason' in outcome ? outcome.reason : outcome.kind;
    this.#ports.observe({ kind: 'table-unavailable', breaker: this.#name, reason });
  }
}
