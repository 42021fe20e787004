/**
 * One process as the scheduler handles it: it may be killed or frozen before anything reaches it, its clocks are wrong
 * and stop, and the network between it and the table loses, delays and repeats.
 */
import type { AgeClock, ItemStore, Random, Timer } from '#shared/ports.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';
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
const HOLDER_DIGITS = 12;

type Fault = 'lost' | 'reply-lost' | 'late' | 'throttled' | 'twice';

export class Instance {
  readonly name: string;
  readonly ports: {
    readonly clock: AgeClock;
    readonly random: Random;
    readonly timer: Timer;
    readonly store: ItemStore;
  };
  isAlive = true;
  /** The names that its writes carry. */
  readonly holders = new Set<string>();
  readonly #world: World;
  readonly #faults: Faults;
  #thawsAtMs = 0;
  #frozenMs = 0;

  constructor(name: string, world: World, table: ItemStore, faults: Faults) {
    this.name = name;
    this.#world = world;
    this.#faults = faults;
    const skewMs = world.chance.between(-faults.maxSkewMs, faults.maxSkewMs);
    // Lambda's monotonic clock stands still while an instance is frozen; other hosts' does not.
    const isStalling = world.chance.chance(0.5);
    this.ports = {
      clock: {
        nowEpochMs: () => world.nowMs + skewMs,
        monotonicMs: () => world.nowMs - (isStalling ? this.#frozenMs : 0),
      },
      random: {
        hex: (digits) => {
          const drawn = world.chance.hex(digits);
          if (digits === HOLDER_DIGITS) this.holders.add(drawn);
          return drawn;
        },
        fraction: () => world.chance.fraction(),
      },
      timer: {
        pause: (ms) => new Promise((resolve) => this.deliver(world.nowMs + ms, resolve)),
      },
      store: {
        update: (write) =>
          this.#call(
            () => describe(write),
            () => table.update(write),
            UNWRITTEN,
          ),
        transact: (writes) =>
          this.#call(
            () => 'open',
            () => table.transact(writes),
            UNWRITTEN,
          ),
        read: (key, options) =>
          this.#call(
            () => 'read',
            () => table.read(key, options),
            UNREAD,
          ),
      },
    };
  }

  /** Runs something in this instance at that time, unless it is dead by then; frozen, it runs after the thaw. */
  deliver(atMs: number, run: () => void): void {
    const world = this.#world;
    world.at(atMs, () => {
      if (!this.isAlive) return;
      if (world.nowMs < this.#thawsAtMs) this.deliver(this.#thawsAtMs, run);
      else if (!world.isCalm && world.chance.chance(this.#faults.crash)) this.kill();
      else if (!world.isCalm && world.chance.chance(this.#faults.pause)) {
        this.freeze(world.chance.skewed(1, this.#faults.maxPauseMs));
        this.deliver(this.#thawsAtMs, run);
      } else run();
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
    what: () => string,
    carryOut: () => Promise<T>,
    replies: { unanswered: T; throttled: T },
  ): Promise<T> {
    const world = this.#world;
    const { chance } = world;
    const { maxLatencyMs, maxPauseMs } = this.#faults;
    const fault = !world.isCalm && chance.chance(this.#faults.call) ? this.#pickFault() : undefined;
    const sentMs = world.nowMs;
    const arrivesMs = sentMs + chance.between(0.5, maxLatencyMs / 2);
    const repliedMs = arrivesMs + chance.between(0.5, maxLatencyMs / 2);
    world.note(() => `${this.name} sends ${what()}${fault === undefined ? '' : ` (${fault})`}`);
    const { promise, resolve } = Promise.withResolvers<T>();

    // After a thaw the reply that waits in the socket and the timer that is due race.
    const isTimedOut = (): boolean =>
      !world.isCalm && world.nowMs - sentMs > TIMEOUT_MS && chance.chance(0.5);
    const answer = (atMs: number, reply: T | Promise<T>): void =>
      this.deliver(atMs, () => resolve(isTimedOut() ? replies.unanswered : reply));
    const arrive = (atMs: number, then?: (reply: Promise<T>) => void): void =>
      world.at(atMs, () => {
        const reply = carryOut();
        void reply.then((outcome) =>
          world.note(() => `  ${what()} of ${this.name}: ${showOutcome(outcome)}`),
        );
        then?.(reply);
      });

    if (fault === undefined) arrive(arrivesMs, (reply) => answer(repliedMs, reply));
    else if (fault === 'throttled') answer(repliedMs, replies.throttled);
    else if (fault !== 'twice') {
      if (fault === 'reply-lost') arrive(arrivesMs);
      if (fault === 'late') arrive(sentMs + chance.skewed(TIMEOUT_MS, maxPauseMs));
      this.deliver(sentMs + TIMEOUT_MS, () => resolve(replies.unanswered));
    } else if (chance.chance(0.5)) {
      arrive(arrivesMs, (reply) => answer(repliedMs, reply));
      arrive(arrivesMs + chance.skewed(0.1, maxPauseMs));
    } else {
      arrive(arrivesMs);
      arrive(arrivesMs + chance.skewed(0.1, TIMEOUT_MS), (reply) => answer(world.nowMs + 1, reply));
    }
    return promise;
  }

  #pickFault(): Fault {
    const faults: [Fault, ...Fault[]] = ['lost', 'reply-lost', 'late', 'throttled'];
    return this.#world.chance.pick(this.#faults.resend ? [...faults, 'twice', 'twice'] : faults);
  }
}

const UNWRITTEN = {
  unanswered: { kind: 'unknown', reason: 'no reply' },
  throttled: { kind: 'rejected', retryable: true, reason: 'throttled' },
} as const;
const UNREAD = {
  unanswered: { kind: 'unavailable', reason: 'no reply' },
  throttled: { kind: 'unavailable', reason: 'throttled' },
} as const;

function describe(write: ItemWrite): string {
  const { change } = write;
  if (change.kind !== 'update') return write.purpose;
  const added = Object.entries(change.add ?? {}).map(
    ([name, units]) => `${name} ${units < 0 ? '' : '+'}${units}`,
  );
  const set = Object.entries(change.set ?? {}).map(([name, value]) => `${name} = ${value}`);
  return `${write.purpose} ${write.key.pk.slice(7)} ${write.key.sk.slice(14)} [${[...added, ...set].join(', ')}]`;
}

function showOutcome(outcome: unknown): string {
  const { kind, item = {} } = outcome as { readonly kind: string; readonly item?: Item };
  return item['rem'] !== undefined
    ? `${kind} (rem ${item['rem']}, out ${item['out']}, used ${item['used']})`
    : kind;
}
