import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { bundleCommand } from '../../../../packages/gatewright/package/bundle-command.ts';

const COMPILED_CODE = join(import.meta.dirname, '../../../../packages/gatewright/command/compiled-code.cjs');

let folder = '';
const write = (files: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
};
/** What the bundle's main module exports as `said`. */
const runBundle = async (): Promise<unknown> => {
  const main = pathToFileURL(join(folder, 'packages/gatewright/command/bundled/main.js')).href;
  return ((await import(main)) as { readonly said: unknown }).said;
};
const partsOfBundle = (): readonly string[] =>
  readdirSync(join(folder, 'packages/gatewright/command/bundled'))
    .filter((name) => !name.startsWith('start'))
    .toSorted();

describe('bundleCommand', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-bundle-'));
    write({
      'package.json': '{ "type": "module", "imports": { "#shared/*.ts": "@gatewright/aws/*" } }',
      'packages/gatewright/command/main.js': '',
      'packages/gatewright/command/start-main.js': '',
      'packages/gatewright/command/compiled-code.cjs': readFileSync(COMPILED_CODE, 'utf8'),
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('joins the modules of this repository, excludes other packages, and each file finds its neighbours', async () => {
    const ours = 'node_modules/@gatewright/aws';
    write({
      'packages/gatewright/command/main.js': `import { name } from '@gatewright/aws';
import { other } from 'other';
import { shared } from '#shared/shared.ts';
import mark from './mark.cjs';
const { later } = await import('./later.js');
export const said = [name, other, shared, mark, later];`,
      'packages/gatewright/command/mark.cjs': `module.exports = __filename.endsWith('command/mark.cjs');`,
      'packages/gatewright/command/later.js': `export const later = import.meta.url.endsWith('/command/later.js');`,
      [`${ours}/package.json`]: '{ "type": "module", "exports": { ".": "./index.js", "./*": "./*.js" } }',
      [`${ours}/shared.js`]: `export const shared = 'shared';`,
      [`${ours}/index.js`]: `import { readFileSync } from 'node:fs';
export const name = readFileSync(new URL('./name.txt', import.meta.url), 'utf8');`,
      [`${ours}/name.txt`]: 'gateway',
      'node_modules/other/package.json': '{ "type": "module", "exports": "./index.js" }',
      'node_modules/other/index.js': `export const other = 'other';`,
    });

    await bundleCommand(folder, folder);

    assert.deepEqual(await runBundle(), ['gateway', 'other', 'shared', true, true]);
    assert.ok(partsOfBundle().every((name) => /^(main|part-\w+)\.js$/.test(name)));
    assert.equal(partsOfBundle().length, 2, 'what is loaded later has a file of its own');
    const main = readFileSync(join(folder, 'packages/gatewright/command/bundled/main.js'), 'utf8');
    assert.match(main, /from ['"]other['"]/);
    assert.doesNotMatch(main, /from ['"](?:@gatewright|#shared)/);
  });

  it('keeps the names of classes that two files have', async () => {
    write({
      'packages/gatewright/command/main.js': `import { Fault } from './one.js';
import { Fault as Second } from './two.js';
export const said = [Fault.name, Second.name];`,
      'packages/gatewright/command/one.js': 'export class Fault {}',
      'packages/gatewright/command/two.js': 'export class Fault {}',
    });

    await bundleCommand(folder, folder);

    assert.deepEqual(await runBundle(), ['Fault', 'Fault']);
  });

  it('removes an earlier bundle', async () => {
    write({
      'packages/gatewright/command/main.js': '',
      'packages/gatewright/command/bundled/part-old.js': '',
    });

    await bundleCommand(folder, folder);

    assert.deepEqual(partsOfBundle(), ['main.js']);
  });

  it('refuses what would be another in the bundle', async () => {
    write({ 'packages/gatewright/command/main.js': 'console.log(import.meta.dirname);' });

    await assert.rejects(bundleCommand(folder, folder), /uses more of import\.meta than import\.meta\.url/);
  });

  it('does not change a text that names an import.meta property', async () => {
    const names = ['import.meta.url', 'import.meta.filename'];
    write({ 'packages/gatewright/command/main.js': `export const said = ${JSON.stringify(names)};` });

    await bundleCommand(folder, folder);

    assert.deepEqual(await runBundle(), names);
  });

  it("reports esbuild's warnings, because the command would behave differently", async () => {
    write({
      'packages/gatewright/command/main.js':
        'if (-0 in {} === {}) throw new Error();\nexport const a = typeof b === "undefind";',
    });

    await assert.rejects(
      bundleCommand(folder, folder),
      /^Error: the command cannot be bundled: .*; .*undefind/,
    );
  });

  describe('of start', () => {
    /** Loads the bundled start command, and returns what its modules reported. */
    const runStart = async (): Promise<unknown> => {
      const said: unknown[] = [];
      Object.assign(globalThis, { said });
      createRequire(import.meta.url)(join(folder, 'packages/gatewright/command/bundled/start.cjs'));
      while (!said.includes('end')) await new Promise((resolve) => setImmediate(resolve));
      return said;
    };

    it('is one file with the packages that each start loads; what is loaded later shares its modules', async () => {
      write({
        'packages/gatewright/command/start-main.js': `import { Command } from 'commander';
import { state } from './state.js';
import mark from './mark.cjs';
state.push('start');
globalThis.said.push(Command, mark, import.meta.url.endsWith('/command/start-main.js'));
void import('./later.js').then(({ later }) => globalThis.said.push(later(), 'end'));`,
        'packages/gatewright/command/state.js': `export const state = [];`,
        'packages/gatewright/command/mark.cjs': `module.exports = __filename.endsWith('command/mark.cjs');`,
        'packages/gatewright/command/later.js': `import { state } from './state.js';
import { even } from './even.js';
export const later = () => [...state, even, import.meta.url.endsWith('/command/later.js')];`,
        'packages/gatewright/command/even.js': `export const even = 'later \u2026';`,
        'node_modules/commander/package.json': '{ "exports": "./index.js" }',
        'node_modules/commander/index.js': `exports.Command = 'commander';`,
      });

      await bundleCommand(folder, folder);
      rmSync(join(folder, 'node_modules/commander'), { recursive: true });

      assert.deepEqual(await runStart(), ['commander', true, true, ['start', 'later \u2026', true], 'end']);
      const files = readdirSync(join(folder, 'packages/gatewright/command/bundled'));
      assert.equal(
        files.filter((name) => name.startsWith('start')).length,
        2,
        'only code that is loaded later has a file of its own',
      );
    });

    it('keeps the names of functions and classes that two files have', async () => {
      write({
        'packages/gatewright/command/start-main.js': `import { Fault, fail } from './one.js';
import { Fault as Second, fail as second } from './two.js';
globalThis.said.push(Fault.name, Second.name, fail.name, second.name, 'end');`,
        'packages/gatewright/command/one.js': 'export class Fault {}\nexport function fail() {}',
        'packages/gatewright/command/two.js': 'export class Fault {}\nexport function fail() {}',
      });

      await bundleCommand(folder, folder);

      assert.deepEqual(await runStart(), ['Fault', 'Fault', 'fail', 'fail', 'end']);
    });

    it('refuses a character that would double its memory', async () => {
      write({ 'packages/gatewright/command/start-main.js': 'globalThis.said = /…/;' });

      await assert.rejects(bundleCommand(folder, folder), /is not ASCII: .*…/);
    });
  });
});
