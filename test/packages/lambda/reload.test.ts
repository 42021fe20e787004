import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { thisMachine } from '../../../packages/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../packages/lambda/process/machine.ts';
import type { ReloadEvent } from '../../../packages/lambda/runtime.ts';
import { aFolder, aFolderFunction, returned, startRuntime, writeFiles } from './start-runtime.ts';

async function startReloading(
  files: Readonly<Record<string, string>>,
  more: Parameters<typeof aFolderFunction>[2] = {},
) {
  const folder = aFolder(files);
  const definition = aFolderFunction(folder, 'f.handler', { ...more, name: 'f' });
  const started = await startRuntime([definition], { reload: true });
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
    assert.deepEqual(failing, { kind: 'kept', functionName: 'f', message: 'Error: at start' });
    assert.equal(mended?.kind, 'reloaded');
  });

  const noPython = findPrograms(thisMachine(), /^python3$/).length === 0 && 'python3 is not installed';
  // Python takes compiled code for that of a source of the same size and second: formatters save right after editors.
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
