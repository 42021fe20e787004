import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { watchTemplates } from '../../../../../packages/gateway/server/adapters/template-watcher.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-watch-'));
after(() => rmSync(root, { recursive: true }));

/** Counts changes of a file; `next` waits for one that has not been waited for. */
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
  it('hears of a file in a folder that is made later, is taken away and is made again', async () => {
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

  it('ignores files where there is no folder to look at', () => {
    const stop = watchTemplates([join(root, 'none/of/these/state.json')], () =>
      assert.fail('nothing has changed'),
    );

    stop();
  });
});
