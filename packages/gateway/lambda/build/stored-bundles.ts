/** The bundles of a run. They are stored in files, which instances load. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { statOf } from '@gatewright/aws/file-marks';

import type { BuildResult } from 'esbuild';

import type { BundleFile, HandlerCode } from '../thread/instance-start.ts';

/**
 * The size in bytes from which a bundle uses V8's code cache. For smaller bundles, the cache saves no time
 * (docs/design/hot-path §4).
 */
const COMPILE_CACHE_FROM_BYTES = 100_000;

/** The heap per byte of a source map: Node expands a map of 5.5 MB, of aws-sdk 2, to 130 MB when a stack is read. */
const HEAP_PER_MAP_BYTE = 28;

export type BundleTexts = { readonly text: string; readonly map: string };

/** Returns the memory in MB that Node needs for the source maps of a bundle. */
export function mapMbOf({ map }: BundleTexts, packages: BundleTexts | undefined): number {
  return expandedMb(map.length + (packages?.map.length ?? 0));
}

/** Returns the memory in MB that Node needs for the source map that is next to a file; 0 if there is none. */
export function mapMbBeside(file: string): number {
  return expandedMb(statOf(`${file}.map`)?.size ?? 0);
}

const expandedMb = (mapBytes: number): number => Math.ceil((mapBytes * HEAP_PER_MAP_BYTE) / 1024 ** 2);

export function textsOf({ outputFiles = [] }: BuildResult): BundleTexts {
  return {
    text: outputFiles.find(({ path }) => !path.endsWith('.map'))?.text ?? '',
    map: outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '',
  };
}

type Origin = {
  /** The absolute path of the handler's source. */
  readonly file: string;
  readonly format: 'esm' | 'cjs';
  readonly withRequire: boolean;
};

export class StoredBundles {
  readonly #folder: string;
  readonly #compileCache: string;
  readonly #isDebugged: boolean;

  /**
   * @param compileCache the folder of V8's code cache, which is stored between runs
   * @param isDebugged whether bundles include their sources; debuggers need this if they cannot read files
   */
  constructor(folder: string, compileCache: string, isDebugged: boolean) {
    this.#folder = folder;
    this.#compileCache = compileCache;
    this.#isDebugged = isDebugged;
  }

  /**
   * Stores a bundle, and returns the code that instances load.
   * @param packages the packages if they are bundled separately from `own`
   */
  store({ file, format, withRequire }: Origin, own: BundleTexts, packages?: BundleTexts): HandlerCode {
    const address = addressOf(file);
    const length = own.text.length + (packages?.text.length ?? 0);
    return {
      kind: 'bundle',
      own: this.#write(own, address),
      // The packages have a separate URL, by which V8's cache finds them.
      packages: packages && this.#write(packages, address.replace(/\.js$/, '.packages.js')),
      format,
      withRequire,
      // Breakpoints do not work in cached code that was compiled without the debugger.
      compileCache: length > COMPILE_CACHE_FROM_BYTES && !this.#isDebugged ? this.#compileCache : undefined,
    };
  }

  /**
   * Writes a file whose name is derived from its content. An instance that starts during a rebuild therefore never
   * mixes two versions.
   */
  #write({ text, map }: BundleTexts, address: string): BundleFile {
    const name = createHash('sha256').update(address).update(text).digest('hex').slice(0, 16);
    const file = join(this.#folder, `${name}.js`);
    if (!existsSync(file)) {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(`${file}.map`, map);
      writeFileSync(file, this.#isDebugged ? `${text}\n${mapComment(inlineMap(map, this.#folder))}` : text);
    }
    // The URL is a path that starts with a slash, even on Windows, because Node accepts neither a file URL nor `C:\…`.
    const outside = mapComment(pathToFileURL(`${file}.map`).pathname);
    return { file, address, mapComment: this.#isDebugged ? undefined : outside };
  }
}

/** Returns the path that a bundle has in the deployed package, which is next to its source. */
export function addressOf(source: string): string {
  return `${source.slice(0, -extname(source).length)}.js`;
}

const mapComment = (url: string): string => `//# sourceMappingURL=${url}\n`;

/**
 * Returns the source map as a data URL. The paths of the sources are absolute, because the script runs at another
 * address.
 */
function inlineMap(map: string, folder: string): string {
  const { sources, ...rest } = JSON.parse(map) as { readonly sources: readonly string[] };
  const absolute = sources.map((source) => pathToFileURL(resolve(folder, source)).href);
  const text = JSON.stringify({ ...rest, sources: absolute });
  return `data:application/json;base64,${Buffer.from(text).toString('base64')}`;
}
