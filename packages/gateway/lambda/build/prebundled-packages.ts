/**
 * The CommonJS packages of a function, bundled separately, so that a save rebuilds only the sources and not the
 * thousand files of an SDK.
 *
 * esbuild wraps each CommonJS module in its own function, together with the ES modules that only CommonJS modules load.
 * It neither merges nor prunes these functions. They therefore run identically in another bundle, except for names that
 * esbuild generates and file names in stack traces. Other ES modules stay with the sources.
 */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { isBuiltin } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { BuildOptions, BuildResult, Metafile, Plugin } from 'esbuild';

import { isUnchanged, markBuild } from './build-inputs.ts';
import { PACKAGES_SYMBOL } from '../thread/instance-start.ts';
import { packageFolder } from './outside-packages.ts';
import { RepeatedBuild } from './repeated-build.ts';
import { addressOf, type BundleTexts, textsOf } from './stored-bundles.ts';

export type LocatedOptions = BuildOptions & { readonly absWorkingDir: string };

export type PrebundledPackages = {
  readonly texts: BundleTexts;
  readonly metafile: Metafile;
  /** The esbuild plug-in that excludes these packages from the build of the sources. */
  readonly plugin: Plugin;
  /** Whether the installed files are still identical to the files in the bundle. */
  isCurrent(): boolean;
  /**
   * Whether the bundle of the sources matches these packages: it has the same mode, imports all of them, and contains
   * little additional package code.
   */
  suits(rest: BuildResult): boolean;
};

/**
 * Packages whose modules import only modules of these packages. `entries` are the files that other code imports, and
 * `files` are all files. All paths are absolute.
 */
type ClosedPackages = {
  readonly entries: readonly string[];
  readonly files: ReadonlySet<string>;
  /**
   * Whether the bundle runs in strict mode. TypeScript's `strict` determines the mode of a whole CommonJS bundle,
   * including its packages.
   */
  readonly isStrict: boolean;
};

type Whole = BuildResult<{ metafile: true }>;

/** The minimum size of the packages in bytes. For smaller packages, a separate bundle does not save any time. */
const LEAST_BYTES = 100_000;
/** The name that the metafile contains for the input that lists the packages. */
const LIST = 'packages-of-function.js';
const CODE = /\.(?:[cm]?[jt]sx?|json)$/;
/** The build settings that have a different effect if the packages and the sources are bundled separately. */
const OF_THE_WHOLE = [
  'banner',
  'footer',
  'inject',
  'mangleCache',
  'mangleProps',
  'mangleQuoted',
  'plugins',
] as const;

/**
 * Finds packages that can be bundled separately. Returns undefined if separate bundles save no time, or if the packages
 * must be bundled together with the sources.
 */
export function findClosedPackages(options: LocatedOptions, whole: Whole): ClosedPackages | undefined {
  // For a debugger, there must be a single bundle, because otherwise the debugger does not see the sources.
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
  // Modules that stay outside the bundle, such as native code, have a namespace.
  return !/^[\w()-]{2,}:/.test(input) && `/${input}`.includes('/node_modules/') && CODE.test(input);
}

/**
 * Whether a module is loaded at the position of its import. This is not true of ES module imports, which a bundle loads
 * before everything else. For Node's own modules, the order does not matter.
 */
function isLoadedInPlace({ kind, path }: Metafile['inputs'][string]['imports'][number]): boolean {
  return kind !== 'import-statement' || isBuiltin(path);
}

function bytesOf({ outputs }: Metafile, isCounted: (input: string) => boolean): number {
  const parts = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return parts.reduce((sum, [input, { bytesInOutput }]) => sum + (isCounted(input) ? bytesInOutput : 0), 0);
}

/**
 * Bundles the packages.
 * @param whole the complete build with packages and sources
 * @returns undefined if packages are being installed, or if changes to the packages cannot be detected
 * @throws BuildFailure of esbuild if the packages cannot be bundled, or if `signal` is aborted
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
  // The state of the files is recorded before esbuild reads them. esbuild does not read TypeScript settings for
  // packages.
  const marks = markBuild(
    { inputs: Object.fromEntries(inputs), outputs: {} },
    { ...options, tsconfigRaw: {} },
    // Recently written files are also accepted, because `isCurrent` detects later changes.
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
    // The directive is on the first line, which the source map does not cover.
    texts: { text: isStrict && !startsStrict(result) ? `"use strict";${text}` : text, map },
    metafile,
    plugin: leavingPackagesOut(new Set(entries), files),
    isCurrent: () => isUnchanged(marks),
    suits: (rest) =>
      rest.metafile !== undefined &&
      startsStrict(rest) === isStrict &&
      // The sources must still import all packages. If they no longer imported a package, that package would still be
      // loaded, and could fail or affect the sources.
      countEntries(rest.metafile) === entries.length &&
      bytesOf(rest.metafile, isPackageCode) < others + LEAST_BYTES,
  };
}

/**
 * Returns the file names that package code sees. They are the file names of the bundle of the sources, so that code
 * that reads its own file name behaves as in a single bundle.
 */
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
      // The key is the resolved path, because the same import name may refer to a different file in each folder.
      build.onLoad(
        { filter: new RegExp(`^(?:${escaped.join('|')})`), namespace: 'file' },
        ({ path, suffix, with: attributes }) => {
          // An import such as `./file?query`, or an import with attributes (as text), is another module of the same
          // file.
          const isOther = suffix !== '' || Object.keys(attributes).length > 0;
          if (isOther || !files.has(path)) return undefined;
          if (!entries.has(path)) return { errors: [{ text: `${path} is not among the packages` }] };
          const get = `globalThis[Symbol.for('${PACKAGES_SYMBOL}')][${JSON.stringify(path)}]`;
          // A getter is needed because the module may replace its exports.
          return { contents: `Object.defineProperty(module, 'exports', { get: ${get} });`, loader: 'js' };
        },
      );
    },
  };
}
