import assert from 'node:assert/strict';
import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { Faults } from '../../../../packages/gateway/core/errors.ts';
import { thisMachine } from '../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../packages/gateway/lambda/process/machine.ts';
import type { ReloadEvent } from '../../../../packages/gateway/lambda/runtime.ts';
import { aFolder, aFolderFunction, failed, returned, startRuntime, writeFiles } from './start-runtime.ts';

async function startReloading(
  files: Readonly<Record<string, string>>,
  { codeFolder = '.', ...more }: Parameters<typeof aFolderFunction>[2] & { codeFolder?: string } = {},
) {
  const folder = aFolder(files);
  const { handler = 'f.handler' } = more;
  const definition = aFolderFunction(join(folder, codeFolder), handler, { ...more, name: 'f' });
  const started = await startRuntime([], { reload: true });
  const replace = await started.runtime.prepare([definition], new Map(), new Faults(false));
  replace();
  const events: ReloadEvent[] = [];
  let wake: (() => void) | undefined;
  started.runtime.onReload((event) => {
    events.push(event);
    wake?.();
  });
  const change = async (changed: Readonly<Record<string, string>>): Promise<ReloadEvent | undefined> => {
    const heard = new Promise<void>((resolve) => (wake = resolve));
    writeFiles(folder, changed);
    await heard;
    return events.at(-1);
  };
  return { ...started, folder, change };
}

