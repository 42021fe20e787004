import assert from 'node:assert/strict';
import { it } from 'node:test';
import { asGlobals } from '../../../../../support/as-globals.ts';
import { loadPage } from '../../../../../support/page-in-process.ts';

const { saveFile } = await loadPage<{
  readonly saveFile: (name: string, type: string, text: string) => void;
}>('data/save-file');

it('saveFile offers a text under its name and type, and gives its memory back after a minute', async () => {
  const blobs = new Map<string, Blob>();
  const clicked: { tag: string; href: string; download: string }[] = [];
  const waits: { readonly run: () => void; readonly ms: number }[] = [];
  const page = asGlobals({
    URL: {
      createObjectURL(blob: Blob) {
        blobs.set('blob:1', blob);
        return 'blob:1';
      },
      revokeObjectURL: (url: string) => blobs.delete(url),
    },
    document: {
      createElement(tag: string) {
        const link = { tag, href: '', download: '', click: () => clicked.push({ ...link }) };
        return link;
      },
    },
    setTimeout: (run: () => void, ms: number) => waits.push({ run, ms }),
  });
  try {
    saveFile('requests.har', 'application/json', '{}');
    const [link] = clicked;
    assert.deepEqual([link?.tag, link?.href, link?.download], ['a', 'blob:1', 'requests.har']);
    const blob = blobs.get('blob:1');
    assert.deepEqual([blob?.type, await blob?.text()], ['application/json', '{}']);
    const [wait] = waits;
    assert.equal(wait?.ms, 60_000);
    wait.run();
    assert.equal(blobs.size, 0);
  } finally {
    page[Symbol.dispose]();
  }
});
