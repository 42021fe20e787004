import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';

import type { Instance, InstanceOwner } from '../../../../../packages/gateway/lambda/instance.ts';
import type { Job } from '../../../../../packages/gateway/lambda/invocation/job.ts';
import { FunctionPool } from '../../../../../packages/gateway/lambda/pool/pool.ts';
import { DEFAULT_LIMITS } from '../../../../../packages/gateway/lambda/pool/pool-limits.ts';
import { StartGate } from '../../../../../packages/gateway/lambda/pool/start-gate.ts';

/** Instances that get ready and answer when the test says so. */
class Machine {
  readonly starting: (() => void)[] = [];
  readonly running: (() => void)[] = [];
  readonly instances: { activeMs: number }[] = [];
  readonly #gate = new StartGate(2);

  pool(): FunctionPool {
    const start = (owner: InstanceOwner): Instance => this.#start(owner);
    const limits = { ...DEFAULT_LIMITS, maxInstances: 50, gate: this.#gate };
    return new FunctionPool(limits, () => Promise.resolve({ start }));
  }

  /** Answers all running calls, and then those that run in their place. */
  answerAll(): void {
    while (this.running.length > 0) this.running.shift()?.();
  }

  /** Events that each take as long as `serviceMs`. */
  serviceMs = 0;

  #start(owner: InstanceOwner): Instance {
    const instance = {
      restingSince: performance.now(),
      isDraining: false,
      answeredCount: 0,
      activeMs: 0,
      load: 0,
      isStuck: true,
      hasRoom: () => false,
      drain: () => undefined,
      send: (job: Job) => {
        instance.load = 1;
        this.running.push(() => {
          instance.load = 0;
          instance.answeredCount += 1;
          job.settle({ kind: 'timed-out' });
          owner.onAnswer(instance, this.serviceMs);
        });
      },
      end: async () => {
        owner.onEnd(instance, [], undefined);
      },
      endIfTooLarge: () => Promise.resolve(),
    };
    this.instances.push(instance);
    this.starting.push(() => owner.onReady(instance));
    return instance;
  }
}

function ask(pool: FunctionPool, count: number): void {
  const invocation = { functionName: 'f', payload: '{}', timeoutMs: 60_000, traceHeader: '' };
  for (let index = 0; index < count; index += 1) void pool.invoke(invocation);
}

/** Two functions, each with one instance that has answered an event in that time. */
async function warmed(machine: Machine, serviceMs: number): Promise<readonly [FunctionPool, FunctionPool]> {
  machine.serviceMs = serviceMs;
  const pools = [machine.pool(), machine.pool()] as const;
  for (const pool of pools) ask(pool, 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(machine.starting.length, 2, 'the first of each');
  for (const ready of machine.starting.splice(0)) ready();
  for (const answer of machine.running.splice(0)) answer();
  return pools;
}

describe('starts of instances', () => {
  it('are two at a time over all functions, until every waiting event has an instance', async () => {
    const machine = new Machine();
    const pools = await warmed(machine, 1_000);
    for (const pool of pools) ask(pool, 5);
    const atOnce: number[] = [];
    while (machine.starting.length > 0) {
      atOnce.push(machine.starting.length);
      machine.starting.shift()?.();
    }
    const { length } = machine.running;
    machine.answerAll();
    for (const pool of pools) await pool.close();

    assert.equal(Math.max(...atOnce), 2, atOnce.join(', '));
    assert.equal(length, 10, 'all events run');
  });

  it('are not made if the existing instances will soon be done', async () => {
    const machine = new Machine();
    const [pool, other] = await warmed(machine, 16);
    ask(pool, 4);
    assert.equal(machine.starting.length, 0, '3 that wait, 16 ms each');
    ask(pool, 2);
    assert.equal(machine.starting.length, 1, '5 that wait');
    machine.answerAll();
    await pool.close();
    await other.close();
  });

  it('are not decided by the times of events with cold code, once there are others', async () => {
    const machine = new Machine();
    const [pool, other] = await warmed(machine, 400);
    machine.serviceMs = 8;
    ask(pool, 1);
    machine.answerAll();
    ask(pool, 5);
    assert.equal(machine.starting.length, 0, '4 that wait, 8 ms each');
    machine.answerAll();
    await pool.close();
    await other.close();
  });

  it('are made for a line that does not end, however soon each waiting event is done', async (context) => {
    // Whole, since sums of fractions are not quite what they should be; and this thread is not what is looked at.
    let nowMs = Math.ceil(performance.now());
    context.mock.method(performance, 'now', () => nowMs);
    context.mock.method(performance, 'eventLoopUtilization', () => ({ idle: 0, active: 0, utilization: 0 }));
    const machine = new Machine();
    const [pool, other] = await warmed(machine, 5);
    // The first event of an instance says nothing.
    ask(pool, 1);
    machine.answerAll();
    ask(pool, 4);
    const atMs: number[] = [];
    for (let ms = 5; ms <= 300; ms += 5) {
      nowMs += 5;
      machine.running.shift()?.();
      ask(pool, 1);
      if (machine.starting.length > atMs.length) atMs.push(ms);
    }
    machine.answerAll();
    await pool.close();
    await other.close();

    assert.equal(atMs[0], 100, 'when as much has been lost as is looked at');
  });

  it('are few if those that run keep the processors busy, until what waits has waited a second', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let nowMs = performance.now();
    context.mock.method(performance, 'now', () => nowMs);
    const machine = new Machine();
    const pass = async (ms: number): Promise<void> => {
      nowMs += ms;
      for (const instance of machine.instances) instance.activeMs += ms;
      context.mock.timers.tick(ms);
      await new Promise((resolve) => setImmediate(resolve));
    };
    const [pool, other] = await warmed(machine, 40);
    ask(pool, availableParallelism() + 4);
    // Some are wanted while nothing is known of those that run.
    for (let count = 0; count < 5; count += 1) {
      for (const ready of machine.starting.splice(0)) ready();
      await pass(50);
    }
    const { length: before } = machine.instances;
    for (const answer of machine.running.splice(0)) answer();
    await pass(50);
    ask(pool, 20);
    await pass(900);
    assert.equal(machine.instances.length, before);
    await pass(150);
    assert.equal(machine.instances.length, before + 1);
    machine.answerAll();
    await pool.close();
    await other.close();
  });

  it('delay no other start for longer than a while, because a start may wait for another', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const gate = new StartGate(1, 1_000);
    const called: string[] = [];
    gate.enter({});
    assert.equal(
      gate.hasRoom(() => called.push('first')),
      false,
    );
    assert.equal(
      gate.hasRoom(() => {
        called.push('second');
        if (gate.hasRoom(() => undefined)) gate.enter({});
      }),
      false,
    );
    assert.equal(
      gate.hasRoom(() => called.push('third')),
      false,
    );
    context.mock.timers.tick(999);
    assert.deepEqual(called, []);
    context.mock.timers.tick(1);
    // The first wants nothing any more; the second takes the room.
    assert.deepEqual(called, ['first', 'second']);
  });
});
