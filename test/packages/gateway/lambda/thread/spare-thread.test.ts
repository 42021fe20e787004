/** Threads that boot before the code they run is built. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { MACHINE_DEADLINES } from '../../../../../packages/gateway/lambda/invocation/deadlines.ts';
import { SpareThread } from '../../../../../packages/gateway/lambda/thread/spare-thread.ts';
import type { ThreadProgram } from '../../../../../packages/gateway/lambda/thread/start-thread.ts';
import { aFolder, aFolderFunction, returned, startRuntime, writeFiles } from '../start-runtime.ts';

const sourceOf = (answer: number): string => `
import { createHash } from 'node:crypto';
import { request } from 'node:https';
import { threadId } from 'node:worker_threads';
export const handler = async (_: unknown, context: { readonly logStreamName: string }) => ({
  answer: ${answer},
  threadId,
  isStream: process.env.AWS_LAMBDA_LOG_STREAM_NAME === context.logStreamName,
  names: Object.keys(process.env),
  loaded: [typeof createHash, typeof request],
});`;

type Said = {
  readonly answer: number;
  readonly threadId: number;
  readonly isStream: boolean;
  readonly names: readonly string[];
};

describe('a saved function', () => {
  it('runs in the thread that began to boot with the save, and gets the same facts as in any other thread', async () => {
    const folder = aFolder({ 'f.ts': sourceOf(1) });
    const definition = aFolderFunction(folder, 'f.handler', { name: 'f', environment: { STAGE: 'dev' } });
    const { runtime, invoke } = await startRuntime([definition], { reload: true });
    const first = returned(await invoke('f')) as Said;

    const heard = new Promise((resolve) => runtime.onReload(resolve));
    writeFiles(folder, { 'f.ts': sourceOf(2) });
    await heard;
    const second = returned(await invoke('f')) as Said;

    assert.deepEqual(second, { ...first, answer: 2, threadId: first.threadId + 1 });
    assert.equal(second.isStream, true);
    assert.ok(second.names.includes('STAGE'));
  });
});

describe('saves that do not compile', () => {
  it('leave one spare thread at most, whatever the number of functions', async () => {
    const alive = new Set<Worker>();
    const follow = (worker: Worker): void => {
      if (worker.threadName?.startsWith('saved-') === true)
        alive.add(worker.once('exit', () => alive.delete(worker)));
    };
    process.on('worker', follow);
    const folders = new Map(
      ['saved-1', 'saved-2', 'saved-3'].map((name) => [name, aFolder({ 'x.ts': sourceOf(1) })]),
    );
    const definitions = [...folders].map(([name, folder]) => aFolderFunction(folder, 'x.handler', { name }));
    const { runtime, invoke } = await startRuntime(definitions, { reload: true });
    for (const name of folders.keys()) await invoke(name);
    for (const [name, folder] of folders) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      runtime.onReload((event) => {
        if (event.kind === 'kept' && event.functionName === name) resolve(undefined);
      });
      writeFiles(folder, { 'x.ts': 'export const handler = (' });
      await promise;
    }
    // An end takes a moment.
    for (let turn = 0; turn < 500 && alive.size > folders.size + 1; turn += 1) await setTimeout(10);
    process.off('worker', follow);
    assert.ok(alive.size <= folders.size + 1, `${alive.size} threads of ${folders.size} functions`);
  });
});

describe('a spare thread', () => {
  let program: ThreadProgram;
  let spare: SpareThread;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    spare = new SpareThread();
    const folder = aFolder({
      'program.mjs': "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {});",
    });
    program = {
      definition: aFolderFunction(folder, 'f.handler'),
      built: {
        code: { kind: 'file', file: '' },
        sourceMaps: false,
        mapsMb: 0,
        sources: undefined,
        builtins: [],
      },
      taskRoot: folder,
      workerFile: join(folder, 'program.mjs'),
      clockOffset: new SharedArrayBuffer(8),
      controlUrl: undefined,
      runtimePackages: { folder, anchor: join(folder, 'program.mjs') },
      standIns: [],
      ownApis: undefined,
      readOnly: false,
      accessKey: { id: 'LOCALKEY', secret: 'local-secret' },
      extraEnvironment: {},
      log: () => undefined,
      deadlines: MACHINE_DEADLINES,
    };
  });
  afterEach(async () => {
    mock.timers.reset();
    await spare.close();
  });

  it('is used once', async () => {
    spare.boot(program);
    const worker = spare.take();
    const none = spare.take();

    assert.equal(none, undefined);
    assert.ok(worker !== undefined);
    await worker.terminate();
  });

  it('is kept for two minutes after a save, and each save restarts this time', async () => {
    spare.keep(program);
    assert.equal(spare.take(), undefined);
    mock.timers.tick(250);
    mock.timers.tick(119_999);
    spare.keep(program);
    mock.timers.tick(250);
    mock.timers.tick(119_999);
    const worker = spare.take();
    assert.ok(worker !== undefined);
    await worker.terminate();

    spare.keep(program);
    mock.timers.tick(250);
    mock.timers.tick(120_000);
    assert.equal(spare.take(), undefined);
  });

  it('does not exist after the end', async () => {
    spare.keep(program);
    await spare.close();
    mock.timers.tick(250);
    spare.keep(program);
    mock.timers.tick(250);
    spare.boot(program);
    assert.equal(spare.take(), undefined);
  });
});
