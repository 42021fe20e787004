/**
 * Circuit breakers that share their state: a backend that fails and recovers, and instances that are killed and frozen,
 * whose writes are lost, late or repeated, and whose clocks are hours off. Rules:
 *
 * | rule | says |
 * | --- | --- |
 * | B1 | in one half-open generation the table admits at most `probes` probes |
 * | B2 | between an opening and the next probe that the table admits, `openMs` pass |
 * | B3 | the table admits no call as closed that starts more than a second after it was closed last |
 * | B4 | every change of state has its reason: failures of one instance in that generation, a failed or silent probe, all probes' success |
 * | B5 | a call is refused for an open breaker only: none for the table's sake |
 * | B6 | an instance reads at most once a second |
 * | B7 | a generation takes a handful of writes |
 * | B8 | with a sound backend and table, and calls that go on, every instance's breaker closes |
 */
import type { Item, ItemKey, ItemWrite, WriteOutcome } from '#shared/table/item-write.ts';
import type { Admission, Breaker, CallOutcome } from '#shared/resilience/breaker.ts';
import { breakerKey, parseBreaker } from '#shared/resilience/breaker-item.ts';
import type { SharedState } from '#shared/resilience/breaker-item.ts';
import type { BreakerRules } from '#shared/resilience/local-breaker.ts';
import { Instance } from './instance.ts';
import type { Faults } from './instance.ts';
import type { Model, Run } from './model.ts';
import { Seeded } from './seeded.ts';
import type { Shipped } from './shipped.ts';
import { START_MS, World } from './world.ts';

type BreakerModelOptions = {
  readonly name: string;
  readonly faults: (chance: Seeded) => Faults;
};

type Setting = {
  readonly rules: BreakerRules;
  readonly instances: number;
  readonly calls: number;
  readonly endMs: number;
  /** Alternately sound and broken, from START_MS on. */
  readonly turnsMs: readonly number[];
};

type Admitted = Extract<Admission, { kind: 'admitted' }>;

type Member = {
  readonly instance: Instance;
  readonly breaker: Breaker;
  /** Calls that it saw fail, by the generation that they were admitted in. */
  readonly failures: Map<number, number>;
  lastReadMs: number;
};

/** One state of the shared breaker, as it was in the table. */
type Generation = {
  readonly state: SharedState['state'];
  readonly fromMs: number;
  untilMs: number;
  /** Probes that started. */
  probes: number;
  succeeded: number;
  hasFailedProbe: boolean;
  /** When the probes started that have not ended. */
  readonly running: Map<Admitted, number>;
  writes: number;
};

const FRESH_MS = 1000;
const RECOVERY_MS = 60_000;
/** A probe reports within this time, or its instance is taken for dead. */
const REPORT_MS = 2000;
const CALM_MS = 90_000;
const ROUNDING_MS = 1e-6;

export function createBreakerModel(options: BreakerModelOptions): Model {
  return {
    name: options.name,
    run: (shipped, seed, isTraced = false) => new BreakerRun(options, shipped, seed, isTraced).run(),
  };
}

class BreakerRun {
  readonly #shipped: Shipped;
  readonly #world: World;
  readonly #chance: Seeded;
  readonly #setting: Setting;
  readonly #faults: Faults;
  readonly #key: ItemKey;
  readonly #table;
  readonly #members: Member[] = [];
  readonly #items = new Map<string, Item>();
  /** Probes that started: generation and time. */
  readonly #probed: (readonly [generation: number, atMs: number])[] = [];
  readonly #generations = new Map<number, Generation>();
  #current = 0;
  #started = 0;
  #admissions = 0;
  #writes = 0;

