import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  buildProcessProgram,
  buildWorkerProgram,
  shipPrograms,
} from '../../../../../packages/gateway/lambda/thread/worker-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'programs-'));
after(() => rmSync(folder, { recursive: true }));

describe('the programs of instances', () => {
  it('are in the package what a checkout builds at its start', async () => {
    const folders = { runDirectory: join(folder, 'run'), cacheDirectory: join(folder, 'kept') };
    await shipPrograms(join(folder, 'room'));

    const built = [await buildWorkerProgram(folders), await buildProcessProgram(folders)];

    assert.deepEqual(
      built.map((file) => readFileSync(file, 'utf8')),
      ['instance.mjs', 'process/instance.mjs'].map((name) =>
        readFileSync(join(folder, 'room/worker/programs', name), 'utf8'),
      ),
    );
  });
});
