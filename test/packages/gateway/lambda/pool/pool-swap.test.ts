/** The life of a function's instances, played by instances that do what the test says: swaps, renewals, limits. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_DEADLINES } from '../../../../../packages/gateway/lambda/invocation/deadlines.ts';
import { FunctionPool } from '../../../../../packages/gateway/lambda/pool/pool.ts';
import { DEFAULT_LIMITS } from '../../../../../packages/gateway/lambda/pool/pool-limits.ts';
import { StartGate } from '../../../../../packages/gateway/lambda/pool/start-gate.ts';
import type { InstanceProgram } from '../../../../../packages/gateway/lambda/instance.ts';
import type { InvocationResult } from '../../../../../packages/gateway/core/ports.ts';
import type { PoolLimits } from '../../../../../packages/gateway/lambda/pool/pool-limits.ts';
import { Played } from './played-instance.ts';

const INVOCATION = { functionName: 'f', payload: '{}', timeoutMs: 60_000, traceHeader: '' };

describe('a pool of instances', () => {
  function aPool(limits: Partial<PoolLimits> = {}) {
    const started: Played[] = [];
    const programOf = (version: string): InstanceProgram => ({
      start(owner) {
        const one = new Played(version, owner);
        started.push(one);
        return one;
      },
    });
    const gate = new StartGate();
    const all = { ...DEFAULT_LIMITS, maxInstances: 2, gate, ...limits };
    const pool = new FunctionPool(all, () => Promise.resolve(programOf('old')), NO_DEADLINES);
    const results: InvocationResult[] = [];
    const invoke = (): void => void pool.invoke(INVOCATION).then((result) => results.push(result));
    /** Creates a pool with one idle instance of the old code. */
    const warm = async (): Promise<Played> => {
      pool.warm();
      await settle();
      const [first] = started;
      assert.ok(first !== undefined);
      first.ready();
      return first;
    };
    return { pool, started, programOf, results, invoke, warm };
  }
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
  };
  const versionsOf = (started: readonly Played[]): readonly string[] => started.map(({ version }) => version);

  it('switches to new code when the first new instance is ready, and ends the old instances', async () => {
    const { pool, started, programOf, invoke, results, warm } = aPool();
    const old = await warm();
    const swapped = pool.swap(programOf('new'));
    invoke();
    assert.equal(old.load, 1);
    const [, next] = started;
    next?.ready();

    assert.equal(await swapped, undefined);
    assert.deepEqual([old.isDraining, old.isEnded], [true, false]);
    old.answer();
    assert.equal(old.isEnded, true);
    invoke();
    next?.answer();
    await settle();
    assert.deepEqual(
      results.map((result) => result.kind === 'returned' && result.payload),
      ['"old"', '"new"'],
    );
  });

  it('stays with the old code if the new does not load', async () => {
    const { pool, started, programOf, invoke, warm } = aPool();
    const old = await warm();
    const swapped = pool.swap(programOf('broken'));
    started[1]?.fail('no');

    assert.match((await swapped) ?? '', /"no"/);
    invoke();
    assert.deepEqual([old.load, old.isEnded], [1, false]);
  });

  it('gives up a version that is not ready when the next one comes', async () => {
    const { pool, started, programOf, warm } = aPool();
    await warm();
    const first = pool.swap(programOf('second'));
    const then = pool.swap(programOf('third'));

    assert.equal(await first, undefined);
    assert.deepEqual(
      started.map(({ version, isEnded }) => [version, isEnded]),
      [
        ['old', false],
        ['second', true],
        ['third', false],
      ],
    );
    assert.equal(pool.size, 2);
    started[2]?.ready();
    assert.equal(await then, undefined);
  });

  it('has new code at once if nothing is running', async () => {
    const { pool, started, programOf } = aPool();

    assert.equal(await pool.swap(programOf('new')), undefined);
    pool.warm();
    assert.deepEqual(versionsOf(started), ['new']);
  });

  it('gives the next event a new instance after a renewal', async () => {
    const { pool, started, invoke, results, warm } = aPool();
    const old = await warm();
    invoke();
    pool.renew();
    assert.equal(old.isDraining, true);
    old.answer();
    assert.equal(old.isEnded, true);
    invoke();
    started[1]?.ready();
    started[1]?.answer();
    await settle();

    assert.equal(results.length, 2);
    assert.equal(started.length, 2);
  });

  it('answers an event with the failure of the start that it has waited for', async () => {
    const { started, invoke, results } = aPool();
    invoke();
    await settle();
    started[0]?.fail('it does not load');
    await settle();

    assert.partialDeepStrictEqual(results, [{ kind: 'failed', errorMessage: 'it does not load' }]);
  });

  it('answers those that wait and run before it is finished', async () => {
    const { pool, invoke, results, warm } = aPool();
    const only = await warm();
    invoke();
    let isFinished = false;
    const finished = pool.finish().then(() => (isFinished = true));
    await settle();
    assert.equal(isFinished, false);
    only.answer();
    await finished;

    assert.deepEqual([results.length, only.isEnded], [1, true]);
  });

  it('ends its last idle instance after ten minutes', async () => {
    const { pool, invoke, started, warm } = aPool({ isCold: false });
    const only = await warm();
    const { restingSince } = only;
    pool.retire(restingSince + 599_999);
    assert.equal(only.isEnded, false);
    pool.retire(restingSince + 600_000);
    assert.equal(only.isEnded, true);
    invoke();
    await settle();
    assert.equal(started.length, 2);
  });

  it('throttles events beyond a full queue, and events that still wait when the pool is closed', async () => {
    const { pool, results, invoke, warm } = aPool({ maxInstances: 1, queueLength: 2 });
    const only = await warm();
    const { load } = only;
    assert.equal(load, 0);
    for (let count = 0; count < 4; count += 1) invoke();
    await settle();

    assert.equal(results.length, 1);
    assert.partialDeepStrictEqual(results, [{ kind: 'refused', reason: 'throttled' }]);
    await pool.close();
    await settle();
    assert.equal(results.length, 3);
  });
});

// Limits of one function here; docs/reference names them.
describe('the limits of a pool', () => {
  it('let an event wait five seconds, 20,000 of them with 256 MB of text', () => {
    const { queueWaitMs, queueLength, queueChars } = DEFAULT_LIMITS;

    assert.deepEqual([queueWaitMs, queueLength, queueChars], [5_000, 20_000, 268_435_456]);
  });
});
