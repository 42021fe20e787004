import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { aFolder, startRuntime } from '../start-runtime.ts';

describe('the cache directory', () => {
  it('loses the bundles of a gateway that was killed, and keeps those of a running one', async () => {
    const cacheDirectory = aFolder({});
    const living = `run-${process.ppid}-abc`;
    // No process has this number: it is above every system's limit.
    mkdirSync(join(cacheDirectory, 'run-4194999-abc'));
    mkdirSync(join(cacheDirectory, living));

    await startRuntime([], { cacheDirectory });

    assert.deepEqual(
      readdirSync(cacheDirectory).filter((name) => name.endsWith('-abc')),
      [living],
    );
  });
});
