import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { REPOSITORY } from './source-files.ts';

/** Errors that no code catches. Each must fail the test in which it occurs. */
const TESTS = `
import assert from 'node:assert/strict';
import { executionAsyncId } from 'node:async_hooks';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
describe('suites', async () => {
  before(() => delay(1));
  await delay(1);
  it('passes', () => delay(1));
  it('throws in a timer', async () => {
    setTimeout(() => { throw new Error('thrown'); });
    await delay(20);
  });
  it('rejects', async () => {
    void Promise.reject(new Error('rejected'));
    await delay(5);
  });
  describe('inner', () => {
    it('throws within', () => { throw new Error('within'); });
    it('has tests of its own', async (t) => {
      await t.test('one', () => delay(1));
      await t.test('that throws', async () => {
        setTimeout(() => { throw new Error('deep'); });
        await delay(20);
      });
    });
  });
  it('follows no promise', async () => {
    await delay(1);
    const id = executionAsyncId();
    await null;
    assert.equal(executionAsyncId(), id);
  });
});
describe('others', async () => {
  await delay(2);
  it('are suites of their own', () => delay(1));
  after(() => assert.ok(true));
});
`;

describe('tests whose promises are not awaited', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-untracked-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.test.mjs');
  writeFileSync(file, TESTS);
  const run = (
    flags: readonly string[],
  ): { readonly status: number | null; readonly lines: readonly string[] } => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout } = spawnSync(process.execPath, [...flags, file], { encoding: 'utf8', env });
    const lines = stdout.split('\n').filter((line) => /^ *[▶✔✖]/.test(line));
    return { status, lines: lines.map((line) => line.replace(/ \(.*/, '')) };
  };

  it('fail by the errors that they do not catch, as with plain Node', () => {
    const ours = run(['--require', join(REPOSITORY, 'test/untracked.cjs')]);
    const theirs = run([]);

    assert.equal(ours.status, 1);
    const isOther = (line: string): boolean => !/follows no promise/.test(line);
    assert.deepEqual(ours.lines.filter(isOther), theirs.lines.filter(isOther));
    assert.ok(ours.lines.includes('  ✔ follows no promise'), ours.lines.join('\n'));
    assert.ok(
      theirs.lines.includes('  ✖ follows no promise'),
      'Node alone follows them: is the file still needed?',
    );
  });
});
