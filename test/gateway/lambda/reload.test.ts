import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { ReloadEvent } from '../../../gateway/lambda/runtime.ts';
import { aFolder, aFolderFunction, returned, startRuntime, writeFiles } from './start-runtime.ts';

async function startReloading(files: Readonly<Record<string, string>>) {
  const folder = aFolder(files);
  const started = await startRuntime([aFolderFunction(folder, 'f.handler', { name: 'f' })], { reload: true });
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
  return { ...started, change };
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

  it('serves new JavaScript, and lets running events finish on the old version', async () => {
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
