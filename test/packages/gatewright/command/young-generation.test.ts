import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { limitYoungGeneration } from '../../../../packages/gatewright/command/young-generation.ts';
import { REPOSITORY } from '../../../architecture/source-files.ts';

/** The flags for V8 where the young generation has these sizes, in megabytes, one after another. */
function flagsAt(sizes: readonly number[], nodeOptions = ''): readonly string[] {
  const flags: string[] = [];
  const looks: (() => void)[] = [];
  let megabytes = 0;
  limitYoungGeneration({
    nodeOptions,
    youngBytes: () => megabytes * 1024 * 1024,
    setFlags: (flag) => void flags.push(flag),
    every: (run) => void looks.push(run),
  });
  for (megabytes of sizes) for (const look of looks) look();
  return flags;
}

/** Megabytes of the young generation of a process that makes objects for a second, and keeps each for a moment. */
function megabytesUnderLoad(hold: string): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { setTimeout as wait } from 'node:timers/promises';
    ${hold}
    let kept = [];
    for (let turn = 0; turn < 1000; turn += 1) {
      for (let n = 0; n < 5000; n += 1) kept.push({ n, texts: [n] });
      if (kept.length > 10000) kept = kept.slice(5000);
      await wait(1);
    }
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size / 1024 / 1024);`;
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: REPOSITORY }),
  );
}

describe('young generation of the command', () => {
  it('grows until it is enough, and again after V8 has shrunk it', () => {
    const held = flagsAt([2, 16, 32, 32, 2, 2, 64]);
    assert.deepEqual(held.slice(1), [
      '--semi-space-growth-factor=1',
      '--semi-space-growth-factor=2',
      '--semi-space-growth-factor=1',
    ]);
  });

  it('is large enough from the start in threads that begin later', () => {
    assert.deepEqual(flagsAt([]), ['--min-semi-space-size=8']);
  });

  it('keeps the size that a user has set in V8', () => {
    assert.deepEqual(flagsAt([128], '--max-semi-space-size=32'), []);
    assert.deepEqual(flagsAt([128], '--enable-source-maps --max_semi_space_size=32'), []);
  });

  it('stays below what V8 would take under load', () => {
    const file = JSON.stringify(join(REPOSITORY, 'packages/gatewright/command/young-generation.ts'));
    const usual = megabytesUnderLoad('');
    const held = megabytesUnderLoad(
      `const { limitYoungGeneration } = await import(${file}); limitYoungGeneration();`,
    );
    assert.ok(held < usual, `${held} MB, ${usual} MB without it`);
  });
});
