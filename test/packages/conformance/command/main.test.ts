import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

const MAIN = new URL('../../../../packages/conformance/command/main.ts', import.meta.url).pathname;

describe('conformance as a program', () => {
  it('ends with 2 and the reason if it cannot run', () => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'run'], { encoding: 'utf8' });

    assert.equal(status, 2);
    assert.match(stderr, /^conformance: --target is missing/);
  });
});
