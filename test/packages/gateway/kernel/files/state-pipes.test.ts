import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readStateFile, writeStateFile } from '../../../../../packages/gateway/kernel/files/state-file.ts';

describe('the file of a state', { skip: process.platform === 'win32' }, () => {
  it('is not a pipe, for which nothing waits', async (test) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-pipe-'));
    test.after(() => rmSync(folder, { recursive: true }));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);

    await assert.rejects(readStateFile(pipe), { code: 'STATE_FILE', message: `${pipe} is not a file` });
    await assert.rejects(writeStateFile(pipe, {}), /was not written by gatewright/);
  });
});