describe('reload', () => {
  it('serves new TypeScript after a change in any of its files, and keeps the old one while it is broken', async () => {
    const { invoke, change } = await startReloading({
      'f.ts': 'import { v } from "./lib/v.ts"; export const handler = async () => v;',
      'lib/v.ts': 'export const v: number = 1;',
    });
    assert.equal(returned(await invoke('f')), 1);

    const broken = await change({ 'lib/v.ts': 'export const v: number = ;' });
    assert.equal(returned(await invoke('f')), 1);
    const failing = await change({ 'lib/v.ts': 'export const v: number = 2; throw new Error("at start");' });
    assert.equal(returned(await invoke('f')), 1);
    const mended = await change({ 'lib/v.ts': 'export const v: number = 3;' });
    assert.equal(returned(await invoke('f')), 3);

    assert.ok(broken?.kind === 'kept' && broken.message.includes('v.ts:1:25'), JSON.stringify(broken));
    assert.ok(failing?.kind === 'kept' && failing.message === 'Error: at start (lib/v.ts:1)');
    assert.equal(failing.place?.line, 1);
    assert.equal(mended?.kind, 'reloaded');
  });

  it('builds again what did not compile once a package is installed, or the code changes', async () => {
    const { folder, invoke, change } = await startReloading({
      'f.ts': 'import { v } from "./lib/v.ts"; export const handler = async () => v;',
      'lib/v.ts': 'import v from "pack"; export { v };',
    });
    const refused = failed(await invoke('f'));
    const again = failed(await invoke('f'));
    writeFiles(folder, { 'node_modules/pack/index.js': 'module.exports = 2' });
    const installed = returned(await invoke('f'));
    const changed = await change({ 'lib/v.ts': 'export const v: number = 3;' });

    assert.match(refused.errorMessage, /Could not resolve "pack" \(lib\/v\.ts:1:14\)/);
    assert.equal(again.errorMessage, refused.errorMessage);
    assert.equal(installed, 2);
    assert.equal(changed?.kind, 'reloaded');
    assert.equal(returned(await invoke('f')), 3);
  });

  for (const [system, files] of [
    ['CommonJS', { 'f.js': 'const v = require("pack"); exports.handler = async () => v;' }],
    ['ES modules', { 'f.mjs': 'import v from "pack"; export const handler = async () => v;' }],
  ] as const)
    it(`loads code of ${system} once its packages are installed`, async () => {
      const { folder, invoke } = await startReloading(files);
      assert.match(failed(await invoke('f')).errorMessage, /Cannot find (?:module|package) 'pack'/);
      writeFiles(folder, { 'node_modules/pack/index.js': 'module.exports = 2' });
      assert.equal(returned(await invoke('f')), 2);
    });

  for (const [name, files] of [
    ['cjs', { 'f.cjs': 'const v = require("./v.cjs"); exports.handler = async () => v;', 'v.cjs': '' }],
    [
      'mjs',
      {
        'f.mjs': 'import { v } from "./v.mjs"; export const handler = async () => v;',
        'v.mjs': 'export let v',
      },
    ],
  ] as const)
    it(`names the line of a syntax error in a .${name} that is not bundled`, async () => {
      const { folder, invoke, change } = await startReloading(files);
      returned(await invoke('f'));

      const broken = await change({ [`v.${name}`]: '\nconst v = {{{;' });

      const place = { file: join(folder, `v.${name}`), line: 2 };
      const message = `Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token '{' (v.${name}:2)`;
      assert.deepEqual(broken, { kind: 'kept', functionName: 'f', message, place });
    });

  it('loads a handler file that appears after the start, in a folder that appears with it', async () => {
    const { invoke, change } = await startReloading({}, { handler: 'dist/api/f.handler' });
    assert.match(failed(await invoke('f')).errorMessage, /there is no dist\/api\/f/);

    const appeared = await change({ 'dist/api/f.js': 'exports.handler = async () => 5;' });

    assert.equal(appeared?.kind, 'reloaded');
    assert.equal(returned(await invoke('f')), 5);
  });

  it('loads code whose own folder is created after startup', async () => {
    const { invoke, change } = await startReloading({}, { codeFolder: 'build/out' });
    failed(await invoke('f'));

    const appeared = await change({ 'build/out/f.js': 'exports.handler = async () => 6;' });

    assert.equal(appeared?.kind, 'reloaded');
    assert.equal(returned(await invoke('f')), 6);
  });

  it('loads what a build that empties its folder first has made again', async () => {
    const { folder, invoke, change } = await startReloading(
      { 'dist/lib/f.js': 'exports.handler = async () => 1;' },
      { handler: 'dist/lib/f.handler' },
    );
    assert.equal(returned(await invoke('f')), 1);

    rmSync(join(folder, 'dist'), { recursive: true });
    const made = await change({ 'dist/lib/f.js': 'exports.handler = async () => 2;' });
    const later = await change({ 'dist/lib/f.js': 'exports.handler = async () => 3;' });

    assert.deepEqual([made?.kind, later?.kind], ['reloaded', 'reloaded']);
    assert.equal(returned(await invoke('f')), 3);
  });

  const noPython = findPrograms(thisMachine(), /^python3$/).length === 0 && 'python3 is not installed';
  // Python mistakes compiled code for the code of a source of the same size and second: formatters save right after
  // editors.
  it('serves new Python that was saved twice within a second', { skip: noPython }, async () => {
    const sourceOf = (answer: number) => ({ 'f.py': `def handler(event, context):\n    return ${answer}\n` });
    const { folder, invoke, change } = await startReloading(sourceOf(1), { runtime: 'python3.13' });
    const second = Math.ceil(Date.now() / 1000) + 30;
    utimesSync(join(folder, 'f.py'), second, second);
    assert.equal(returned(await invoke('f')), 1);

    writeFiles(folder, sourceOf(2));
    utimesSync(join(folder, 'f.py'), second, second);
    await change({});

    assert.equal(returned(await invoke('f')), 2);
  });

  it('serves new JavaScript, while running events finish on the old version', async () => {
    const { invoke, change } = await startReloading({
      'f.js': 'exports.handler = async (e) => new Promise((r) => setTimeout(r, e.ms ?? 0, 1))',
    });
    await invoke('f');

    const running = invoke('f', { ms: 300 });
    await change({ 'f.js': 'exports.handler = async () => 2' });
    const next = await invoke('f');

    assert.equal(returned(next), 2);
    assert.equal(returned(await running), 1);
  });
});
