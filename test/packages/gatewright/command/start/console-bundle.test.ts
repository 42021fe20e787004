/** What a browser loads from the console: little, and nothing from other origins. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  bundleConsole,
  loadConsole,
} from '../../../../../packages/gatewright/command/start/console-bundle.ts';
import type { ConsoleFiles } from '../../../../../packages/gateway/engine/index.ts';

const MAX_GZIPPED_BYTES = 250 * 1024;

describe('the console’s bundle', () => {
  let files: ConsoleFiles;
  before(async () => {
    files = await loadConsole();
  });
  const readBundled = (name: string): string => files.get(name)?.body.toString() ?? '';

  it('weighs at most 250 KB gzipped, all files together', () => {
    const gzipped = [...files.values()].reduce((sum, { body }) => sum + gzipSync(body).length, 0);

    assert.deepEqual([...files.keys()].toSorted(), ['app.css', 'app.js', 'icon.svg', 'index.html']);
    assert.ok(gzipped <= MAX_GZIPPED_BYTES, String(gzipped));
  });

  it('has no inline script or style, and loads nothing from elsewhere', () => {
    const page = readBundled('index.html');

    assert.doesNotMatch(page, /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/);
    assert.doesNotMatch(page, /(src|href)="(https?:)?\/\//);
    assert.doesNotMatch(readBundled('app.css'), /@import|url\(["']?https?:/);
    assert.doesNotMatch(readBundled('app.js'), /\beval\(|new Function\(/);
  });

  it('is typed as browsers need it', () => {
    assert.equal(files.get('app.js')?.type, 'text/javascript; charset=utf-8');
    assert.equal(files.get('index.html')?.type, 'text/html; charset=utf-8');
  });

  it('is created from a page in any folder: what is joined, and what is copied', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-page-'));
    const page = {
      'index.html': '<p>',
      'icon.svg': '<svg/>',
      'main.tsx': "import './a.css';",
      'a.css': 'p{top:0}',
    };
    for (const [name, text] of Object.entries(page)) writeFileSync(join(folder, name), text);
    const made = await bundleConsole(folder);
    rmSync(folder, { recursive: true });

    assert.deepEqual([...made.keys()], ['app.js', 'app.css', 'index.html', 'icon.svg']);
    assert.equal(made.get('app.css')?.toString(), 'p{top:0}\n');
    assert.equal(made.get('icon.svg')?.toString(), '<svg/>');
  });
});