  constructor(options: BreakerModelOptions, shipped: Shipped, seed: number, isTraced: boolean) {
    this.#shipped = shipped;
    this.#chance = new Seeded(seed);
    this.#world = new World(this.#chance, isTraced);
    this.#setting = drawSetting(this.#chance);
    this.#faults = options.faults(this.#chance);
    this.#key = breakerKey('shop', 'payments');
    // Each answer is made by some server of the table, whose clock is half a second off at most.
    const clock = { nowEpochMs: () => this.#world.nowMs + this.#chance.between(-500, 500) };
    this.#table = shipped.createMemoryTable({ clock, items: this.#items });
    this.#enter(0, 'closed');
  }

  async run(): Promise<Run> {
    const { instances, calls, endMs } = this.#setting;
    this.#world.note(() => `setting ${JSON.stringify(this.#setting)} faults ${JSON.stringify(this.#faults)}`);
    for (let slot = 0; slot < instances; slot += 1) this.#start(slot);
    for (let call = 0; call < calls; call += 1)
      this.#world.at(this.#chance.between(START_MS, endMs), () => this.#call());
    this.#world.at(endMs, () => (this.#world.isCalm = true));
    // Longer than any pause, with calls of every instance.
    for (let atMs = endMs; atMs < endMs + CALM_MS; atMs += 3000)
      this.#world.at(atMs, () => this.#members.forEach((_, slot) => this.#call(slot)));
    this.#world.at(endMs + CALM_MS, () => this.#checkClosed());
    await this.#world.run();
    const { violations, trace = [] } = this.#world;
    return { violations, admissions: this.#admissions, writes: this.#writes, trace };
  }

  #start(slot: number): void {
    this.#started += 1;
    const member = { failures: new Map<number, number>(), lastReadMs: -Infinity };
    const table = {
      ...this.#table,
      update: (write: ItemWrite) => this.#update(write, member.failures),
    };
    const instance = new Instance(`i${this.#started}`, this.#world, table, this.#faults);
    const { clock, random, store } = instance.ports;
    const counted = {
      ...store,
      read: (...asked: Parameters<typeof store.read>) => {
        this.#checkRead(member);
        return store.read(...asked);
      },
    };
    const breaker = new this.#shipped.Breaker('payments', this.#setting.rules, {
      clock,
      random,
      observe: (event) => this.#world.note(() => `${instance.name} ${JSON.stringify(event)}`),
      shared: { store: counted, key: this.#key },
    });
    this.#members[slot] = Object.assign(member, { instance, breaker });
  }

  #call(slot = this.#chance.whole(0, this.#members.length - 1)): void {
    if (this.#members[slot]?.instance.isAlive !== true) this.#start(slot);
    const member = this.#members[slot];
    if (member === undefined) return;
    const { instance, breaker } = member;
    instance.deliver(this.#world.nowMs + this.#chance.between(0, 3), () => {
      void breaker.admit().then(
        (admission) => this.#begin(member, admission),
        (error: unknown) => this.#world.violate('B5', String(error)),
      );
    });
  }

