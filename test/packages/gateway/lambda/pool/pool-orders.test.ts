/**
 * A pool gets events, answers, failed starts, crashes, new code and renewals in any order. Whatever the order is, each
 * event ends once, no instance gets an event that it must not get, and no more instances run than allowed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InvocationResult } from '../../../../../packages/gateway/core/ports.ts';
import type { InstanceProgram } from '../../../../../packages/gateway/lambda/instance.ts';
import { NO_DEADLINES } from '../../../../../packages/gateway/lambda/invocation/deadlines.ts';
import type { Job } from '../../../../../packages/gateway/lambda/invocation/job.ts';
import { Concurrency } from '../../../../../packages/gateway/lambda/pool/concurrency.ts';
import { DEFAULT_LIMITS } from '../../../../../packages/gateway/lambda/pool/pool-limits.ts';
import { FunctionPool } from '../../../../../packages/gateway/lambda/pool/pool.ts';
import { StartGate } from '../../../../../packages/gateway/lambda/pool/start-gate.ts';
import { pickFrom } from '../../../../support/pick.ts';
import type { Pick } from '../../../../support/pick.ts';
import { Played } from './played-instance.ts';

const INVOCATION = { functionName: 'f', payload: '{}', timeoutMs: 60_000, traceHeader: '' };
const MAX_INSTANCES = 3;
const STEPS = 120;

/** Watches what the pool asks of it. */
class Watched extends Played {
  isReady = false;
  override send(job: Job): void {
    assert.deepEqual([this.isReady, this.isDraining, this.isEnded], [true, false, false], this.version);
    super.send(job);
  }
  override ready(): void {
    this.isReady = true;
    super.ready();
  }
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 8; turns += 1) await Promise.resolve();
}

class Play {
  readonly started: Watched[] = [];
  readonly results: InvocationResult[] = [];
  readonly pool: FunctionPool;
  readonly #pick: Pick;
  readonly #outdated = new Set<string>();
  #versions = 0;
  invoked = 0;
  preparing = 0;

  constructor(seed: number, isCold: boolean) {
    this.#pick = pickFrom(seed);
    const limits = { ...DEFAULT_LIMITS, maxInstances: MAX_INSTANCES, gate: new StartGate(), isCold };
    this.pool = new FunctionPool(limits, () => this.#prepare(), NO_DEADLINES);
  }

  #prepare(): Promise<InstanceProgram> {
    this.preparing += 1;
    return this.#pick.chance(0.125)
      ? Promise.reject(new Error('it does not build'))
      : Promise.resolve(this.#program());
  }

  #program(): InstanceProgram {
    this.#versions += 1;
    const version = `v${this.#versions}`;
    return {
      isOutdated: () => this.#outdated.has(version),
      start: (owner) => {
        assert.equal(this.#outdated.has(version), false, `${version} is outdated`);
        const one = new Watched(version, owner);
        this.started.push(one);
        return one;
      },
    };
  }

  #some(of: (one: Watched) => boolean): Watched | undefined {
    return this.#pick.one(this.started.filter((one) => !one.isEnded && of(one)));
  }

  step(): void {
    const steps: readonly (() => void)[] = [
      () => this.invoke(),
      () => this.invoke(),
      () => this.#some(({ jobs }) => jobs.length > 0)?.answer(),
      () => this.#some(({ jobs }) => jobs.length > 0)?.answer(),
      () => this.#some(({ isReady }) => !isReady)?.ready(),
      () => this.#some(({ isReady }) => !isReady)?.ready(),
      () => this.#fail(),
      () => this.#some(({ isReady }) => isReady)?.crash(),
      () => void this.pool.swap(this.#program()),
      () => this.pool.renew(),
      () => this.#outdate(),
      () => this.pool.warm(),
    ];
    this.#pick.one(steps)();
  }

  invoke(): void {
    this.invoked += 1;
    void this.pool.invoke(INVOCATION).then((result) => this.results.push(result));
  }

  #fail(): void {
    const one = this.#some(({ isReady }) => !isReady);
    if (one === undefined) return;
    one.isEnded = true;
    one.fail('no');
  }

  #outdate(): void {
    for (const { version } of this.started) if (this.#pick.chance(0.5)) this.#outdated.add(version);
  }

  /** Everything becomes ready and answers, until nothing is left to do. */
  async finish(): Promise<void> {
    for (let round = 0; round < 10 * STEPS && this.results.length < this.invoked; round += 1) {
      await settle();
      for (const one of this.started.filter(({ isEnded }) => !isEnded)) {
        if (!one.isReady) one.ready();
        while (one.jobs.length > 0) one.answer();
      }
    }
  }
}

describe('a pool with calls in any order', () => {
  for (const isCold of [false, true])
    it(`ends each event once, ${isCold ? 'each with an instance of its own' : 'with warm instances'}`, async () => {
      for (let seed = 1; seed <= 60; seed += 1) {
        const play = new Play(seed, isCold);
        for (let step = 0; step < STEPS; step += 1) {
          play.step();
          await settle();
          // A new version starts next to the instances of the old one.
          assert.ok(play.pool.size <= MAX_INSTANCES + 1, `seed ${seed}: ${play.pool.size} instances`);
          assert.ok(play.results.length <= play.invoked);
        }
        await play.finish();

        assert.equal(play.results.length, play.invoked, `seed ${seed}`);
        assert.equal(play.pool.events, 0, `seed ${seed}`);
        await play.pool.close();
        play.invoke();
        await settle();
        assert.equal(play.results.at(-1)?.kind, 'refused');
        assert.ok(
          play.started.every(({ isEnded }) => isEnded),
          `seed ${seed}: an instance is left`,
        );
      }
    });

  it('prepares its code once for all instances, and again if it is outdated', async () => {
    let prepared = 0;
    let isOutdated = false;
    const started: Watched[] = [];
    const pool = new FunctionPool(
      { ...DEFAULT_LIMITS, maxInstances: MAX_INSTANCES, gate: new StartGate() },
      () => {
        prepared += 1;
        return Promise.resolve({
          isOutdated: () => isOutdated,
          start: (owner) => {
            const one = new Watched(`v${prepared}`, owner);
            started.push(one);
            return one;
          },
        });
      },
      NO_DEADLINES,
    );
    const start = async (): Promise<number> => {
      pool.warm();
      await settle();
      started.at(-1)?.ready();
      pool.renew();
      for (const one of started) if (!one.isEnded) one.crash();
      return prepared;
    };

    assert.deepEqual([await start(), await start()], [1, 1]);
    isOutdated = true;
    const again = start();
    isOutdated = false;
    assert.equal(await again, 2);
    await pool.close();
  });

  it('returns its reservation to the others when it is closed', async () => {
    const together = new Concurrency(10, 10);
    const limits = { ...DEFAULT_LIMITS, maxInstances: MAX_INSTANCES, gate: new StartGate(), reserved: 4 };
    const nothing = (): Promise<never> => Promise.reject(new Error('nothing is asked'));
    const pool = new FunctionPool(limits, nothing, NO_DEADLINES, together);
    together.join(pool);
    assert.equal(together.unreserved, 6);
    await pool.close();

    assert.equal(together.unreserved, 10);
  });
});
