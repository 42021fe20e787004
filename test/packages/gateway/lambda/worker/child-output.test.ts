import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type * as ChildProcess from 'node:child_process';

import { captureChildOutput } from '../../../../../packages/gateway/lambda/worker/child-output.ts';
import type { FunctionOutput } from '../../../../../packages/gateway/lambda/worker/output.ts';

const childProcess = process.getBuiltinModule('node:child_process');
const SYNCHRONOUS = ['spawnSync', 'execSync', 'execFileSync'] as const;
type Starts = { spawn: (this: object, options: { stdio?: unknown }) => unknown };
const prototype = childProcess.ChildProcess.prototype as unknown as Starts;

/** Node's documentation, child_process, `options.stdio`: 0, 1 and 2 of a list are stdin, stdout and stderr. */
const FORMS: readonly {
  readonly name: string;
  readonly given: unknown;
  readonly passed: unknown;
  readonly caught: readonly string[];
}[] = [
  { name: 'nothing', given: undefined, passed: undefined, caught: [] },
  { name: 'pipes', given: 'pipe', passed: 'pipe', caught: [] },
  { name: 'a list of pipes', given: ['pipe', 'pipe', 'pipe'], passed: ['pipe', 'pipe', 'pipe'], caught: [] },
  {
    name: 'only stdin',
    given: ['inherit', 'pipe', 'ignore'],
    passed: ['inherit', 'pipe', 'ignore'],
    caught: [],
  },
  { name: 'all streams', given: 'inherit', passed: ['ignore', 'pipe', 'pipe'], caught: ['stdout', 'stderr'] },
  {
    name: 'each stream',
    given: ['inherit', 'inherit', 'inherit'],
    passed: ['ignore', 'pipe', 'pipe'],
    caught: ['stdout', 'stderr'],
  },
  {
    name: 'stdout',
    given: ['pipe', 'inherit', 'pipe'],
    passed: ['pipe', 'pipe', 'pipe'],
    caught: ['stdout'],
  },
  {
    name: 'stderr',
    given: ['ignore', 'ignore', 'inherit'],
    passed: ['ignore', 'ignore', 'pipe'],
    caught: ['stderr'],
  },
  {
    name: 'descriptors',
    given: ['pipe', 1, 2],
    passed: ['pipe', 'pipe', 'pipe'],
    caught: ['stdout', 'stderr'],
  },
  {
    name: 'stderr on stdout',
    given: ['pipe', 'pipe', 1],
    passed: ['pipe', 'pipe', 'pipe'],
    caught: ['stderr'],
  },
  {
    name: 'stdout on stderr',
    given: ['pipe', 2, 'pipe'],
    passed: ['pipe', 'pipe', 'pipe'],
    caught: ['stdout'],
  },
  {
    name: 'the streams themselves',
    given: [null, process.stdout, process.stderr],
    passed: [null, 'pipe', 'pipe'],
    caught: ['stdout', 'stderr'],
  },
  {
    name: 'a channel as well',
    given: ['inherit', 'inherit', 'inherit', 'ipc'],
    passed: ['ignore', 'pipe', 'pipe', 'ipc'],
    caught: ['stdout', 'stderr'],
  },
];

describe('the output of programs that a function starts', () => {
  const real = {
    spawn: prototype.spawn,
    ...Object.fromEntries(SYNCHRONOUS.map((name) => [name, childProcess[name]])),
  };
  const started: (readonly unknown[])[] = [];
  let written: string[] = [];
  let answer: unknown;

  // No program runs: what counts is what would be started, and what becomes of its output.
  beforeEach(() => {
    started.length = 0;
    written = [];
    answer = undefined;
    prototype.spawn = function spawn(options) {
      started.push([options]);
      return 0;
    };
    for (const name of SYNCHRONOUS)
      Reflect.set(childProcess, name, (...given: readonly unknown[]) => {
        started.push(given);
        return answer;
      });
    const write = (stream: string, chunk: unknown): void => void written.push(`${stream}: ${String(chunk)}`);
    captureChildOutput({ write } as unknown as FunctionOutput);
  });
  afterEach(() => {
    prototype.spawn = real.spawn;
    for (const name of SYNCHRONOUS) Reflect.set(childProcess, name, Reflect.get(real, name));
    syncBuiltinESMExports();
  });

  for (const { name, given, passed, caught } of FORMS) {
    it(`goes to the log if a started one inherits ${name}`, () => {
      const child = { stdout: new EventEmitter(), stderr: new EventEmitter() };
      const options = { file: 'sh', stdio: given };

      assert.equal(prototype.spawn.call(child, options), 0);

      assert.deepEqual(started, [[{ file: 'sh', stdio: passed }]]);
      assert.deepEqual(options, { file: 'sh', stdio: given });
      for (const stream of ['stdout', 'stderr'] as const) child[stream].emit('data', 'a line');
      assert.deepEqual(
        written,
        caught.map((stream) => `${stream}: a line`),
      );
    });

    it(`goes to the log if one that is waited for inherits ${name}`, () => {
      answer = { stdout: Buffer.from('out'), stderr: Buffer.from('err'), status: 0 };
      const options = { stdio: given as ChildProcess.StdioOptions, cwd: '/' };

      assert.equal(childProcess.spawnSync('sh', ['-c', 'true'], options), answer);

      assert.deepEqual(started, [['sh', ['-c', 'true'], { stdio: passed, cwd: '/' }]]);
      assert.deepEqual(
        written,
        caught.map((stream) => `${stream}: ${stream === 'stdout' ? 'out' : 'err'}`),
      );
    });
  }

  it('goes to the log if all that is returned is its stdout', () => {
    for (const output of [Buffer.from('out'), 'out']) {
      answer = output;
      assert.equal(childProcess.execSync('true', { stdio: 'inherit' }), output);
      assert.equal(childProcess.execFileSync('true', [], { stdio: 'inherit' }), output);
    }

    assert.deepEqual(
      written,
      Array.from({ length: 4 }, () => 'stdout: out'),
    );
  });

  it('is not a line of the function, and is returned if it is not inherited', () => {
    for (const nothing of [Buffer.alloc(0), '', null]) {
      answer = nothing;
      childProcess.execSync('true', { stdio: 'inherit' });
    }
    answer = 'mine';
    assert.equal(childProcess.execSync('true'), 'mine');

    assert.deepEqual(written, []);
    assert.deepEqual(started.at(-1), ['true']);
  });
});
