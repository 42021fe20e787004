import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
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

  it('is kept in a folder of the user’s alone', () => {
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

  it('stays where Node’s own variable says', () => {
    const home = join(folder, 'other');
    const chosen = join(folder, 'chosen');
    assert.ok(run(home, { NODE_COMPILE_CACHE: chosen }).startsWith(chosen));
    assert.equal(existsSync(home), false);
  });

  it('is thrown away once it is more than its bound, which is measured once a day', () => {
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
    const yesterday = Date.now() / 1000 - 25 * 60 * 60;
    utimesSync(join(home, 'code', 'measured'), yesterday, yesterday);
    write('999');
    assert.equal(existsSync(large), false);
  });

  describe('of a bundle', () => {
    const file = join(folder, 'bundle-1.cjs');
    /** Says whether V8 refused kept code, `undefined` where there was none, and keeps what is not kept. */
    function runBundle(home: string): string {
      writeFileSync(file, '(function (exports, require, module, __filename) { exports.said = __filename; })');
      const script = `const vm = require('node:vm');
const { Script } = vm;
vm.Script = class extends Script {
  constructor(...args) { super(...args); process.stdout.write(String(this.cachedDataRejected)); }
};
const kept = require(${JSON.stringify(FILE)});
const module = { exports: {} };
const { said } = kept.runKept(${JSON.stringify(file)}, module, require);
if (said !== ${JSON.stringify(file)}) throw new Error(said);
void kept.writeCompiledCode();`;
      const { PATH = '' } = process.env;
      return execFileSync(process.execPath, ['-e', script], {
        env: { PATH, GATEWRIGHT_HOME: home },
        encoding: 'utf8',
      });
    }
    const keptIn = (home: string): string => {
      const name = readdirSync(join(home, 'code')).find((one) => one.endsWith('bundle-1.cjs'));
      return join(home, 'code', name ?? 'nothing is kept');
    };

    it('is kept by the first run and taken by the next', () => {
      const home = join(folder, 'of-a-bundle');
      assert.deepEqual([runBundle(home), runBundle(home)], ['undefined', 'false']);
      assert.equal(statSync(keptIn(home)).mode & 0o777, 0o600);
    });

    it('is not run where the disk has changed it, but compiled and kept again', () => {
      const home = join(folder, 'of-a-changed-bundle');
      runBundle(home);
      const bytes = readFileSync(keptIn(home));
      bytes[bytes.length - 1] = ~(bytes.at(-1) ?? 0) & 0xff;
      writeFileSync(keptIn(home), bytes);
      assert.deepEqual([runBundle(home), runBundle(home)], ['undefined', 'false']);
    });

    it('is compiled each time where nothing can be kept', () => {
      assert.equal(runBundle(join(FILE, 'no-folder')), 'undefined');
    });
  });

  it('costs a home that cannot be written to nothing', () => {
    assert.equal(run(join(FILE, 'no-folder')), '');
  });
});
