import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MACHINE_DEADLINES } from '../../../../packages/gateway/lambda/invocation/deadlines.ts';
import {
  aFolder,
  aFolderFunction,
  anInlineFunction,
  failed,
  returned,
  startRuntime,
  writeFiles,
} from './start-runtime.ts';

describe('a function that signals its process', () => {
  const rows = [
    { name: 'itself', call: 'kill(process.pid, "SIGKILL")' },
    { name: 'its parent', call: 'kill(process.ppid, "SIGKILL")' },
    { name: 'its group', call: 'kill(0, "SIGKILL")' },
    {
      name: 'its group by name',
      call: 'kill(-Number(require("fs").readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[2]), 9)',
    },
    { name: 'all there is', call: 'kill(-1, "SIGKILL")' },
    { name: 'itself, past process.kill', call: '_kill(process.pid, 9)' },
    {
      name: 'itself, past process.kill, by a number that the system cuts',
      call: '_kill(2 ** 32 + process.pid, 9)',
    },
  ];
  for (const { name, call } of rows)
    it(`ends only its instance: ${name}`, async () => {
      const source = `exports.handler = async (e) => (e.kill ? process.${call} : 'served')`;
      const { invoke, lines } = await startRuntime([anInlineFunction('k', source)]);

      const killed = failed(await invoke('k', { kill: true }));

      assert.equal(killed.errorType, 'Runtime.ExitError');
      assert.match(killed.errorMessage, /exit status 137/);
      assert.equal(returned(await invoke('k')), 'served');
      assert.match(lines.map(({ message }) => message).join('\n'), /would have ended the gateway/);
    });

  // A worker's `process` is its own, so what is replaced in the function's thread is not replaced there.
  const inWorker = (code: string, options = '{ eval: true }') =>
    `await new Promise((done) => new (require('worker_threads').Worker)(${JSON.stringify(code)}, ${options}).once('exit', done))`;
  const workers = [
    { name: 'of the function', start: inWorker('process.kill(process.pid, "SIGKILL")') },
    { name: 'past process.kill', start: inWorker('process._kill(process.ppid, 9)') },
    {
      name: 'with options of its own',
      start: inWorker('process.kill(0, 9)', '{ eval: true, execArgv: [], env: {} }'),
    },
    {
      name: 'started by another worker',
      start: inWorker(
        `new (require('worker_threads').Worker)('process.kill(process.pid, 9)', { eval: true, execArgv: [] })`,
      ),
    },
    {
      name: 'by the import, as a class that extends it',
      start: `const { Worker } = await import('node:worker_threads');
        class Own extends Worker {}
        await new Promise((done) => new Own('process.kill(process.pid, 9)', { eval: true }).once('exit', done))`,
    },
    {
      name: 'by the constructor of another worker',
      start: `const { Worker } = require('worker_threads');
        const { constructor: Found } = new Worker('', { eval: true });
        await new Promise((done) => new Found('process.kill(process.pid, 9)', { eval: true }).once('exit', done))`,
    },
  ];
  for (const { name, start } of workers)
    it(`ends only its instance, from a worker ${name}`, async () => {
      const source = `exports.handler = async (e) => { if (e.kill) { ${start}; return 'lived'; } return 'served'; }`;
      const { invoke, lines } = await startRuntime([anInlineFunction('w', source)]);

      const killed = failed(await invoke('w', { kill: true }));

      assert.equal(killed.errorType, 'Runtime.ExitError');
      assert.match(killed.errorMessage, /exit status 137/);
      assert.equal(returned(await invoke('w')), 'served');
      assert.match(lines.map(({ message }) => message).join('\n'), /would have ended the gateway/);
    });

  it("starts workers as before: with their data, options, exit codes and Lambda's home", async () => {
    const code = `
      const { parentPort, workerData } = require('worker_threads');
      parentPort.postMessage([workerData, process.execArgv, require('os').homedir(), process.kill(process.pid, 0)]);
      process.exitCode = 3;`;
    const source = `
      const { Worker } = require('worker_threads');
      exports.handler = async () => {
        const worker = new Worker(${JSON.stringify(code)}, { eval: true, workerData: 7, execArgv: ['--no-warnings'] });
        const said = new Promise((done) => worker.once('message', done));
        const ended = new Promise((done) => worker.once('exit', done));
        return [await said, await ended, worker instanceof Worker];
      };`;
    const { invoke } = await startRuntime([anInlineFunction('s', source)]);

    assert.deepEqual(returned(await invoke('s')), [
      [7, ['--no-warnings'], '/home/sbx_user1051', true],
      3,
      true,
    ]);
  });

  it('may ask whether it is there, also by the import, and may end its children', async () => {
    const source = `
      const { kill } = require('node:process');
      const { spawn } = require('node:child_process');
      exports.handler = async () => {
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });
        const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
        kill(-child.pid, 'SIGTERM');
        return [kill(process.pid, 0), await ended];
      };`;
    const { invoke } = await startRuntime([anInlineFunction('c', source)]);

    assert.deepEqual(returned(await invoke('c')), [true, 'SIGTERM']);
  });
});

