import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planBatches, writeBatches } from '../batches.ts';
import { listFiles } from './source-files.ts';

const TEST_FILES = listFiles().filter((path) => path.endsWith('.test.ts'));

describe('batches of test files', () => {
  it('lose no file and run none twice', () => {
    const { alone, batches } = planBatches(TEST_FILES);

    assert.deepEqual([...alone, ...batches.flat()].sort(), [...TEST_FILES].sort());
    assert.ok(batches.flat().length > 100, 'the folders that may share a process have been renamed');
  });

  it('leave a process of its own to a file that starts a gateway, and to a single one', () => {
    const { alone } = planBatches(TEST_FILES);

    assert.ok(alone.includes('test/gateway/server/http.test.ts'));
    assert.deepEqual(planBatches(['test/gateway/routing/host.test.ts']).batches, []);
  });

  it('are modules that import their files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-batches-'));
    try {
      const file = join(folder, 'a.test.ts');
      writeFileSync(file, '');
      const [batch] = writeBatches([[file]], folder);

      assert.match(readFileSync(batch?.entry ?? '', 'utf8'), /^import "file:.*a\.test\.ts";\n$/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
