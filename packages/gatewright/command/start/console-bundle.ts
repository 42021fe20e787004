/**
 * Loads the console's files. The package contains them already bundled (`npm run build:package`). In a checkout, they
 * are bundled when the page is first opened.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConsoleFiles } from '../../../gateway/engine/index.ts';

const FOLDER = fileURLToPath(new URL('../../../gateway/console/page', import.meta.url));
/** Files of the page that are bundled. */
const BUNDLED = ['app.js', 'app.css'] as const;
const COPIED = ['index.html', 'icon.svg'] as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

let loaded: Promise<ConsoleFiles> | undefined;

/** Loads the console's files once. If bundling them fails, the next call tries again. */
export function loadConsole(): Promise<ConsoleFiles> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<ConsoleFiles> {
  const texts = existsSync(join(FOLDER, 'app.js')) ? await readBuilt() : await bundleConsole(FOLDER);
  return new Map([...texts].map(([name, body]) => [name, { type: TYPES[extname(name)] ?? '', body }]));
}

async function readBuilt(): Promise<ReadonlyMap<string, Buffer>> {
  const names = [...BUNDLED, ...COPIED];
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(FOLDER, name))] as const)),
  );
}

/** Returns every file of the page by name, created from the sources in `folder`. */
export async function bundleConsole(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
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
  const bundled = outputFiles.map(
    ({ path, contents }) => [path.slice(folder.length + 1), Buffer.from(contents)] as const,
  );
  return new Map([...bundled, ...COPIED.map((name) => [name, readFileSync(join(folder, name))] as const)]);
}
