/**
 * The circuit breaker of one instance. It decides about calls if there is no table, or if the table cannot be reached.
 * It stores the generation of the shared state to which its calls belong, so that old failures do not open a newer
 * state.
 */
import { elapsedMs, momentOf } from '../quota/age.ts';
import type { Moment } from '../quota/age.ts';
import type { AgeClock } from '../ports.ts';
import { FailureWindow } from './failure-window.ts';
import type { WindowRules } from './failure-window.ts';

export type BreakerRules = {
  readonly window: WindowRules;
  readonly openMs: number;
  /** Number of probes of a half-open breaker. All of them must succeed. */
  readonly probes: number;
  /** Maximum time that a probe may take to report its outcome. A slower probe counts as failed. */
  readonly reportMs: number;
};

type LocalState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly since: Moment }
  | { readonly kind: 'half-open'; taken: number; succeeded: number; lastTakenAt: Moment };

/** The admission of a call. `round` counts how often the breaker has changed its state. */
export type LocalPass = { readonly round: number; readonly generation: number; readonly isProbe: boolean };

export class LocalBreaker {
  readonly #rules: BreakerRules;
  readonly #clock: AgeClock;
  readonly #window: FailureWindow;
  #state: LocalState = { kind: 'closed' };
  #round = 0;
  #generation = 0;

  constructor(rules: BreakerRules, clock: AgeClock) {
    this.#rules = rules;
    this.#clock = clock;
    this.#window = new FailureWindow(rules.window, clock);
  }

  get state(): LocalState['kind'] {
    return this.#state.kind;
  }

  /**
   * Follows the shared state, which is closed in this generation. If the generation is new to this breaker, this
   * breaker closes. Otherwise it keeps its own state, which depends on failures of the same generation.
   */
  followClosed(generation: number): void {
    if (generation !== this.#generation) this.#change(generation, { kind: 'closed' });
  }

  /**
   * Follows the shared state, which is open or half-open in this generation. This breaker also opens, in case the table
   * cannot be reached from now on.
   */
  followOpen(generation: number): void {
    if (generation !== this.#generation)
      this.#change(generation, { kind: 'open', since: momentOf(this.#clock) });
  }

  /**
   * Decides whether a call may be made.
   * @returns undefined if the call is refused
   */
  admit(): LocalPass | undefined {
    const { openMs, probes, reportMs } = this.#rules;
    const now = momentOf(this.#clock);
    if (this.#state.kind === 'closed') return this.#pass(false);
    if (this.#state.kind === 'half-open') {
      const { taken, succeeded, lastTakenAt } = this.#state;
      if (taken > succeeded && elapsedMs(this.#clock, lastTakenAt) > reportMs)
        this.#change(this.#generation, { kind: 'open', since: now });
      else if (taken >= probes) return undefined;
      else {
        this.#state.taken += 1;
        this.#state.lastTakenAt = now;
        return this.#pass(true);
      }
    }
    if (this.#state.kind === 'open' && elapsedMs(this.#clock, this.#state.since) <= openMs) return undefined;
    this.#change(this.#generation, { kind: 'half-open', taken: 1, succeeded: 0, lastTakenAt: now });
    return this.#pass(true);
  }

  /**
   * Counts the outcome of a call.
   * @returns the state to which this outcome changes the breaker; undefined if the state does not change
   */
  settle(pass: LocalPass, isFailure: boolean): 'open' | 'closed' | undefined {
    if (pass.round !== this.#round || pass.generation !== this.#generation) return undefined;
    if (this.#state.kind === 'half-open') return this.#settleProbe(this.#state, isFailure);
    if (!this.#window.record(isFailure)) return undefined;
    this.#change(this.#generation, { kind: 'open', since: momentOf(this.#clock) });
    return 'open';
  }

  /** Returns the pass for a call that was admitted because the shared state is closed. */
  passOf(generation: number): LocalPass {
    return { round: this.#round, generation, isProbe: false };
  }

  #settleProbe(
    state: LocalState & { readonly kind: 'half-open' },
    isFailure: boolean,
  ): 'open' | 'closed' | undefined {
    if (isFailure) {
      this.#change(this.#generation, { kind: 'open', since: momentOf(this.#clock) });
      return 'open';
    }
    state.succeeded += 1;
    if (state.succeeded < this.#rules.probes) return undefined;
    this.#change(this.#generation, { kind: 'closed' });
    return 'closed';
  }

  #pass(isProbe: boolean): LocalPass {
    return { round: this.#round, generation: this.#generation, isProbe };
  }

  #change(generation: number, state: LocalState): void {
    this.#generation = generation;
    this.#state = state;
    this.#round += 1;
    this.#window.clear();
  }
}
