/** What a browser loads from the portal: little, and nothing from other origins. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundledLicenses } from '../../layers/bundled-licenses.ts';
import { ALSO_READ, loadPortalPage, PORTAL_PAGE } from '../../layers/portal-page.ts';
import { REPOSITORY } from '../architecture/source-files.ts';

/** The page and its packages. A tenth of it is the customers' waiting time on a slow line. */
const MAX_GZIPPED_BYTES = 60 * 1024;

describe('the page of the portal', () => {
  let root: string;
  const kept = (): readonly string[] => readdirSync(join(root, '.build/portal-page'));

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'gatewright-portal-page-'));
    for (const path of [PORTAL_PAGE, ...ALSO_READ]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
    }
    symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  });
  after(() => rmSync(root, { recursive: true }));

  it('is small, and names no other origin', () => {
    const page = loadPortalPage(root);

    assert.deepEqual([...page.keys()], ['app.js', 'app.css', 'index.html', 'licenses.txt']);
    const script = page.get('app.js') ?? '';
    const bytes = gzipSync(script + (page.get('app.css') ?? '')).length;
    assert.ok(bytes < MAX_GZIPPED_BYTES, `${bytes} bytes`);
    const named = [...script.matchAll(/https?:\/\/[\w.-]+/g)].map(([url]) => url);
    assert.deepEqual(
      named.filter((url) => !/^http:\/\/www\.w3\.org$|^https:\/\/example\.com$/.test(url)),
      [],
    );
    assert.doesNotMatch(page.get('app.css') ?? '', /url\(|@import/);
  });

  it('is bundled once, and again when a source changes', () => {
    const first = loadPortalPage(root);
    const before = kept();
    assert.deepEqual(loadPortalPage(root), first);
    assert.deepEqual(kept(), before);

    appendFileSync(join(root, PORTAL_PAGE, 'style.css'), '\n.added { top: 0 }\n');

    assert.match(loadPortalPage(root).get('app.css') ?? '', /\.added\{top:0\}/);
    assert.equal(kept().length, before.length + 1);
  });

  it('lists which files of this repository are in the bundle, so that no file changes unnoticed', async () => {
    const { metafile } = await build({
      absWorkingDir: REPOSITORY,
      entryPoints: [join(PORTAL_PAGE, 'main.tsx')],
      outdir: 'out',
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      tsconfigRaw: {},
    });
    const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
    const ours = inputs
      .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && !path.startsWith('node_modules/'))
      .map(([path]) => path);

    assert.deepEqual(
      ours.filter((path) => !path.startsWith(PORTAL_PAGE)).toSorted(),
      ALSO_READ.filter((path) => path !== 'package.json'),
    );
  });

  it('is read unchanged if the package contains the built page', () => {
    const built = mkdtempSync(join(tmpdir(), 'gatewright-portal-built-'));
    const names = ['app.js', 'app.css', 'index.html', 'licenses.txt'];
    mkdirSync(join(built, PORTAL_PAGE), { recursive: true });
    for (const name of names) writeFileSync(join(built, PORTAL_PAGE, name), `built ${name}`);

    const page = loadPortalPage(built);

    rmSync(built, { recursive: true });
    assert.deepEqual(
      [...page],
      names.map((name) => [name, `built ${name}`]),
    );
  });

  it('includes the licences of its content', () => {
    const [name, text] = bundledLicenses(REPOSITORY, ['preact', 'uplot']);

    assert.equal(name, 'licenses.txt');
    assert.equal(text.toString().match(/MIT License/g)?.length, 2);
  });
});
