/**
 * Finds packages that are not bundled: packages with native code, which looks for files next to itself, and packages
 * with files that esbuild has no loader for.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { readIfReadable } from '@gatewright/aws/readable-files';
import type { Message, Metafile, Plugin } from 'esbuild';

const NO_LOADER = /^No loader is configured for /;
const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;
const NAMESPACE = 'outside';

/** Returns the folders of the packages whose files caused the build to fail. */
export function findUnloadable(errors: readonly Message[], directory: string): readonly string[] {
  return errors.flatMap(({ text, location }) =>
    location !== null && NO_LOADER.test(text) ? (packageFolder(resolve(directory, location.file)) ?? []) : [],
  );
}

/** Returns the folders of bundled packages that have native code. */
export function findNative({ inputs }: Metafile, directory: string): readonly string[] {
  const folders = Object.keys(inputs)
    .filter((input) => !input.startsWith(`${NAMESPACE}:`))
    .map((input) => packageFolder(resolve(directory, input)));
  return [...new Set(folders)].filter((folder) => folder !== undefined).filter(isNative);
}

/** Returns the folder of the package that contains a file; undefined if the file is not in a package. */
export function packageFolder(file: string): string | undefined {
  return PACKAGE.exec(file)?.[1];
}

function isNative(folder: string): boolean {
  if (existsSync(join(folder, 'binding.gyp'))) return true;
  return /"(?:gypfile"\s*:\s*true|binary"\s*:\s*\{)/.test(readIfReadable(join(folder, 'package.json')) ?? '');
}

/**
 * Returns the plug-in that leaves packages with native code outside the bundle.
 * @param folders the folders of further packages to leave outside; packages with native code are found during the build
 */
export function leavingOutside(folders: ReadonlySet<string>): Plugin {
  const asked = Symbol('asked');
  return {
    name: 'outside-packages',
    setup(build) {
      // The package is required by its absolute path, because it may be installed inside another package.
      build.onResolve({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(path)});`,
        resolveDir: dirname(path),
      }));
      build.onResolve(
        { filter: /^[^./]/ },
        async ({ path, importer, namespace, resolveDir, kind, ...rest }) => {
          // Requests of other plug-ins are skipped, because otherwise two plug-ins could pass the same request back and
          // forth without end.
          if (rest.pluginData !== undefined || kind === 'entry-point') return undefined;
          const found = await build.resolve(path, {
            importer,
            namespace,
            resolveDir,
            kind,
            pluginData: asked,
          });
          const folder = found.errors.length > 0 || found.external ? undefined : packageFolder(found.path);
          if (folder === undefined || !(folders.has(folder) || isNative(folder))) return undefined;
          return { path: found.path, namespace: NAMESPACE };
        },
      );
    },
  };
}
