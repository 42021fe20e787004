/**
 * CommonJS packages of a function, bundled separately, so that a save rebuilds only the sources and not the
 * thousand files
 * of an SDK. esbuild wraps each CommonJS module, with the ES modules that only such modules load, in its own
 * function, which
 * it neither merges nor prunes. They therefore run identically in another bundle, except for names that esbuild
 * generates
 * and file names in stack traces. Other ES modules stay with the sources.
 */
import { isBuiltin } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { BuildOptions, BuildResult, Metafile, Plugin } from 'esbuild';

import { isUnchanged, markBuild } from './build-inputs.ts';
import { PACKAGES_SYMBOL } from '../thread/instance-start.ts';
import { packageFolder } from './outside-packages.ts';
import { escapeForRegExp, RepeatedBuild } from './repeated-build.ts';
import { addressOf, type BundleTexts, textsOf } from './stored-bundles.ts';

export type LocatedOptions = BuildOptions & { readonly absWorkingDir: string };

export type PrebundledPackages = {
  readonly texts: BundleTexts;
  readonly metafile: Metafile;
  /** Excludes these packages from the build of the sources. */
  readonly plugin: Plugin;
  /** Whether the installed files are still the ones in the bundle. */
  isCurrent(): boolean;
  /** Whether the bundle of the sources matches: the same mode, all of these packages, and few others. */
  suits(rest: BuildResult): boolean;
};

/** Absolute paths of files of packages that import no others: those that others import, all of CommonJS, and all. */
type ClosedPackages = {
  readonly entries: readonly string[];
  readonly files: ReadonlySet<string>;
  /** TypeScript's `strict` sets the mode of a whole bundle of CommonJS, packages included. */
  readonly isStrict: boolean;
};

type Whole = BuildResult<{ metafile: true }>;

/** Below this size, a separate bundle saves no time. */
const LEAST_BYTES = 100_000;
/** Name in the metafile of the input that lists the packages. */
const LIST = 'packages-of-function.js';
const CODE = /\.(?:[cm]?[jt]sx?|json)$/;
/** Settings with which a joint bundle differs from separate ones. */
const OF_THE_WHOLE = [
  'banner',
  'footer',
  'inject',
  'mangleCache',
  'mangleProps',
  'mangleQuoted',
  'plugins',
] as const;

/** Undefined if separate packages save no time or must be bundled with the sources. */
export function findClosedPackages(options: LocatedOptions, whole: Whole): ClosedPackages | undefined {
  // A debugger sees only the sources of one bundle.
  if (OF_THE_WHOLE.some((name) => options[name] !== undefined) || options.sourcesContent === true)
    return undefined;
  const { inputs } = whole.metafile;
  const importersOf = Map.groupBy(
    Object.entries(inputs).flatMap(([input, { imports }]) => imports.map(({ path }) => ({ input, path }))),
    ({ path }) => path,
  );
  const closed = new Set(Object.keys(inputs).filter(isPackageCode));
  const isClosed = (input: string): boolean =>
    (inputs[input]?.imports ?? []).every((imported) =>
      imported.external === true ? isLoadedInPlace(imported) : closed.has(imported.path),
    ) &&
    (inputs[input]?.format === 'cjs' || (importersOf.get(input) ?? []).every((by) => closed.has(by.input)));
  for (let size = -1; size !== closed.size;) {
    size = closed.size;
    for (const input of closed) if (!isClosed(input)) closed.delete(input);
  }
  if (bytesOf(whole.metafile, (input) => closed.has(input)) < LEAST_BYTES) return undefined;
  const toFile = (input: string): string => resolve(options.absWorkingDir, input);
  const isEntry = (input: string): boolean =>
    (importersOf.get(input) ?? []).some((by) => !closed.has(by.input));
  return {
    entries: [...closed].filter(isEntry).map(toFile).toSorted(),
    files: new Set([...closed].map(toFile)),
    isStrict: startsStrict(whole),
  };
}

function isPackageCode(input: string): boolean {
  // What stays outside of the bundle, such as native code, has a namespace.
  return !/^[\w()-]{2,}:/.test(input) && `/${input}`.includes('/node_modules/') && CODE.test(input);
}

/** ES module imports are loaded before everything else in a bundle; the order of Node's own modules does not matter. */
function isLoadedInPlace({ kind, path }: Metafile['inputs'][string]['imports'][number]): boolean {
  return kind !== 'import-statement' || isBuiltin(path);
}

function bytesOf({ outputs }: Metafile, isCounted: (input: string) => boolean): number {
  const parts = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return parts.reduce((sum, [input, { bytesInOutput }]) => sum + (isCounted(input) ? bytesInOutput : 0), 0);
}