describe('a function that uses more than its MemorySize outside of the heap', () => {
  const source = `
    exports.handler = async ({ megabytes, spin }) => {
      const held = [];
      for (let index = 0; index < megabytes; index += 16) held.push(Buffer.alloc(16 * 1024 * 1024, 1));
      const until = Date.now() + 5000;
      while (spin && Date.now() < until);
      if (megabytes > 128) await new Promise((resolve) => setTimeout(resolve, 5000));
      return held.length;
    };`;
  for (const spin of [false, true])
    it(`is killed as at Lambda, ${spin ? 'in a loop that never yields' : 'while it waits'}`, async () => {
      const definition = anInlineFunction('m', source, { timeoutSeconds: 10 });
      const { invoke } = await startRuntime([definition], { memoryGrowthBytes: 0 });

      const result = failed(await invoke('m', { megabytes: 192, spin }));

      assert.equal(result.errorType, 'Runtime.OutOfMemory');
      assert.match(result.errorMessage, /signal: killed/);
      assert.equal(returned(await invoke('m', { megabytes: 32 })), 2);
    });
});

describe('a function whose bundle has a large source map', () => {
  // The map is about as large as that of aws-sdk 2. Node expands it in the heap when a stack is read. Lambda runs the
  // bundle without a map, or with one that the project has asked for.
  const files = {
    'f.ts': `
      import { last } from './large.js';
      export const handler = async ({ megabytes = 0 }: { megabytes?: number }) => {
        const held: number[][] = [];
        while (held.length < megabytes) held.push(new Array(131_072).fill(0.5 + held.length));
        return [last(1, 2), /f\\.ts:\\d/.test(String(new Error('here').stack)), held.length];
      };`,
    'large.js': `exports.last = (a, b) => a + b;\nexports.large = (a, b) => {\n${'a.b(b, a.c(b, a, b));\n'.repeat(150_000)}};`,
  };
  for (const isolation of ['thread', 'process'] as const)
    it(`has its MemorySize for itself, because the map is the gateway's: ${isolation}`, async () => {
      const definition = aFolderFunction(aFolder(files), 'f.handler', { name: 'f', timeoutSeconds: 60 });
      const { invoke } = await startRuntime([definition], { isolation });

      assert.deepEqual(returned(await invoke('f')), [3, true, 0]);
      assert.equal(failed(await invoke('f', { megabytes: 1024 })).errorType, 'Runtime.OutOfMemory');
    });
});

describe('an event that had not begun when its instance ended', () => {
  it('goes to the next instance', async () => {
    // Answers, and then keeps the thread busy, so that the next event is handed over and not begun when it ends.
    const code = `exports.handler = async ({ ends }) => {
      if (ends) setImmediate(() => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8);
        process.exit(1);
      });
      return 'answered';
    };`;
    const { invoke } = await startRuntime([anInlineFunction('f', code)]);

    // Which of the two comes first depends on the machine: one of several rounds has the intended order.
    for (let round = 0; round < 12; round += 1) {
      assert.equal(returned(await invoke('f', { ends: true })), 'answered');
      assert.equal(returned(await invoke('f', {})), 'answered');
    }
  });
});

describe('a source that is being saved', () => {
  it('is started again until it is whole: the truncated file is never read', async () => {
    const whole = `exports.handler = async ({ end }) => (end ? process.exit(1) : 'whole')`;
    const folder = aFolder({ 'f.js': whole });
    const { invoke, lines } = await startRuntime([aFolderFunction(folder, 'f.handler', { name: 'f' })]);
    await invoke('f', { end: true });

    writeFiles(folder, { 'f.js': '' });
    const answer = invoke('f');
    const messages = lines.length;
    while (
      !lines
        .slice(messages)
        .some(({ message }) => /HandlerNotFound|is undefined or not exported/.test(message))
    )
      await new Promise((resolve) => setImmediate(resolve));
    writeFiles(folder, { 'f.js': whole });

    assert.equal(returned(await answer), 'whole');
  });

  it('that never becomes whole fails its requests', async () => {
    const folder = aFolder({ 'f.js': `exports.handler = async ({ end }) => process.exit(1)` });
    const { invoke } = await startRuntime([aFolderFunction(folder, 'f.handler', { name: 'f' })]);
    await invoke('f', { end: true });
    writeFiles(folder, { 'f.js': '' });

    assert.equal(failed(await invoke('f')).errorType, 'Runtime.HandlerNotFound');
  });
});

describe('a module that takes too long to load', () => {
  it('has 10 s and then the timeout of its function, as if Lambda starts over with the first event', async () => {
    const waits: number[] = [];
    const deadlines: typeof MACHINE_DEADLINES = {
      ...MACHINE_DEADLINES,
      nowMs: () => MACHINE_DEADLINES.nowMs(),
      signal: (ms) => MACHINE_DEADLINES.signal(ms),
      after: (ms, then) => {
        waits.push(ms);
        // That of the caller comes as it may.
        return MACHINE_DEADLINES.after(ms === 14_000 ? 0 : ms, then);
      },
    };
    const source = 'for (;;); exports.handler = async () => 1;';
    const { invoke } = await startRuntime([anInlineFunction('l', source, { timeoutSeconds: 4 })], {
      deadlines,
    });

    const { errorType, errorMessage } = failed(await invoke('l'));

    assert.ok(waits.includes(14_000), String(waits));
    assert.equal(errorType, 'Sandbox.Timedout');
    assert.match(errorMessage, /Task timed out after 4\.00 seconds \(loading the module\)$/);
  });
});
