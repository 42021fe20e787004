import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REPOSITORY } from '../../../../architecture/source-files.ts';

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

describe('young generation of the command under load', () => {
  it('stays below what V8 would take under load', () => {
    const file = JSON.stringify(join(REPOSITORY, 'packages/gatewright/command/start/young-generation.ts'));
    const usual = megabytesUnderLoad('');
    const held = megabytesUnderLoad(
      `const { limitYoungGeneration } = await import(${file}); limitYoungGeneration();`,
    );
    assert.ok(held < usual, `${held} MB, ${usual} MB without it`);
  });
});
