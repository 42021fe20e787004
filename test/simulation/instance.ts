/**
 * One process as the scheduler sees it: it may be killed or frozen before anything reaches it, its clocks are
 * wrong and stop, and the network between it and the table loses, delays and repeats.
 */
import type { AgeClock, LedgerStore, Random, Timer } from '#shared/ports.ts';
import type { ItemWrite } from '#shared/quota/item-write.ts';
import type { World } from './world.ts';

export type Faults = {
  /** Share of store calls that do not simply succeed. */
  readonly call: number;
  /** Per thing that reaches an instance. */
  readonly crash: number;
  readonly pause: number;
  /** Whether the same bytes may be delivered twice, as an SDK or proxy that retries does. */
  readonly resend: boolean;
  readonly maxPauseMs: number;
  readonly maxSkewMs: number;
  /** Milliseconds from sending to the reply of a call without fault, at most. */
  readonly maxLatencyMs: number;
};

export const NO_FAULTS: Faults = {
  call: 0,
  crash: 0,
  pause: 0,
  resend: false,
  maxPauseMs: 1,
  maxSkewMs: 0,
  maxLatencyMs: 20,
};

const TIMEOUT_MS = 250;

type Fault = 'lost' | 'reply-lost' | 'late' | 'throttled' | 'twice';

export class Instance {
  readonly name: string;
  readonly clock: AgeClock;
  readonly random: Random;
  readonly timer: Timer;
  readonly store: LedgerStore;
  isAlive = true;
  readonly #world: World;
  readonly #faults: Faults;
  #thawsAtMs = 0;
  #frozenMs = 0;

  constructor(name: string, world: World, table: LedgerStore, faults: Faults) {
    this.name = name;
    this.#world = world;
    this.#faults = faults;
    const skewMs = world.chance.between(-faults.maxSkewMs, faults.maxSkewMs);
    // Lambda's monotonic clock stands still while an instance is frozen; other hosts' does not.
    const isStalling = world.chance.chance(0.5);
    this.clock = {
      nowEpochMs: () => world.nowMs + skewMs,
      monotonicMs: () => world.nowMs - (isStalling ? this.#frozenMs : 0),
    };
    this.random = {
      hex: (digits) => world.chance.hex(digits),
      fraction: () => world.chance.fraction(),
    };
    this.timer = {
      pause: (ms) => new Promise((resolve) => this.deliver(world.nowMs + ms, resolve)),
    };
    this.store = {
      update: (write) => this.#call(describe(write), () => table.update(write), UNKNOWN),
      transact: (writes) => this.#call('open', () => table.transact(writes), UNKNOWN),
      read: (key, options) => this.#call('read', () => table.read(key, options), UNREAD),
    };
  }

  /** Runs something in this instance at that time, unless it is dead by then; frozen, it runs after the thaw. */
  deliver(atMs: number, run: () => void): void {
    const world = this.#world;
    world.at(atMs, () => {
      if (!this.isAlive) return;
      if (world.nowMs < this.#thawsAtMs) return this.deliver(this.#thawsAtMs, run);
      if (world.chance.chance(this.#faults.crash)) return this.kill();
      if (world.chance.chance(this.#faults.pause)) {
        this.freeze(world.chance.skewed(1, this.#faults.maxPauseMs));
        return this.deliver(this.#thawsAtMs, run);
      }
      run();
    });
  }

  kill(): void {
    this.isAlive = false;
    this.#world.note(() => `${this.name} dies`);
  }

  freeze(ms: number): void {
    this.#thawsAtMs = this.#world.nowMs + ms;
    this.#frozenMs += ms;
    this.#world.note(() => `${this.name} is frozen for ${Math.round(ms)} ms`);
  }

  #call<T>(
    what: string,
    carryOut: () => Promise<T>,
    unanswered: T | typeof UNKNOWN | typeof UNREAD,
  ): Promise<T> {
    const { chance } = this.#world;
    const fault = chance.chance(this.#faults.call) ? this.#pickFault() : undefined;
    const sentMs = this.#world.nowMs;
    const arrivesMs = sentMs + chance.between(0.5, this.#faults.maxLatencyMs / 2);
    const repliedMs = arrivesMs + chance.between(0.5, this.#faults.maxLatencyMs / 2);
    this.#world.note(() => `${this.name} sends ${what}${fault === undefined ? '' : ` (${fault})`}`);
    return new Promise<T>((resolve) => {
      // After a thaw the reply that waits in the socket and the timer that is due race.
      const isTimedOut = (): boolean => this.#world.nowMs - sentMs > TIMEOUT_MS && chance.chance(0.5);
      const answer = (atMs: number, value: T | Promise<T>): void =>
        this.deliver(atMs, () => resolve(isTimedOut() ? (unanswered as T) : value));
      const timeOut = (): void => this.deliver(sentMs + TIMEOUT_MS, () => resolve(unanswered as T));
      const arriveAt = (atMs: number, then?: (value: Promise<T>) => void): void =>
        this.#world.at(atMs, () => {
          const value = carryOut();
          void value.then((outcome) =>
            this.#world.note(() => `  ${what} of ${this.name}: ${kindOf(outcome)}`),
          );
          then?.(value);
        });
      switch (fault) {
        case undefined:
          return arriveAt(arrivesMs, (value) => answer(repliedMs, value));
        case 'lost':
          return timeOut();
        case 'reply-lost':
          arriveAt(arrivesMs);
          return timeOut();
        case 'late':
          arriveAt(sentMs + chance.skewed(TIMEOUT_MS, this.#faults.maxPauseMs));
          return timeOut();
        case 'throttled':
          return answer(repliedMs, (unanswered === UNREAD ? UNREAD : THROTTLED) as T);
        case 'twice':
          if (chance.chance(0.5)) {
            arriveAt(arrivesMs, (value) => answer(repliedMs, value));
            return arriveAt(arrivesMs + chance.skewed(0.1, this.#faults.maxPauseMs));
          }
          arriveAt(arrivesMs);
          return arriveAt(arrivesMs + chance.skewed(0.1, TIMEOUT_MS), (value) =>
            answer(this.#world.nowMs + 1, value),
          );
      }
    });
  }

  #pickFault(): Fault {
    const faults: [Fault, ...Fault[]] = ['lost', 'reply-lost', 'late', 'throttled'];
    return this.#world.chance.pick(this.#faults.resend ? [...faults, 'twice', 'twice'] : faults);
  }
}

const UNKNOWN = { kind: 'unknown', reason: 'no reply' } as const;
const UNREAD = { kind: 'unavailable', reason: 'no reply' } as const;
const THROTTLED = { kind: 'rejected', retryable: true, reason: 'throttled' } as const;

function describe(write: ItemWrite): string {
  const { change } = write;
  if (change.kind !== 'update') return write.purpose;
  const added = Object.entries(change.add ?? {}).map(
    ([name, units]) => `${name} ${units < 0 ? '' : '+'}${units}`,
  );
  const set = Object.entries(change.set ?? {}).map(([name, value]) => `${name} = ${value}`);
  return `${write.purpose} [${[...added, ...set].join(', ')}]`;
}

function kindOf(outcome: unknown): string {
  const { kind, item } = outcome as { kind: string; item?: Record<string, unknown> };
  if (item?.['rem'] === undefined) return kind;
  return `${kind} (rem ${String(item['rem'])}, out ${String(item['out'])}, used ${String(item['used'])})`;
}
