/** `npm run docs`: the whole documentation as static pages, which need nothing from elsewhere. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { inflateSync } from 'node:zlib';
import { installTool, toolFolder } from '../../lab/tools/install-tool.ts';
import { isOfNetwork } from '../support/of-network.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const SITE = join(CHECKOUT, '.build/site');
const failure = installTool('site');
/** A failure of the network skips the test; any other failure also fails the build below. */
const missing = isOfNetwork(failure) ? failure : undefined;

type Row = { readonly name: string; readonly url: string };
type SearchData = { readonly rows: readonly Row[]; readonly index: object };
type Lunr = {
  readonly Index: {
    load: (index: object) => { search: (text: string) => readonly { readonly ref: string }[] };
  };
};

/** Reads the search index as the page does: zlib in base64. */
function readSearch(): SearchData {
  const [, packed = ''] = /"([^"]+)"/.exec(readFileSync(join(SITE, 'assets/search.js'), 'utf8')) ?? [];
  return JSON.parse(inflateSync(Buffer.from(packed, 'base64')).toString()) as SearchData;
}

const pages = (): readonly Row[] => readSearch().rows;

/** Names of what is found. */
function search(text: string): readonly string[] {
  const { rows, index } = readSearch();
  const lunr = createRequire(join(toolFolder('site'), 'package.json'))('lunr') as Lunr;
  return lunr.Index.load(index)
    .search(text)
    .map(({ ref }) => rows[Number(ref)]?.name ?? '');
}

describe('the site of the documentation', { skip: missing ?? false }, () => {
  const { status, stdout, stderr } =
    missing === undefined
      ? spawnSync(process.execPath, [join(CHECKOUT, 'lab/tools/site/build.ts')], {
          cwd: CHECKOUT,
          encoding: 'utf8',
        })
      : { status: 0, stdout: '', stderr: '' };

  it('is built without a warning', () => {
    assert.deepEqual(
      [status, stderr.includes('warning') || stdout.includes('[warning]')],
      [0, false],
      stdout + stderr,
    );
  });

  it('has a page for each entry that users import', () => {
    const modules = readFileSync(join(SITE, 'modules.html'), 'utf8');
    for (const name of [
      'gatewright/quota',
      'gatewright/access',
      'gatewright/testing',
      '@gatewright/velocity',
    ])
      assert.ok(modules.includes(name), name);
    assert.ok(existsSync(join(SITE, 'index.html')));
  });

  it('has docs/README.md as its map, which links to each page that is named there', () => {
    const map = readFileSync(join(SITE, 'documents/Documentation.html'), 'utf8');
    const named = readFileSync(join(CHECKOUT, 'docs/README.md'), 'utf8').matchAll(
      /\]\(([^).:#][^):#]*\.md)\)/g,
    );
    const targets = [...new Set([...named].map(([, target = '']) => target))];
    assert.ok(targets.length > 30);
    for (const target of targets) {
      const [, title = ''] = /^# (.+)$/m.exec(readFileSync(join(CHECKOUT, 'docs', target), 'utf8')) ?? [];
      const found = pages().find(({ name }) => name === title.replaceAll('`', ''));
      assert.ok(found !== undefined, `${target} is in the search`);
      assert.ok(existsSync(join(SITE, found.url)), found.url);
      assert.ok(map.includes(`href="${basename(found.url)}"`), `the map leads to ${found.url}`);
    }
    // Pages are rendered, not copied.
    assert.deepEqual(globSync('media/*.md', { cwd: SITE }), []);
  });

  it('finds a word that only the text of a page contains', () => {
    const named = (word: string) => pages().filter(({ name }) => name.toLowerCase().includes(word));
    assert.deepEqual(named('firehose'), []);
    assert.ok(search('firehose').includes('Quotas and rate limits'), search('firehose').join(', '));
    assert.deepEqual(search('firehorse'), []);
  });

  it('is dark if the system is, or if a reader wants it', () => {
    const style = readFileSync(join(SITE, 'assets/style.css'), 'utf8');
    assert.match(style, /@media \(prefers-color-scheme: dark\)/);
    for (const file of globSync('documents/*.html', { cwd: SITE })) {
      const text = readFileSync(join(SITE, file), 'utf8');
      assert.match(text, /<select id="tsd-theme">.*<option value="dark">/, file);
      assert.match(text, /assets\/style\.css"/, file);
    }
  });

  it('does not show why a block is not run', () => {
    for (const file of globSync('**/*.html', { cwd: SITE }))
      assert.doesNotMatch(readFileSync(join(SITE, file), 'utf8'), /<!-- not run/, file);
  });

  it('loads nothing from elsewhere, and reveals nothing about the machine that built it', () => {
    for (const file of globSync('**/*.{html,js,css}', { cwd: SITE })) {
      const text = readFileSync(join(SITE, file), 'utf8');
      assert.doesNotMatch(text, /<(?:script|link|img|iframe)[^>]+(?:src|href)="https?:/, file);
      assert.ok(!text.includes(CHECKOUT), file);
    }
  });
});
