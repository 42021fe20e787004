/** Evaluates a bundle. If its packages are bundled separately, they are evaluated first. */
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

import { type BundleCode, type BundleFile, PACKAGES_SYMBOL } from '../thread/instance-start.ts';

export type ReadBundle = BundleFile & { readonly text: string };

/** Reads the bundles in the order in which they are evaluated. */
export function readBundles({ own, packages }: BundleCode): readonly ReadBundle[] {
  const files = packages === undefined ? [own] : [packages, own];
  return files.map((file) => ({ ...file, text: readFileSync(file.file, 'utf8') }));
}

/**
 * Evaluates the bundles in order.
 * @returns the exports of the last bundle
 */
export async function evaluateBundles(
  { format, withRequire, own }: BundleCode,
  bundles: readonly ReadBundle[],
): Promise<unknown> {
  if (format === 'esm' && withRequire) defineRequire(own.address);
  for (const bundle of bundles.slice(0, -1)) {
    const { packages } = (await evaluate(bundle, format)) as { readonly packages: unknown };
    Object.defineProperty(globalThis, Symbol.for(PACKAGES_SYMBOL), { value: packages });
  }
  const last = bundles.at(-1);
  return last && (await evaluate(last, format));
}

function evaluate({ text, mapComment, address }: ReadBundle, format: BundleCode['format']): unknown {
  if (mapComment !== undefined) mapBundle(mapComment, address);
  if (format === 'esm') return import(pathToFileURL(address).href);
  const module = makeModule(address);
  module._compile(text, address);
  return module.exports;
}

/**
 * Defines globals that esbuild's `require` shim and CommonJS packages inside an ESM bundle expect. A declaration in the
 * bundle takes precedence.
 */
function defineRequire(address: string): void {
  Object.assign(globalThis, {
    require: createRequire(address),
    __filename: address,
    __dirname: dirname(address),
  });
}

/**
 * The modules of source maps. They are referenced here, because Node drops the source map of a module that has been
 * garbage-collected.
 */
const mapped: Module[] = [];

/**
 * Loads the source map of a bundle through an empty module with the same path. If the bundle itself had the map, Node
 * would read all lines of the bundle.
 */
function mapBundle(comment: string, address: string): void {
  const module = makeModule(address);
  module._compile(comment, address);
  mapped.push(module);
}

type CompilableModule = Module & { _compile(text: string, file: string): void };

const PathModule = Module as unknown as { _nodeModulePaths(folder: string): string[] };

function makeModule(address: string): CompilableModule {
  const module = new Module(address) as CompilableModule;
  module.filename = address;
  module.paths = PathModule._nodeModulePaths(dirname(address));
  return module;
}
