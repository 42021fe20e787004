import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { FunctionBuild } from '../../../../../packages/gateway/lambda/build/bundle.ts';
import { MACHINE_DEADLINES } from '../../../../../packages/gateway/lambda/invocation/deadlines.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';
import { Concurrency } from '../../../../../packages/gateway/lambda/pool/concurrency.ts';
import { NO_LENDING } from '../../../../../packages/gateway/lambda/lent/lending.ts';
import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { OWN_PACKAGES } from '../../../../../packages/gateway/lambda/code/runtime-packages.ts';
import { FunctionPool } from '../../../../../packages/gateway/lambda/pool/pool.ts';
import { DEFAULT_LIMITS, type PoolLimits } from '../../../../../packages/gateway/lambda/pool/pool-limits.ts';
import type { InstanceProgram } from '../../../../../packages/gateway/lambda/instance.ts';
import { ThreadInstance } from '../../../../../packages/gateway/lambda/thread/thread-instance.ts';
import { buildWorkerProgram } from '../../../../../packages/gateway/lambda/thread/worker-program.ts';
import { aFolder, anInlineFunction, returned } from '../start-runtime.ts';

const folder = aFolder({});

async function aPool(
  definition: FunctionDefinition,
  limits: Partial<PoolLimits> = {},
  together?: Concurrency,
): Promise<FunctionPool> {
  const workerFile = await buildWorkerProgram({ runDirectory: folder, cacheDirectory: folder });
  const build = new FunctionBuild(definition, folder, join(folder, 'compile'), {
    lender: NO_LENDING,
    machine: thisMachine(),
  });
  const prepare = async (): Promise<InstanceProgram> => {
    const program = {
      definition,
      built: await build.run(),
      taskRoot: build.taskRoot,
      workerFile,
      runtimePackages: OWN_PACKAGES,
      clockOffset: new SharedArrayBuffer(8),
      controlUrl: undefined,
      standIns: [],
      ownApis: undefined,
      readOnly: false,
      accessKey: { id: 'a', secret: 's' },
      extraEnvironment: {},
      log: () => undefined,
      deadlines: MACHINE_DEADLINES,
    };
    return { start: (owner) => new ThreadInstance(program, owner) };
  };
  const all = { ...DEFAULT_LIMITS, maxInstances: 6, ...limits };
  const pool = new FunctionPool(all, prepare, MACHINE_DEADLINES, together);
  together?.join(pool);
  after(() => pool.close());
  return pool;
}

function send(pool: FunctionPool, count: number, event: unknown = {}): Promise<unknown[]> {
  const invocation = {
    functionName: 'f',
    payload: JSON.stringify(event),
    timeoutMs: 10_000,
    traceHeader: '',
  };
  return Promise.all(Array.from({ length: count }, async () => returned(await pool.invoke(invocation))));
}

