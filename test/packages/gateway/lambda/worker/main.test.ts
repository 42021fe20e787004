/** The program of an instance that is a thread, by the memory and ports that it shares with the gateway. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { MessageChannel, Worker } from 'node:worker_threads';

import { OWN_PACKAGES } from '../../../../../packages/gateway/lambda/code/runtime-packages.ts';
import {
  createBoard,
  FAILED,
  sendEvents,
  slotOf,
  WAITING,
  writeTrace,
} from '../../../../../packages/gateway/lambda/thread/board.ts';
import { readInstanceReport } from '../../../../../packages/gateway/lambda/thread/instance-start.ts';
import type {
  InstanceReport,
  InstanceStart,
  LateStart,
} from '../../../../../packages/gateway/lambda/thread/instance-start.ts';
import { aFolder } from '../start-runtime.ts';

const ENDING = '.ts';
const PROGRAM = new URL(`../../../../../packages/gateway/lambda/worker/main${ENDING}`, import.meta.url);
const SEED = '12345678-1234-4123-8123-123456789012';

type Line = Extract<InstanceReport, { kind: 'line' }>;
type Answer = { readonly text: string; readonly hasFailed: boolean };

const ends: (() => Promise<void>)[] = [];

type Options = { readonly waits?: boolean; readonly environment?: Readonly<Record<string, string>> };

/** @param waits whether the thread boots before its code is known */
function start(source: string, { waits = false, environment = {} }: Options = {}) {
  const folder = aFolder({ 'index.js': source });
  const [events, reports] = [new MessageChannel(), new MessageChannel()];
  const board = createBoard();
  const given: InstanceStart = {
    port: events.port1,
    reports: reports.port1,
    board: board.memory,
    clockOffset: new SharedArrayBuffer(8),
    requestIdSeed: SEED,
    functionName: 'f',
    functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
    runtime: 'nodejs24.x',
    memorySizeMb: 128,
    timeoutMs: 3_000,
    stoodMs: undefined,
    logGroupName: '/aws/lambda/f',
    logStreamName: 'stream',
    taskRoot: folder,
    handler: 'index.handler',
    code: { kind: 'file', file: join(folder, 'index.js') },
    sourceMaps: false,
    layers: [],
    runtimePackages: OWN_PACKAGES,
    controlUrl: undefined,
    accessKeyId: 'AKID',
    standIns: [],
    ownApis: undefined,
    readOnly: false,
  };
  const transferList = [events.port1, reports.port1];
  const options = { execArgv: [], argv: [], stdout: true, stderr: true };
  const worker = waits
    ? new Worker(PROGRAM, {
        ...options,
        env: { OF_BOOT: 'gone' },
        workerData: { kind: 'waiting', builtins: ['crypto', 'node:http'] },
      })
    : new Worker(PROGRAM, { ...options, env: environment, workerData: given, transferList });
  if (waits) worker.postMessage({ start: given, environment } satisfies LateStart, transferList);
  const [lines, ended] = [[] as Line[], once(worker, 'exit')];
  const begun = Promise.withResolvers<InstanceReport>();
  const channel = sendEvents(board, events.port2);
  const answers: Answer[] = [];
  let sequence = -1;
  let news = Promise.withResolvers<undefined>();
  const tell = (): void => {
    news.resolve(undefined);
    news = Promise.withResolvers<undefined>();
  };
  reports.port2.on('message', (message) => {
    const report = readInstanceReport(message);
    if (report.kind === 'line') lines.push(report);
    // What the instance has loaded, for the watcher of sources.
    else if (report.kind === 'loaded') return;
    else begun.resolve(report);
    tell();
  });
  channel.listen(() => {
    for (let text = channel.take(); text !== undefined; text = channel.take())
      answers.push({ text, hasFailed: Atomics.load(board.states, slotOf(sequence)) === FAILED });
    tell();
  });
  ends.push(async () => {
    await worker.terminate();
    events.port2.close();
    reports.port2.close();
  });
  return {
    folder,
    lines,
    begun: begun.promise,
    /** The exit code. */
    ended: ended.then(([code]) => code as number),
    async ask(event: unknown): Promise<Answer> {
      const known = answers.length;
      sequence += 1;
      writeTrace(board, slotOf(sequence), '');
      Atomics.store(board.states, slotOf(sequence), WAITING);
      channel.send(JSON.stringify(event));
      while (answers.length === known) await news.promise;
      return answers.at(-1) as Answer;
    },
    async said(text: string): Promise<Line> {
      for (;;) {
        const line = lines.find(({ message }) => message.includes(text));
        if (line !== undefined) return line;
        await news.promise;
      }
    },
  };
}

/**
 * Returns text, name and length of every function of `Date`, of the process and of the modules that the worker changes.
 */
