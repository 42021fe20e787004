import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planBatches, writeBatches } from '../batches.ts';
import { listFiles } from './source-files.ts';

const TEST_FILES = listFiles().filter((path) => path.endsWith('.test.ts'));

describe('batches of test files', () => {
  it('include every file exactly once', () => {
    const { alone, batches } = planBatches(TEST_FILES);

    assert.deepEqual([...alone, ...batches.flat()].sort(), [...TEST_FILES].sort());
    assert.ok(batches.flat().length > 0, 'the folders that may share a process have been renamed');
  });

  it('runs a file that changes shared state, and a file without company, in its own process', () => {
    const { alone } = planBatches(TEST_FILES);

    assert.ok(alone.includes('test/packages/toolkit/terminal/running-gateway.test.ts'));
    assert.ok(alone.every((path) => !path.startsWith('test/packages/gateway/core/routing/')));
    assert.deepEqual(planBatches(['test/packages/gateway/core/routing/host.test.ts']).batches, []);
  });

  it('have a suite for each file, with the name of the file, in which the file is loaded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-batches-'));
    try {
      const [batch] = writeBatches([['test/a.test.ts']], { folder, deadlineMs: 7 });

      assert.match(
        readFileSync(batch?.entry ?? '', 'utf8'),
        /^describe\("test\/a\.test\.ts", \{ timeout: 7 \}, async .*\n {2}after\(endFile\);\n {2}await import\("file:.*\/test\/a\.test\.ts"\);\n/m,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