describe('FunctionPool', () => {
  // Source: Lambda developer guide, "Configuring reserved concurrency for a function", docs/aws §18.9
  for (const reserved of [0, 1, 2])
    it(`throttles at once the events above ${reserved} reserved ones, and admits more when those are done`, async () => {
      const source = 'exports.handler = () => new Promise((done) => setTimeout(done, 50, 1))';
      const pool = await aPool(anInlineFunction('reserved', source), { reserved });
      const ask = () => pool.invoke({ functionName: 'f', payload: '{}', timeoutMs: 10_000, traceHeader: '' });
      for (let round = 0; round < 2; round += 1) {
        const kinds = (await Promise.all([ask(), ask(), ask(), ask()])).map(({ kind }) => kind);
        assert.equal(kinds.filter((kind) => kind === 'returned').length, reserved);
        assert.deepEqual(
          kinds.slice(reserved),
          Array.from({ length: 4 - reserved }, () => 'refused'),
        );
      }
    });

  // Source: Lambda developer guide, "Understanding Lambda function scaling": concurrency counts what runs.
  it('throttles at once the events above what all functions may run together', async () => {
    const together = new Concurrency(2);
    const source = 'exports.handler = ({ ms }) => new Promise((done) => setTimeout(done, ms, 1))';
    const [one, other] = [
      await aPool(anInlineFunction('one', source), {}, together),
      await aPool(anInlineFunction('other', source), {}, together),
    ];
    await Promise.all([send(one, 1, { ms: 0 }), send(other, 1, { ms: 0 })]);

    const first = Promise.all([send(one, 1, { ms: 300 }), send(other, 1, { ms: 300 })]);
    const refused = await one.invoke({
      functionName: 'f',
      payload: '{}',
      timeoutMs: 10_000,
      traceHeader: '',
    });

    assert.match(JSON.stringify(refused), /"throttled".*2 events are running.*--concurrency/);
    assert.deepEqual(await first, [[1], [1]]);
    assert.deepEqual(await send(one, 1, { ms: 0 }), [1]);
  });

  it('throttles none that only wait, and starts no more than may run', async () => {
    const together = new Concurrency(3);
    const source = 'exports.handler = () => new Promise((done) => setTimeout(done, 5, 1))';
    const pool = await aPool(anInlineFunction('f', source), {}, together);
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, pool.running)));
    assert.deepEqual(new Set(await send(pool, 200)), new Set([1]));
    clearInterval(watch);
    assert.ok(most <= 3, String(most));
  });

  it('replaces another function’s idle instance if the machine has no room for more', async () => {
    const together = new Concurrency(10, 1);
    const one = await aPool(anInlineFunction('one', 'exports.handler = async () => 1'), {}, together);
    const other = await aPool(anInlineFunction('other', 'exports.handler = async () => 2'), {}, together);

    const answers = [await send(one, 1), await send(other, 1), await send(one, 1)];

    assert.deepEqual(answers, [[1], [2], [1]]);
    assert.deepEqual([one.startedCount, other.startedCount], [2, 1]);
    assert.equal(one.size + other.size, 1);
  });

  it('gives each event an instance of its own on request', async () => {
    const source = 'let count = 0; exports.handler = async () => (count += 1)';
    const pool = await aPool(anInlineFunction('cold', source), { isCold: true });

    pool.warm();
    const answers = [...(await send(pool, 5)), ...(await send(pool, 1))];

    assert.deepEqual(answers, [1, 1, 1, 1, 1, 1]);
    assert.deepEqual([pool.startedCount, pool.size], [6, 0]);
  });

  it('keeps a fast function to its warm instance', async () => {
    const sizes: number[] = [];
    // The pool uses the machine's time: if this process does not run for 50 ms, a fast function seems slow.
    for (let attempt = 0; attempt < 5 && !sizes.includes(1); attempt += 1) {
      const pool = await aPool(anInlineFunction('f', 'exports.handler = async () => 1'));
      for (let round = 0; round < 5; round += 1) await send(pool, 100);
      sizes.push(pool.size);
    }

    assert.ok(sizes.includes(1), `instances, by attempt: ${sizes.join(', ')}`);
  });

  it('gives a waiting function more instances up to the limit, and ends idle ones, the last one later', async () => {
    const source = 'exports.handler = async () => new Promise((r) => setTimeout(r, 40, 1))';
    const pool = await aPool(anInlineFunction('f', source));
    // What is still starting when all is answered is not an idle instance yet.
    for (let round = 0; round < 20 && pool.startedCount < 6; round += 1) await send(pool, 40);
    const grown = pool.size;

    pool.retire(performance.now() + 31_000);
    const rest = pool.size;
    pool.retire(performance.now() + 601_000);

    assert.equal(grown, 6);
    assert.equal(rest, 1);
    assert.equal(pool.size, 0);
    assert.deepEqual(await send(pool, 1), [1]);
  });

  it('starts an instance ahead of the first event when it is warmed', async () => {
    const pool = await aPool(anInlineFunction('f', 'exports.handler = async () => 1'));

    pool.warm();
    pool.warm();

    assert.equal(pool.size, 1);
  });

  it('answers everyone when it is closed', async () => {
    const source = 'exports.handler = async () => new Promise((r) => setTimeout(r, 5_000))';
    const pool = await aPool(anInlineFunction('f', source));
    const invocation = { functionName: 'f', payload: '{}', timeoutMs: 10_000, traceHeader: '' };
    const waiting = [pool.invoke(invocation), pool.invoke(invocation)];

    await pool.close();

    const kinds = (await Promise.all(waiting)).map((result) => result.kind);
    assert.deepEqual(kinds, ['refused', 'refused']);
    assert.equal((await pool.invoke(invocation)).kind, 'refused');
  });

  it('answers also the events that an instance had taken and not begun', async () => {
    const source = 'exports.handler = async ({ waits }) => waits === true ? new Promise(() => {}) : 1';
    const pool = await aPool(anInlineFunction('f', source));
    // Known to be fast, an instance is handed more than one event.
    for (let round = 0; round < 3; round += 1) await send(pool, 100);
    const ask = (event: unknown) =>
      pool.invoke({
        functionName: 'f',
        payload: JSON.stringify(event),
        timeoutMs: 5_000,
        traceHeader: '',
      });
    const asked = [ask({ waits: true }), ask({}), ask({}), ask({})];

    await pool.close();

    const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
    assert.ok(!kinds.includes('timed-out'), kinds.join(', '));
  });
});