function describeFunctions(): Readonly<Record<string, string>> {
  const owners: Readonly<Record<string, object>> = {
    // A thread replaces most functions of the process itself.
    '': {
      Date,
      fetch,
      toString: Reflect.get(Function.prototype, 'toString'),
      dlopen: Reflect.get(process, 'dlopen'),
    },
    Date,
    ...Object.fromEntries(
      ['fs', 'fs/promises', 'child_process', 'worker_threads', 'net', 'http', 'dns'].map((name) => [
        name,
        process.getBuiltinModule(name) as object,
      ]),
    ),
  };
  const rows = Object.entries(owners).flatMap(([owner, functions]) =>
    Object.entries(Object.getOwnPropertyDescriptors(functions)).flatMap(([name, { value }]) =>
      typeof value === 'function'
        ? [[`${owner} ${name}`, `${String(value).slice(0, 60)} ${value.name} ${value.length}`]]
        : [],
    ),
  );
  return Object.fromEntries(rows) as Readonly<Record<string, string>>;
}

// A thread that does not end by itself if a test fails would keep the others waiting.
describe('the program of a thread', { timeout: 20_000 }, () => {
  afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

  // dynamoose 4.2.0, dist/Schema.js: the type of an attribute is read from the text of `Date`.
  it('shows functions that it replaces as the functions of Node.js that they stand for', async () => {
    const at = start(`exports.handler = async () => (${describeFunctions.toString()})()`);
    const seen = JSON.parse((await at.ask({})).text) as Readonly<Record<string, string>>;
    const own = describeFunctions();
    const others = Object.keys(own).filter((name) => name in seen && own[name] !== seen[name]);

    assert.equal(seen[' Date'], 'function Date() { [native code] } Date 7');
    assert.deepEqual(
      others.map((name) => [name, seen[name]]),
      [],
    );
  });

  // The exit codes of aws-lambda-nodejs-runtime-interface-client, src/index.mjs.
  for (const { what, does, type, code } of [
    {
      what: 'an error that nothing catches',
      does: `setTimeout(() => { throw new RangeError('too far') }, 1)`,
      type: 'RangeError',
      code: 129,
    },
    {
      what: 'a promise that nothing awaits',
      does: `Promise.reject(new TypeError('no one asks'))`,
      type: 'Runtime.UnhandledPromiseRejection',
      code: 128,
    },
  ]) {
    it(`fails the event and ends with ${code} by ${what}`, async () => {
      const at = start(`exports.handler = () => new Promise(() => { ${does} })`);
      assert.deepEqual(await at.begun, { kind: 'ready' });
      const { text, hasFailed } = await at.ask({});

      assert.equal((JSON.parse(text) as { errorType: string }).errorType, type);
      assert.equal(hasFailed, true);
      assert.equal(await at.ended, code);
      assert.equal((await at.said(type.replace('Runtime.', ''))).level, 'ERROR');
    });
  }

  for (const { what, source, type } of [
    { what: 'throws', source: `throw new RangeError('too far')`, type: 'RangeError' },
    {
      what: 'leaves a rejected promise behind',
      source: `Promise.reject(new TypeError('no one asks')); exports.handler = async () => 1`,
      type: 'Runtime.UnhandledPromiseRejection',
    },
    { what: 'has no handler', source: 'exports.other = 1', type: 'Runtime.HandlerNotFound' },
  ])
    it(`does not begin if its module ${what}`, async () => {
      const at = start(source);
      const report = await at.begun;

      assert.ok(report.kind === 'init-failed');
      assert.equal((JSON.parse(report.payload) as { errorType: string }).errorType, type);
    });

  it('has its folder as the working directory, and reports what a thread cannot do like a process', async () => {
    const at = start(
      `process.on('SIGTERM', () => undefined);
      exports.handler = async () => [process.cwd(), require('node:os').homedir()]`,
      { environment: { TZ: 'Europe/Berlin' } },
    );
    await at.begun;
    const { text } = await at.ask({});

    assert.deepEqual(JSON.parse(text), [at.folder, '/home/sbx_user1051']);
    assert.equal((await at.said('SIGTERM is never delivered to functions')).level, 'WARN');
    assert.equal((await at.said('TZ=Europe/Berlin has no effect')).level, 'WARN');
  });

  for (const TZ of [undefined, '', 'UTC', ':UTC', 'Etc/UTC'])
    it(`reports nothing for a time zone that it has: ${TZ ?? 'none'}`, async () => {
      const at = start('exports.handler = async () => 1', { environment: TZ === undefined ? {} : { TZ } });
      await at.begun;
      await at.ask({});

      assert.deepEqual(at.lines, []);
    });

  it('writes what programs print that inherit its streams to the log of the function', async () => {
    const at = start(`const { spawnSync } = require('node:child_process');
      exports.handler = async () => spawnSync(process.execPath, ['-e', 'console.log("of the child")'], { stdio: 'inherit', env: {} }).status`);
    await at.begun;
    const { text } = await at.ask({});

    assert.equal(text, '0');
    assert.equal((await at.said('of the child')).stream, 'stdout');
  });

  it('has the environment of its own function only, even if it has booted before', async () => {
    const at = start('exports.handler = async () => process.env', {
      waits: true,
      environment: { OF_FUNCTION: 'yes' },
    });
    assert.deepEqual(await at.begun, { kind: 'ready' });
    const { OF_BOOT, OF_FUNCTION } = JSON.parse((await at.ask({})).text) as Record<string, string>;

    assert.deepEqual([OF_BOOT, OF_FUNCTION], [undefined, 'yes']);
  });
});