/**
 * @param whole the complete build with packages and sources
 * @returns undefined while packages are installed, or where it cannot be known whether they change
 * @throws BuildFailure of esbuild, also once `signal` is aborted
 */
export async function prebundle(
  options: LocatedOptions,
  { entries, files, isStrict }: ClosedPackages,
  whole: Whole,
  isEsbuild: boolean,
  signal: AbortSignal,
): Promise<PrebundledPackages | undefined> {
  const { absWorkingDir } = options;
  const isFile = (input: string): boolean => files.has(resolve(absWorkingDir, input));
  const inputs = Object.entries(whole.metafile.inputs).filter(([input]) => isFile(input));
  // Marked before they are read. esbuild reads no TypeScript settings for packages.
  const marks = markBuild(
    { inputs: Object.fromEntries(inputs), outputs: {} },
    { ...options, tsconfigRaw: {} },
    // Files are accepted however new they are, because later changes are noticed.
    { startedEpochMs: Infinity, runDirectory: absWorkingDir },
  );
  if (marks === undefined) return undefined;
  const list = { contents: listOf(entries), resolveDir: absWorkingDir, sourcefile: LIST };
  const define = { ...fileNames(options), ...options.define };
  const repeated = new RepeatedBuild({ ...options, define, entryPoints: [], stdin: list }, isEsbuild);
  let result;
  try {
    result = await repeated.run(false, signal);
  } finally {
    await repeated.dispose();
  }
  const { metafile } = result;
  const read = Object.keys(metafile?.inputs ?? {}).filter((input) => input !== LIST);
  if (metafile === undefined || !read.every(isFile) || !isUnchanged(marks)) return undefined;
  const countEntries = ({ inputs }: Metafile): number => Object.keys(inputs).filter(isFile).length;
  const others = bytesOf(whole.metafile, (input) => isPackageCode(input) && !isFile(input));
  const { text, map } = textsOf(result);
  return {
    // On the first line, which the source map omits.
    texts: { text: isStrict && !startsStrict(result) ? `"use strict";${text}` : text, map },
    metafile,
    plugin: leavingPackagesOut(new Set(entries), files),
    isCurrent: () => isUnchanged(marks),
    suits: (rest) =>
      rest.metafile !== undefined &&
      startsStrict(rest) === isStrict &&
      // A package that fails to load must not affect sources that no longer import it.
      countEntries(rest.metafile) === entries.length &&
      bytesOf(rest.metafile, isPackageCode) < others + LEAST_BYTES,
  };
}

/** Package code that reads its own file name gets the name of the common bundle. */
function fileNames({ entryPoints, format }: LocatedOptions): Readonly<Record<string, string>> {
  const [source] = Array.isArray(entryPoints) ? entryPoints : [];
  if (typeof source !== 'string') return {};
  const address = addressOf(source);
  const name = JSON.stringify(address);
  if (format === 'cjs') return { __filename: name };
  return { 'import.meta.filename': name, 'import.meta.url': JSON.stringify(pathToFileURL(address).href) };
}

function listOf(entries: readonly string[]): string {
  const texts = entries.map((entry) => JSON.stringify(entry));
  return `export const packages = {${texts.map((text) => `${text}: () => require(${text}),`).join('\n')}};`;
}

function startsStrict(built: BuildResult): boolean {
  return /^(?:#!.*\n)?["']use strict["']/.test(textsOf(built).text);
}

function leavingPackagesOut(entries: ReadonlySet<string>, files: ReadonlySet<string>): Plugin {
  const folders = new Set([...files].flatMap((file) => packageFolder(file) ?? []));
  const escaped = [...folders].map(escapeForRegExp);
  return {
    name: 'prebundled-packages',
    setup(build) {
      // Keyed by resolved path, because the same import name may be a different file in each folder.
      build.onLoad(
        { filter: new RegExp(`^(?:${escaped.join('|')})`), namespace: 'file' },
        ({ path, suffix, with: attributes }) => {
          // `./file?query`, or as text: another module of the same file.
          const isOther = suffix !== '' || Object.keys(attributes).length > 0;
          if (isOther || !files.has(path)) return undefined;
          if (!entries.has(path)) return { errors: [{ text: `${path} is not among the packages` }] };
          const get = `globalThis[Symbol.for('${PACKAGES_SYMBOL}')][${JSON.stringify(path)}]`;
          // A getter, since code may replace what it exports.
          return { contents: `Object.defineProperty(module, 'exports', { get: ${get} });`, loader: 'js' };
        },
      );
    },
  };
}
