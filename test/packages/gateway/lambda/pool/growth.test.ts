import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Growth, type GrowingPool } from '../../../../../packages/gateway/lambda/pool/growth.ts';
import type { Instance } from '../../../../../packages/gateway/lambda/instance.ts';
import { Line } from '../../../../../packages/gateway/lambda/pool/line.ts';
import { Patience } from '../../../../../packages/gateway/lambda/pool/patience.ts';

type Load = {
  readonly what: string;
  readonly callers: number;
  readonly serviceMs: number;
  /** The share of its time in which an instance runs; undefined means unknown. */
  readonly share: number | undefined;
  readonly instances: number;
  /** All come together so often; absent = each as soon as it has its answer. */
  readonly everyMs?: number;
};

const STEP_MS = 0.5;
const START_MS = 60;

/** Two processors; what a function has after two seconds that began with one instance. */
const LOADS: readonly Load[] = [
  { what: 'four callers keep busy', callers: 4, serviceMs: 5, share: 0.96, instances: 2 },
  { what: 'eight callers keep busy', callers: 8, serviceMs: 5, share: 0.96, instances: 2 },
  { what: 'four callers keep busy for 1 ms each', callers: 4, serviceMs: 1, share: 0.9, instances: 2 },
  { what: 'two callers keep busy', callers: 2, serviceMs: 5, share: 0.96, instances: 2 },
  { what: 'one caller keeps busy', callers: 1, serviceMs: 5, share: 0.96, instances: 1 },
  { what: 'four callers have wait for something else', callers: 4, serviceMs: 5, share: 0.1, instances: 4 },
  { what: 'four callers of a process use', callers: 4, serviceMs: 5, share: undefined, instances: 2 },
  { what: 'bursts of four use', callers: 4, serviceMs: 5, share: 0.5, everyMs: 60, instances: 1 },
  { what: 'is fast', callers: 100, serviceMs: 0.9, share: 0.9, instances: 1 },
];

/** A pool on a clock of its own, whose events are only counted. */
class Played implements GrowingPool {
  nowMs = 1_000;
  waiting = 0;
  readonly busy = new Set<Instance>();
  readonly #idle = new Set<Instance>();
  readonly #startsAt: number[] = [];
  readonly #growth: Growth;
  readonly #load: Load;
  readonly #until = new Map<Instance, number>();
  #asksAt: number[] = [];

  constructor(load: Load) {
    this.#load = load;
    const now = (): number => this.nowMs;
    this.#growth = new Growth(this, new Patience(2, now, () => 0), new Line(now));
    this.#ready();
    this.#asksAt = Array.from({ length: load.callers }, () => this.nowMs);
  }

  get coming(): number {
    return this.#startsAt.length;
  }

  get size(): number {
    return this.busy.size + this.#idle.size + this.coming;
  }

  get idleSince(): number | undefined {
    return this.#idle.size > 0 ? 0 : undefined;
  }

  step(): void {
    this.nowMs += STEP_MS;
    const { serviceMs, share } = this.#load;
    for (const [instance, until] of this.#until) {
      if (share !== undefined) (instance as { activeMs: number }).activeMs += share * STEP_MS;
      if (until > this.nowMs) continue;
      this.#until.delete(instance);
      this.busy.delete(instance);
      this.#idle.add(instance);
      (instance as { answeredCount: number }).answeredCount += 1;
      this.#asksAt.push(this.#nextAfter(this.nowMs + STEP_MS));
      this.#growth.onAnswer(instance, serviceMs);
      this.#dispatch();
    }
    const later = this.#asksAt.filter((atMs) => atMs > this.nowMs);
    if (later.length < this.#asksAt.length) {
      this.waiting += this.#asksAt.length - later.length;
      this.#asksAt = later;
      this.#dispatch();
    }
    if ((this.#startsAt[0] ?? Infinity) <= this.nowMs - START_MS) {
      this.#startsAt.shift();
      this.#ready();
      this.#dispatch();
    }
  }

  #nextAfter(ms: number): number {
    const { everyMs } = this.#load;
    return everyMs === undefined ? ms : Math.ceil(ms / everyMs) * everyMs;
  }

  #ready(): void {
    const instance = { activeMs: this.#load.share === undefined ? undefined : 0, answeredCount: 0 };
    this.#idle.add(instance as unknown as Instance);
    this.#growth.onReady(instance as unknown as Instance, START_MS);
  }

  #dispatch(): void {
    for (const instance of this.#idle) {
      if (this.waiting === 0) break;
      this.waiting -= 1;
      this.#idle.delete(instance);
      this.busy.add(instance);
      this.#until.set(instance, this.nowMs + this.#load.serviceMs);
    }
    this.#growth.follow();
    if (this.waiting === 0 || !this.#growth.serviceTime.isSlow || !this.#growth.wantsOneMore()) return;
    this.#growth.onStart();
    this.#startsAt.push(this.nowMs);
  }
}

describe('a function', () => {
  for (const load of LOADS)
    it(`that ${load.what} has ${load.instances} instances`, () => {
      const pool = new Played(load);
      while (pool.nowMs < 3_000) pool.step();

      assert.equal(pool.size, load.instances);
    });
});
