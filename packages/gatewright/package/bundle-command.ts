/** Bundles the command into few files: Node spends half of a start on finding and linking a thousand. */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { SCOPE } from './manifest.ts';

/** Where the launcher looks. */
const FOLDER = 'packages/gatewright/command/bundled';
const OWN_PLACE = 'import.meta.url';
const OWN_PREFIXES = [SCOPE, '#shared/'];

/**
 * Writes `packages/gatewright/command/bundled/main.js` and its parts into a built package, from our files
 * there; other packages stay imports. The files stay too: the plug-in, `gatewright/testing` and threads load
 * them.
 * @throws Error where a file determines its place in a way that differs in the bundle
 */
export async function bundleCommand(packageDirectory: string): Promise<void> {
  const folder = join(packageDirectory, FOLDER);
  await rm(folder, { recursive: true, force: true });
  const { warnings } = await build({
    entryPoints: { main: join(packageDirectory, 'packages/gatewright/command/main.js') },
    outdir: folder,
    bundle: true,
    splitting: true,
    chunkNames: 'part-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    charset: 'utf8',
    logLevel: 'silent',
    // Errors and log lines show the names of classes and functions.
    keepNames: true,
    plugins: [preservePaths(folder)],
  });
  if (warnings.length > 0)
    throw new Error(`the command cannot be bundled: ${warnings.map(({ text }) => text).join('; ')}`);
}

function preservePaths(folder: string): Plugin {
  const pathFrom = (file: string): string => {
    const path = relative(folder, file).split(sep).join('/');
    return path.startsWith('.') ? path : `./${path}`;
  };
  return {
    name: 'keep-places',
    setup(hooks) {
      hooks.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === 'entry-point' || OWN_PREFIXES.some((own) => path.startsWith(own))
          ? undefined
          : { path, external: true },
      );
      hooks.onResolve({ filter: /^\..*\.cjs$/ }, ({ path, resolveDir }) => ({
        path: pathFrom(join(resolveDir, path)),
        external: true,
      }));
      hooks.onLoad({ filter: /\.js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (/\bimport\.meta\.(?!url\b)/.test(text))
          throw new Error(`${path} asks for more than ${OWN_PLACE}`);
        const place = `new URL(${JSON.stringify(pathFrom(path))}, ${OWN_PLACE}).href`;
        return { contents: text.replaceAll(OWN_PLACE, place), resolveDir: dirname(path) };
      });
    },
  };
}
