import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import { asGlobals, loadPage } from '../../../support/page-in-process.ts';

const { saveFile } = await loadPage<{
  readonly saveFile: (name: string, type: string, text: string) => void;
}>('save-file');

it('saveFile offers a text under its name and type, and gives its memory back after a minute', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const blobs = new Map<string, Blob>();
  const made = mock.method(URL, 'createObjectURL', (blob: Blob) => {
    blobs.set('blob:1', blob);
    return 'blob:1';
  });
  const revoked = mock.method(URL, 'revokeObjectURL', (url: string) => void blobs.delete(url));
  const clicked: unknown[] = [];
  const createElement = (tag: string): object => {
    const link = { tag, href: '', download: '', click: () => clicked.push({ ...link }) };
    return link;
  };
  const page = asGlobals({ document: { createElement } });
  try {
    saveFile('requests.har', 'application/json', '{}');

    const [link] = clicked as { tag: string; href: string; download: string }[];
    assert.deepEqual([link?.tag, link?.href, link?.download], ['a', 'blob:1', 'requests.har']);
    const blob = blobs.get('blob:1');
    assert.deepEqual([blob?.type, await blob?.text()], ['application/json', '{}']);
    mock.timers.tick(59_999);
    assert.equal(blobs.size, 1);
    mock.timers.tick(1);
    assert.equal(blobs.size, 0);
  } finally {
    page[Symbol.dispose]();
    made.mock.restore();
    revoked.mock.restore();
    mock.timers.reset();
  }
});
