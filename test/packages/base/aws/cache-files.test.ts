import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { deleteCached, readCached, writeCached } from '../../../../packages/base/aws/cache-files.ts';

const MODULE = new URL('../../../../packages/base/aws/cache-files.ts', import.meta.url).href;
const root = mkdtempSync(join(tmpdir(), 'kept-files-'));
after(() => rmSync(root, { recursive: true, force: true }));
const folder = join(root, 'kept');
const kept = { folder, mostFiles: 3, mostBytes: 1_000 };

describe('what is stored between runs', () => {
  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    writeCached(kept, 'one', 'of an earlier run\nin two lines');
  });

  it('is read as it was written, until it is dropped', () => {
    assert.equal(readCached(kept, 'one'), 'of an earlier run\nin two lines');
    assert.equal(readCached(kept, 'other'), undefined);
    deleteCached(kept, 'one');
    assert.equal(readCached(kept, 'one'), undefined);
  });

  it('is readable only for its owner', () => {
    assert.equal(lstatSync(folder).mode & 0o777, 0o700);
    assert.equal(lstatSync(join(folder, 'one')).mode & 0o777, 0o600);
  });

  it('is not awaited from a pipe', { timeout: 5_000, skip: process.platform === 'win32' }, () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', ['-m', '600', pipe]);
    // The reader runs in a separate process, because a wait in this one would stop the whole test.
    const read = `import { readCached } from ${JSON.stringify(MODULE)};
      console.log(readCached({ folder: ${JSON.stringify(folder)}, mostFiles: 3, mostBytes: 9 }, 'pipe'));`;

    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', read], {
      timeout: 4_000,
      encoding: 'utf8',
    });

    assert.equal(printed, 'undefined\n');
  });

  it('stays while it is used, however many are written', () => {
    for (let count = 0; count < 20; count += 1) {
      // The time after the previous use at which the next use is recorded.
      const past = (Date.now() - 120_000) / 1_000;
      for (const name of readdirSync(folder)) utimesSync(join(folder, name), past, past);
      assert.equal(readCached(kept, 'one'), 'of an earlier run\nin two lines');
      writeCached(kept, `more-${count}`, 'short');
    }

    assert.ok(readdirSync(folder).length <= 3);
  });

  it('is bounded in number and size, and what was written last stays', () => {
    for (const name of ['two', 'three', 'four', 'five']) {
      writeCached(kept, name, name);
      // What comes later is newer than all of these.
      for (const file of readdirSync(folder)) utimesSync(join(folder, file), 1, name === file ? 2 : 1);
      assert(readdirSync(folder).length <= kept.mostFiles);
      assert.equal(readCached(kept, name), name);
    }
    // A use that the kernel's clock, which gives a new file its time, has not reached yet.
    const ahead = Date.now() / 1_000 + 60;
    utimesSync(join(folder, 'five'), ahead, ahead);
    writeCached(kept, 'six', 'x'.repeat(950));
    writeCached(kept, 'large', 'x'.repeat(1_001));
    assert.deepEqual(readdirSync(folder), ['six']);
  });

  it('stays whole while it is full, and keeps three quarters of what would be too much', () => {
    const full = { folder, mostFiles: 4, mostBytes: 1_000 };
    for (const name of ['two', 'three', 'four']) writeFileSync(join(folder, name), name);
    writeCached({ ...full }, 'one', 'again');
    assert.equal(readdirSync(folder).length, 4);

    writeCached({ ...full }, 'five', 'more');
    assert.equal(readdirSync(folder).length, 3);
  });

  it('is limited even if other programs have written to it in the meantime', () => {
    for (const name of ['two', 'three', 'four', 'five', 'six']) writeFileSync(join(folder, name), name);
    for (const name of ['seven', 'eight', 'nine']) writeCached(kept, name, name);

    assert(readdirSync(folder).length <= kept.mostFiles);
  });

  const tampered: readonly (readonly [what: string, act: () => void])[] = [
    ['was damaged', () => writeFileSync(join(folder, 'one'), 'digest of something else\nof an earlier run')],
    ['was never finished', () => writeFileSync(join(folder, 'one'), '')],
    ['others may write to', () => chmodSync(join(folder, 'one'), 0o622)],
    [
      'is a link',
      () => {
        renameSync(join(folder, 'one'), join(root, 'elsewhere'));
        symlinkSync(join(root, 'elsewhere'), join(folder, 'one'));
      },
    ],
    ['is in a folder that others can read', () => chmodSync(folder, 0o755)],
    [
      'is in a folder that is a link',
      () => {
        renameSync(folder, join(root, 'moved'));
        symlinkSync(join(root, 'moved'), folder);
      },
    ],
  ];
  for (const [what, act] of tampered)
    it(`is treated as missing if it ${what}`, () => {
      act();
      assert.equal(readCached(kept, 'one'), undefined);
      rmSync(join(root, 'moved'), { recursive: true, force: true });
    });

  it('is not written into a folder that is a link, or through a link', () => {
    rmSync(folder, { recursive: true });
    mkdirSync(join(root, 'target'), { mode: 0o700 });
    symlinkSync(join(root, 'target'), folder);
    writeCached(kept, 'one', 'text');
    assert.deepEqual(readdirSync(join(root, 'target')), []);
    rmSync(folder);
    mkdirSync(folder, { mode: 0o700 });
    symlinkSync(join(root, 'target', 'file'), join(folder, `one.${process.pid}`));
    writeCached(kept, 'one', 'text');
    assert.deepEqual(readdirSync(join(root, 'target')), []);
    assert.equal(readCached(kept, 'one'), 'text');
  });
});
