/** What a function can do to its own process, but not to the gateway. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { MARK } from '../../../../../packages/gateway/lambda/process/keeper.ts';
import { anInlineFunction, failed, returned, startRuntime } from '../start-runtime.ts';

const HURTS = `const { spawn } = require('node:child_process');
const fs = require('node:fs');
const kept = [];
exports.handler = async (event) => {
  if (event.do === 'kill') process.kill(process.pid);
  if (event.do === 'group') process.kill(0, 'SIGKILL');
  if (event.do === 'grow') for (;;) { kept.push(Buffer.alloc(8e6, 1)); await new Promise((r) => setTimeout(r, 2)) }
  if (event.do === 'spawn') {
    for (let n = 0; n < 100; n += 1)
      spawn('/bin/sleep', ['300'], { detached: n % 2 === 0, stdio: n % 3 === 0 ? 'inherit' : 'ignore' }).unref();
    return 100;
  }
  if (event.do === 'chdir') { process.chdir(require('node:os').tmpdir()); fs.writeFileSync('mine', 'x'); return process.cwd() }
  if (event.do !== undefined) await new Promise((r) => setTimeout(r, 5_000));
  return 'fine' }`;

/** Processes that instances of this test process's gateways have started: they carry its marks. */
function countMarked(run: string): number {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').includes(`${MARK}=${run}`);
    } catch {
      return false;
    }
  }).length;
}

const skip = process.platform === 'linux' ? false : 'only Linux shows the environment of processes';

describe('a function in a process of its own', { skip }, () => {
  const ends = [
    { does: 'kill', type: 'Runtime.ExitError', says: 'signal: terminated' },
    { does: 'group', type: 'Runtime.ExitError', says: 'signal: killed' },
    { does: 'grow', type: 'Runtime.OutOfMemory', says: 'signal: killed' },
  ];
  it('ends by what it does to itself, while the gateway and other functions continue', async () => {
    const bad = anInlineFunction('bad', HURTS, { timeoutSeconds: 20, memorySizeMb: 192 });
    const { invoke } = await startRuntime([bad, anInlineFunction('good', HURTS)], { isolation: ['bad'] });

    for (const { does, type, says } of ends) {
      const [hurt, other] = await Promise.all([invoke('bad', { do: does }, 30_000), invoke('good')]);

      assert.equal(returned(other), 'fine');
      const { errorType, errorMessage } = failed(hurt);
      assert.equal(errorType, type);
      assert.match(
        errorMessage,
        new RegExp(`^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: ${says}$`),
      );
    }
    assert.equal(returned(await invoke('bad')), 'fine');
  });

  it('leaves nothing behind, not even processes that have left its group', async () => {
    const source = HURTS.replace("return 'fine'", `return process.env.${MARK}`);
    const { invoke, runtime } = await startRuntime(
      [anInlineFunction('leaves', source, { memorySizeMb: 1024, timeoutSeconds: 20 })],
      { isolation: 'process' },
    );
    const mark = String(returned(await invoke('leaves', {}, 30_000)));
    const run = mark.slice(0, mark.indexOf('/') + 1);
    assert.equal(returned(await invoke('leaves', { do: 'spawn' }, 30_000)), 100);
    const during = countMarked(run);

    await runtime.close();

    assert.ok(during > 100, `${during} processes`);
    assert.equal(countMarked(run), 0);
  });

  it('has its working directory and its temporary folder to itself', async () => {
    const { invoke } = await startRuntime([anInlineFunction('own', HURTS)], { isolation: 'process' });

    assert.match(String(returned(await invoke('own', { do: 'chdir' }, 30_000))), /processes\/own\/tmp$/);
  });

  it('streams its answer, and prints in Lambda’s form', async () => {
    const source = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      console.warn('two\\nlines'); stream.write('a'); stream.write('b'); stream.end() })`;
    const { runtime, lines } = await startRuntime([anInlineFunction('streams', source)], {
      isolation: 'process',
    });

    const start = await runtime.stream({
      functionName: 'streams',
      payload: '{}',
      traceHeader: '',
      timeoutMs: 30_000,
      idleMs: 30_000,
    });

    assert.equal(start.kind, 'streams');
    const parts: Buffer[] = [];
    for await (const part of start.body) parts.push(part);
    assert.equal(Buffer.concat(parts).toString(), 'ab');
    const [line] = lines;
    assert.deepEqual([line?.level, line?.stream, line?.message], ['WARN', 'stderr', 'two\nlines']);
  });
});
