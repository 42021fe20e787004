/**
 * Loads the built page of the portal. The npm package contains it already bundled (`npm run build:package`). In a
 * checkout, it is bundled when a service with `access/portal.yml` is read, and kept until one of its sources changes.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Esbuild from 'esbuild';
import type { PageSources } from '@gatewright/authoring/portal/page-assets';
import { bundledLicenses } from './bundled-licenses.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The folder of the page, relative to the checkout and to the npm package. */
export const PORTAL_PAGE = 'packages/toolkit/stack/portal/page';
const BUILT = ['app.js', 'app.css', 'index.html', 'licenses.txt'] as const;
const PACKAGES = ['preact', 'uplot'];
/** Files outside of the page's folder that determine the bundle. The manifest names the versions of the packages. */
export const ALSO_READ: readonly string[] = [
  'package.json',
  'packages/base/aws/json-object.ts',
  'packages/base/aws/text/visible-text.ts',
  'shared/access/keys/last-use.ts',
  'shared/portal/portal-problem.ts',
  'shared/portal/print-moment.ts',
];

/** @param root the checkout, or the folder of the npm package */
export function loadPortalPage(root = ROOT): PageSources {
  const folder = join(root, PORTAL_PAGE);
  if (existsSync(join(folder, 'app.js')))
    return new Map(BUILT.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const kept = join(root, '.build/portal-page', `${hashOfSources(root)}.json`);
  if (existsSync(kept)) return new Map(JSON.parse(readFileSync(kept, 'utf8')) as [string, string][]);
  const bundled = bundlePortalPage(root);
  mkdirSync(join(root, '.build/portal-page'), { recursive: true });
  const draft = `${kept}.${process.pid}`;
  writeFileSync(draft, JSON.stringify([...bundled]));
  // Another process may read the file at the same time.
  renameSync(draft, kept);
  return bundled;
}

/** Bundles the page from its sources and returns its files by name, with the licenses of the bundled packages. */
export function bundlePortalPage(root: string): PageSources {
  const folder = join(root, PORTAL_PAGE);
  // esbuild is loaded on demand, because most services have no portal.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof Esbuild;
  const { outputFiles } = buildSync({
    entryPoints: { app: join(folder, 'main.tsx') },
    bundle: true,
    minify: true,
    write: false,
    outdir: folder,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
    tsconfigRaw: {},
  });
  const [licenses, texts] = bundledLicenses(root, PACKAGES);
  return new Map([
    ...outputFiles.map(({ path, text }) => [path.slice(folder.length + 1), text] as const),
    ['index.html', readFileSync(join(folder, 'index.html'), 'utf8')],
    [licenses, texts.toString('utf8')],
  ]);
}

function hashOfSources(root: string): string {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, PORTAL_PAGE), { recursive: true, encoding: 'utf8' }).toSorted();
  const files = sources
    .filter((name) => /\.(tsx?|css|html)$/.test(name))
    .map((name) => join(PORTAL_PAGE, name));
  for (const file of [...files, ...ALSO_READ])
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 32);
}