  #begin(member: Member, admission: Admission): void {
    const { instance } = member;
    this.#world.note(() => `${instance.name} ${describe(admission)}`);
    if (admission.kind === 'refused') {
      this.#checkRefusal();
      return;
    }
    this.#admissions += 1;
    if (admission.by === 'table') this.#checkAdmission(admission);
    const { isCalm } = this.#world;
    // Some take longer than they may.
    const tookMs =
      !isCalm && this.#chance.chance(0.05) ? 3 * REPORT_MS : this.#chance.skewed(1, REPORT_MS / 4);
    const isFailure = this.#isBroken() && !this.#chance.chance(0.1);
    instance.deliver(this.#world.nowMs + tookMs, () => {
      const outcome = isFailure ? 'failed' : !isCalm && this.#chance.chance(0.02) ? 'ignored' : 'succeeded';
      this.#noteOutcome(member, admission, outcome);
      admission.settle(outcome).catch((error: unknown) => this.#world.violate('B5', String(error)));
    });
  }

  #noteOutcome(member: Member, admission: Admitted, outcome: CallOutcome): void {
    const { generation, isProbe, by } = admission;
    this.#world.note(() => `${member.instance.name} ${outcome}, admitted in ${generation}`);
    if (outcome === 'failed' || (isProbe && outcome === 'ignored'))
      member.failures.set(generation, (member.failures.get(generation) ?? 0) + 1);
    const probed = by === 'table' && isProbe ? this.#generations.get(generation) : undefined;
    if (probed === undefined) return;
    probed.running.delete(admission);
    if (outcome === 'succeeded') probed.succeeded += 1;
    else probed.hasFailedProbe = true;
  }

  #isBroken(): boolean {
    const { turnsMs, endMs } = this.#setting;
    const { nowMs } = this.#world;
    return nowMs < endMs && turnsMs.filter((atMs) => atMs <= nowMs).length % 2 === 1;
  }

  #checkAdmission(admission: Admitted): void {
    const { generation, isProbe } = admission;
    const { nowMs } = this.#world;
    const { openMs, probes } = this.#setting.rules;
    const admitted = this.#generations.get(generation);
    if (admitted?.state !== (isProbe ? 'half-open' : 'closed')) {
      this.#world.violate('B3', `generation ${generation} is ${admitted?.state ?? 'not there'}`);
      return;
    }
    if (!isProbe) {
      const lateMs = nowMs - admitted.untilMs;
      if (lateMs > FRESH_MS + ROUNDING_MS)
        this.#world.violate('B3', `admitted ${lateMs.toFixed(1)} ms after the end of ${generation}`);
      return;
    }
    admitted.probes += 1;
    admitted.running.set(admission, nowMs);
    if (admitted.probes > probes)
      this.#world.violate('B1', `${admitted.probes} probes in ${generation}, of ${probes}`);
    const opened = this.#generations.get(generation - 1);
    const sinceMs = nowMs - (opened?.fromMs ?? nowMs);
    if (sinceMs < openMs)
      this.#world.violate('B2', `a probe ${sinceMs.toFixed(1)} ms after the opening, of ${openMs}`);
    for (const [other, atMs] of this.#probed)
      if (other !== generation && nowMs - atMs < openMs)
        this.#world.violate('B2', `a probe ${(nowMs - atMs).toFixed(1)} ms after one of ${other}`);
    this.#probed.push([generation, nowMs]);
  }

  #checkRefusal(): void {
    const { turnsMs, endMs } = this.#setting;
    if (turnsMs.length === 0) this.#world.violate('B5', 'refused although nothing has ever failed');
    if (this.#world.nowMs > endMs + RECOVERY_MS)
      this.#world.violate('B8', 'refused although all has been sound for a minute');
  }

  #checkRead(member: { lastReadMs: number }): void {
    const sinceMs = this.#world.nowMs - member.lastReadMs;
    if (sinceMs < FRESH_MS) this.#world.violate('B6', `a read ${sinceMs.toFixed(1)} ms after the last`);
    member.lastReadMs = this.#world.nowMs;
  }

  #checkClosed(): void {
    const { state } = this.#generationNow();
    if (state !== 'closed') this.#world.violate('B8', `the breaker is ${state} in the end`);
  }

  /** Applies a write that reaches the table, even if its instance has died meanwhile. */
  #update(write: ItemWrite, failures: ReadonlyMap<number, number>): Promise<WriteOutcome> {
    this.#writes += 1;
    const address = `${this.#key.pk}\n${this.#key.sk}`;
    const before = this.#items.get(address);
    const outcome = this.#table.update(write);
    const after = this.#items.get(address);
    if (after !== before) this.#checkChange(before, after, failures);
    return outcome;
  }

  #checkChange(
    before: Item | undefined,
    after: Item | undefined,
    failures: ReadonlyMap<number, number>,
  ): void {
    const { nowMs } = this.#world;
    const [from, to] = [parseBreaker(before), parseBreaker(after)];
    const generation = this.#generationNow();
    generation.writes += 1;
    if (generation.writes > 2 + 2 * this.#setting.rules.probes)
      this.#world.violate('B7', `${generation.writes} writes in generation ${this.#current}`);
    if (to.generation === from.generation) return;
    if (to.generation !== from.generation + 1 || from.generation !== this.#current)
      this.#world.violate('B4', `generation ${from.generation} → ${to.generation}`);
    this.#checkReason(from, to, failures);
    generation.untilMs = nowMs;
    this.#enter(to.generation, to.state);
  }

  #checkReason(from: SharedState, to: SharedState, failures: ReadonlyMap<number, number>): void {
    const { window, probes, openMs, reportMs } = this.#setting.rules;
    const generation = this.#generationNow();
    const sinceMs = this.#world.nowMs - generation.fromMs;
    const isSilent = [...generation.running.values()].every(
      (startedMs) => this.#world.nowMs - startedMs >= reportMs,
    );
    const reasons: Readonly<Record<string, boolean>> = {
      'closed → open':
        (failures.get(from.generation) ?? 0) >= Math.ceil(window.minimumCalls * window.failureRate),
      'open → half-open': sinceMs >= openMs,
      'half-open → open': generation.hasFailedProbe || (from.taken > from.succeeded && isSilent),
      'half-open → closed': generation.succeeded >= probes,
    };
    const change = `${from.state} → ${to.state}`;
    this.#world.note(() => `  ${change}, generation ${to.generation}`);
    if (reasons[change] !== true) this.#world.violate('B4', `${change} without a reason`);
  }

  #enter(generation: number, state: SharedState['state']): void {
    const { nowMs } = this.#world;
    this.#current = generation;
    this.#generations.set(generation, {
      state,
      fromMs: nowMs,
      untilMs: Infinity,
      running: new Map<Admitted, number>(),
      probes: 0,
      succeeded: 0,
      hasFailedProbe: false,
      writes: 0,
    });
  }

  #generationNow(): Generation {
    const generation = this.#generations.get(this.#current);
    if (generation === undefined) throw new Error(`generation ${this.#current} is not there`);
    return generation;
  }
}

function describe(admission: Admission): string {
  if (admission.kind === 'refused') return `refuses, by ${admission.by}`;
  const { by, isProbe, generation } = admission;
  return `admits ${isProbe ? 'a probe' : 'a call'} in ${generation}, by ${by}`;
}

function drawSetting(chance: Seeded): Setting {
  const endMs = START_MS + 1000 * chance.pick([15, 30, 45]);
  const turns = chance.chance(0.15) ? 0 : chance.whole(1, 6);
  const minimumCalls = chance.pick([1, 2, 4]);
  return {
    rules: {
      window: { calls: 2 * minimumCalls, ms: 10_000, minimumCalls, failureRate: chance.pick([0.5, 1]) },
      openMs: chance.pick([1000, 3000, 8000]),
      probes: chance.pick([1, 2, 3]),
      reportMs: REPORT_MS,
    },
    instances: chance.whole(1, 5),
    calls: chance.whole(40, 160),
    endMs,
    turnsMs: Array.from({ length: turns }, () => chance.between(START_MS, endMs)).toSorted((a, b) => a - b),
  };
}
