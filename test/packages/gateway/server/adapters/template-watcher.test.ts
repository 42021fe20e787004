import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  watchDocuments,
  watchTemplates,
} from '../../../../../packages/gateway/server/adapters/template-watcher.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-watch-'));
after(() => rmSync(root, { recursive: true }));

/** Counts changes to a file; `next` waits for one that has not been waited for. */
function watched(file: string) {
  let seen = 0;
  let waited = 0;
  let wake = (): void => undefined;
  const stop = watchTemplates([file], () => {
    seen += 1;
    wake();
  });
  const next = async (): Promise<void> => {
    waited = Math.max(waited + 1, seen);
    while (seen < waited) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { next, stop };
}

describe('watchTemplates', () => {
  it('is notified of a file in a folder that is created later, removed and created again', async () => {
    const folder = join(root, '.serverless');
    const file = join(folder, 'state.json');
    const write = (text: string): void => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, text);
    };
    const { next, stop } = watched(file);

    const steps: readonly (readonly [string, () => void])[] = [
      ['made', () => write('first')],
      ['changed', () => write('changed')],
      ['taken away', () => rmSync(folder, { recursive: true })],
      ['made again', () => write('again')],
      ['changed again', () => write('changed again')],
    ];
    const heard: string[] = [];
    for (const [name, step] of steps) {
      step();
      await next();
      heard.push(name);
    }

    stop();
    assert.deepEqual(heard, ['made', 'changed', 'taken away', 'made again', 'changed again']);
  });

  it('is notified only of its own files, and once of a burst', async (context) => {
    const folder = mkdtempSync(join(root, 'burst-'));
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let changes = 0;
    const stops = [
      watchTemplates([join(folder, 'a.yml'), join(folder, 'b.yml')], () => (changes += 1)),
      watchDocuments([folder], () => (changes += 100)),
    ];
    const watcher = watch(folder);
    /** Writes a file, and waits until the system has told of it. */
    const write = async (name: string): Promise<void> => {
      const told = new Promise<void>((resolve) => {
        watcher.on('change', (_, file) => {
          if (file === name) resolve();
        });
      });
      writeFileSync(join(folder, name), name);
      await told;
      for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    };
    const after = async (...names: readonly string[]): Promise<number> => {
      changes = 0;
      for (const name of names) await write(name);
      context.mock.timers.tick(99);
      assert.equal(changes, 0);
      context.mock.timers.tick(1);
      return changes;
    };

    assert.equal(await after('other.txt'), 0);
    assert.equal(await after('a.yml', 'b.yml'), 101);
    assert.equal(await after('c.yaml', 'd.json', 'e.yml.bak'), 100);
    for (const stop of stops) stop();
    assert.equal(await after('a.yml'), 0);
    watcher.close();
  });

  it('ignores files if there is no folder to watch', () => {
    const stop = watchTemplates([join(root, 'none/of/these/state.json')], () =>
      assert.fail('nothing has changed'),
    );

    stop();
  });
});
