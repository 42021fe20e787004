import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { serviceCacheFolder } from '../../../../packages/toolkit/terminal/service-cache-folder.ts';

describe('what a start has compiled', () => {
  const ROWS: readonly {
    readonly name: string;
    readonly make: (folder: string) => void;
    readonly isTaken: boolean;
  }[] = [
    { name: 'is nowhere if nothing was started', make: () => undefined, isTaken: false },
    {
      name: 'is taken out of the folder of a start',
      make: (folder) => mkdirSync(folder, { mode: 0o700 }),
      isTaken: true,
    },
    {
      name: 'is not taken if others could have written it',
      make(folder) {
        mkdirSync(folder);
        chmodSync(folder, 0o777);
      },
      isTaken: process.platform === 'win32',
    },
    {
      name: 'is not taken through a link',
      make: (folder) => symlinkSync(tmpdir(), folder, 'dir'),
      isTaken: false,
    },
    { name: 'is not taken out of a file', make: (folder) => writeFileSync(folder, ''), isTaken: false },
  ];
  for (const { name, make, isTaken } of ROWS)
    it(name, (test) => {
      const directory = mkdtempSync(join(tmpdir(), 'gatewright-kept-'));
      test.after(() => rmSync(directory, { recursive: true }));
      make(join(directory, '.gatewright'));

      const expected = isTaken ? { cacheFolder: join(directory, '.gatewright/cache/services') } : {};
      assert.deepEqual(serviceCacheFolder(directory), expected);
    });
});
