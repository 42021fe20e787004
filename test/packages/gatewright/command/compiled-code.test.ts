import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(
  new URL('../../../../packages/gatewright/command/compiled-code.cjs', import.meta.url),
);

describe('compiled code of the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-code-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** @returns the folder that Node writes to, empty = none */
  function run(home: string, more: Readonly<Record<string, string>> = {}): string {
    const print = `process.stdout.write(require('node:module').getCompileCacheDir() ?? '')`;
    const { PATH = '' } = process.env;
    return execFileSync(process.execPath, ['--require', FILE, '-e', print], {
      env: { PATH, GATEWRIGHT_HOME: home, ...more },
      encoding: 'utf8',
    });
  }

  it('is stored in a folder of the user’s own', () => {
    const home = join(folder, 'home');
    assert.ok(run(home).startsWith(join(home, 'code')));
    assert.equal(statSync(join(home, 'code')).mode & 0o777, 0o700);
  });

  it('is not read from a folder that another user may have written', () => {
    const linked = join(folder, 'linked');
    mkdirSync(linked);
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(linked, 'code'));
    assert.equal(run(linked), '');
    assert.deepEqual(readdirSync(join(folder, 'elsewhere')), []);

    const open = join(folder, 'open');
    mkdirSync(join(open, 'code'), { recursive: true });
    chmodSync(join(open, 'code'), 0o777);
    assert.equal(run(open), '');
  });

  it('stays if Node’s own variable says', () => {
    const home = join(folder, 'other');
    const chosen = join(folder, 'chosen');
    assert.ok(run(home, { NODE_COMPILE_CACHE: chosen }).startsWith(chosen));
    assert.equal(existsSync(home), false);
  });

  it('is thrown away once it is more than its bound, which is measured once an hour', () => {
    const home = join(folder, 'bounded');
    const large = join(home, 'code', 'large');
    const script = `require(${JSON.stringify(FILE)}).writeCompiledCode(Number(process.argv[1]))`;
    const { PATH = '' } = process.env;
    const write = (limitBytes: string): void => {
      const env = { PATH, GATEWRIGHT_HOME: home };
      execFileSync(process.execPath, ['--require', FILE, '-e', script, limitBytes], { env });
    };
    mkdirSync(join(home, 'code'), { recursive: true, mode: 0o700 });
    writeFileSync(large, 'x'.repeat(1_000));
    write('100000000');
    write('999');
    assert.equal(existsSync(large), true);
    const twoHoursAgo = Date.now() / 1000 - 2 * 60 * 60;
    utimesSync(join(home, 'code', 'measured'), twoHoursAgo, twoHoursAgo);
    write('999');
    assert.equal(existsSync(large), false);
  });

  it('costs a home that cannot be written to nothing', () => {
    assert.equal(run(join(FILE, 'no-folder')), '');
  });
});
