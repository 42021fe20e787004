import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Loaded, MutantOrder, Tried, Try } from './mutant-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'mutant-process-'));
after(() => rmSync(folder, { recursive: true, force: true }));
symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(folder, 'node_modules'));
const write = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const SUBJECT = write('subject.ts', 'export const answer = () => 1;\n');
const PLANTED = write(
  'planted.ts',
  'export const answer = () => (globalThis.mutant(0) ? 2 : globalThis.mutant(1) ? 1 : 1);\n',
);
write(
  'thread.ts',
  "import { parentPort } from 'node:worker_threads';\nimport { answer } from './subject.ts';\nparentPort.postMessage(answer());\n",
);
const HEAD = "import assert from 'node:assert/strict';\nimport { it } from 'node:test';\n";
const HERE = write(
  'here.test.ts',
  `${HEAD}import { answer } from './subject.ts';\nit('holds here', () => assert.equal(answer(), 1));\n`,
);
const ANEW = write(
  'anew.test.ts',
  `${HEAD}it('holds anew', async () => assert.equal((await import(\`./subject.ts?instance=\${1}\`)).answer(), 1));\n`,
);
const THREAD = write(
  'thread.test.ts',
  `${HEAD}import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
it('holds in a thread', async () => {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { execArgv: [], env: {} });
  const [answer] = await once(worker, 'message');
  await worker.terminate();
  assert.equal(answer, 1);
});
`,
);

/** A program that is bundled as `packages/gateway/lambda` bundles the program of its threads. */
const JOINED = write(
  'joined.test.ts',
  `${HEAD}import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
it('holds in a thread whose program is joined', async () => {
  const outfile = new URL('./joined.mjs', import.meta.url).pathname;
  const entryPoints = [new URL('./thread.ts', import.meta.url).pathname];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm' });
  const worker = new Worker(outfile);
  const [answer] = await once(worker, 'message');
  await worker.terminate();
  assert.equal(answer, 1);
});
`,
);

const ENDING = write(
  'ending.test.ts',
  `import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { answer } from './subject.ts';
it('holds', () => {
  after(() => assert.equal(answer(), 1));
});
`,
);

function start(tests: readonly string[]): ChildProcess {
  const order: MutantOrder = { planted: { [SUBJECT]: PLANTED }, mutants: 2, tests, active: -1 };
  return fork(join(import.meta.dirname, 'mutant-process.ts'), [JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
}

/** Returns what a process with the mutants reports about a test and about each mutant. */
async function judge(test: string): Promise<{ readonly loaded: Loaded; readonly tried: readonly Tried[] }> {
  const child = start([test]);
  try {
    const [loaded] = (await once(child, 'message')) as [Loaded];
    const tried: Tried[] = [];
    for (const mutant of [0, 1]) {
      child.send({ mutant, tests: loaded.tests, timeoutMs: 20_000 } satisfies Try);
      tried.push(((await once(child, 'message')) as [Tried])[0]);
    }
    return { loaded, tried };
  } finally {
    child.kill('SIGKILL');
  }
}

describe('a process with mutants', () => {
  it('ends when the program that started it ends, whatever its tests wait for', async () => {
    const hanging = write(
      'hanging.test.ts',
      `${HEAD}it('waits', () => new Promise(() => setInterval(() => undefined, 1_000)));\n`,
    );
    const child = start([hanging]);
    await once(child, 'spawn');
    try {
      child.disconnect();

      assert.deepEqual(await once(child, 'exit', { signal: AbortSignal.timeout(10_000) }), [0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  for (const [where, test] of [
    ['in its own thread', HERE],
    ['in a module that a test loads again', ANEW],
    ['in a thread that a test starts with its own flags and environment', THREAD],
    ['in a thread whose program esbuild bundles', JOINED],
    ['in the code that a test runs at its end', ENDING],
  ] as const)
    it(`reports which mutants are executed and which are noticed ${where}`, async () => {
      const { loaded, tried } = await judge(test);

      assert.deepEqual(
        loaded.tests.map(({ file, hits }) => [file, hits]),
        [[test, [0, 1]]],
      );
      assert.deepEqual(
        tried.map(({ killedBy, isClean }) => [killedBy?.file, isClean]),
        [
          [test, true],
          [undefined, true],
        ],
      );
    });
});
