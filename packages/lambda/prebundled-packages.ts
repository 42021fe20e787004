/**
 * The packages that a function's sources import, bundled apart from these sources: a save then builds and compiles
 * what was saved, not a thousand files of an SDK.
 */
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

import {
  isFresh,
  isOfPackage,
  isSame,
  type Mark,
  markOf,
  packageNames,
  statOf,
} from '@gatewright/aws/file-marks';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';

import { PACKAGES_SYMBOL } from './instance-start.ts';
import { packageFolder } from './outside-packages.ts';
import { RepeatedBuild } from './repeated-build.ts';
import { type BundleTexts, textsOf } from './stored-bundles.ts';

export type LocatedOptions = BuildOptions & { readonly absWorkingDir: string };

export type PrebundledPackages = {
  readonly texts: BundleTexts;
  readonly metafile: Metafile;
  /** For the build of the sources: leads their imports to files that re-export packages of this bundle. */
  readonly alias: Readonly<Record<string, string>>;
  /** Whether sources that were built with `alias` import no other package. */
  coversImports(metafile: Metafile | undefined): boolean;
  /** Whether the installed packages are still those of the bundle. */
  isCurrent(): boolean;
};

/** What sources import: the names that they write, and absolute paths of package files. */
export type PackageImports = ReadonlyMap<string, string>;

/** What the metafile calls the input that lists the packages. */
const LIST = 'packages-of-function.js';
/** Settings by which what is bundled together differs from what is bundled apart. */
const OF_THE_WHOLE = ['inject', 'mangleCache', 'mangleProps', 'mangleQuoted', 'plugins'] as const;
const CODE = /\.[cm]?[jt]sx?$/;

/** None where they have to be bundled together. */
export function findImports(options: LocatedOptions, { inputs }: Metafile): PackageImports {
  const found = new Map<string, string>();
  // A debugger is shown the sources of one bundle.
  if (OF_THE_WHOLE.some((name) => options[name] !== undefined) || options.sourcesContent === true)
    return found;
  const toFile = (input: string): string => resolve(options.absWorkingDir, input);
  const imports = Object.entries(inputs).flatMap(([input, read]) =>
    isOfPackage(toFile(input)) ? [] : read.imports,
  );
  for (const { path, original = path, external } of imports) {
    const file = toFile(path);
    if (external === true || !isOfPackage(file)) continue;
    // Native code stays where it is. One name may be two files: for `import` and `require`, and in a workspace’s folders.
    const isOutside = /^[\w-]{2,}:/.test(path);
    if (isOutside || !/^[\w@]/.test(original) || (found.get(original) ?? file) !== file) return new Map();
    found.set(original, file);
  }
  return found;
}

/**
 * @param folder for the files that re-export
 * @returns `refused` where what runs could be another code than that of one bundle; `changing` while packages are installed
 * @throws BuildFailure of esbuild, also for a package that awaits at its top level
 */
export async function prebundle(
  options: LocatedOptions,
  imports: PackageImports,
  folder: string,
  isEsbuild: boolean,
): Promise<PrebundledPackages | 'refused' | 'changing'> {
  const startedEpochMs = Date.now();
  const entries = [...new Set(imports.values())].filter((file) => CODE.test(file));
  const list = { contents: listOf(entries), resolveDir: options.absWorkingDir, sourcefile: LIST };
  // Where one awaits at its top level, what requires it goes on before it has ended, and esbuild does not say so.
  const supported = { ...options.supported, 'top-level-await': false };
  const repeated = new RepeatedBuild({ ...options, supported, entryPoints: [], stdin: list }, isEsbuild);
  const result = await repeated.run(false).finally(() => repeated.dispose());
  if (result.metafile === undefined) return 'refused';
  const { inputs } = result.metafile;
  const toFile = (input: string): string => resolve(options.absWorkingDir, input);
  const read = Object.keys(inputs).filter((input) => input !== LIST);
  const files = read.map(toFile);
  // A workspace's own package, which the sources may import as well, would be there twice.
  if (!files.every(isOfPackage)) return 'refused';
  const marks = listMarks(files);
  const esm = new Set(read.filter((input) => inputs[input]?.format === 'esm').map(toFile));
  const effective = await findSideEffects(options, entries);
  mkdirSync(folder, { recursive: true });
  // esbuild names files by their real paths.
  const written = realpathSync(mkdtempSync(join(folder, 'packages-')));
  const reexports = new Map<string, string>();
  for (const [at, file] of entries.entries()) {
    const entry = { file, isModule: esm.has(file), hasSideEffects: effective.has(file) };
    reexports.set(file, await writeReexport(options, entry, join(written, 'node_modules', String(at))));
  }
  if (files.some((file) => isFresh(file, statOf(file), startedEpochMs))) return 'changing';
  const alias = Object.fromEntries([...imports].map(([name, file]) => [name, reexports.get(file) ?? file]));
  const known = new Set(Object.values(alias));
  const isKnown = (file: string): boolean =>
    !isOfPackage(file) || file.startsWith(written + sep) || known.has(file);
  return {
    texts: textsOf(result),
    metafile: result.metafile,
    alias,
    coversImports: (built) => built !== undefined && Object.keys(built.inputs).map(toFile).every(isKnown),
    isCurrent: () => marks.every((mark) => isSame(mark)),
  };
}

function listOf(entries: readonly string[]): string {
  const texts = entries.map((entry) => JSON.stringify(entry));
  return `export const packages = {${texts.map((text) => `${text}: () => require(${text}),`).join('\n')}};`;
}

type Entry = { readonly file: string; readonly isModule: boolean; readonly hasSideEffects: boolean };

/** Writes a package that re-exports one of the bundle. @returns its main file */
async function writeReexport(
  options: LocatedOptions,
  { file, isModule, hasSideEffects }: Entry,
  folder: string,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ sideEffects: hasSideEffects }));
  const main = join(folder, 'index.js');
  const taken = `module.exports = globalThis[Symbol.for('${PACKAGES_SYMBOL}')][${JSON.stringify(file)}]();`;
  if (!isModule) {
    writeFileSync(main, taken);
    return main;
  }
  // Its names are known as it runs, and its bindings are live. In two files: Node gives its ES modules all exports of
  // CommonJS code as the default one.
  writeFileSync(join(folder, 'commonjs.js'), taken);
  const names = (await hasDefaultExport(options, file)) ? ['*', '{ default }'] : ['*'];
  writeFileSync(main, names.map((name) => `export ${name} from './commonjs.js';`).join('\n'));
  return main;
}

async function hasDefaultExport(options: LocatedOptions, file: string): Promise<boolean> {
  const asked = { format: 'esm', packages: 'external', sourcemap: false, metafile: true } as const;
  const { metafile } = await build({ ...options, ...asked, entryPoints: [file] });
  return Object.values(metafile.outputs).some((output) => output.exports.includes('default'));
}

/** Those of the files that have side effects, as their packages say: an unused import of others is dropped. */
async function findSideEffects(
  { absWorkingDir: resolveDir }: LocatedOptions,
  files: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const asking: Plugin = {
    name: 'side-effects',
    setup(build) {
      build.onStart(async () => {
        for (const file of files) {
          const { sideEffects } = await build.resolve(file, { kind: 'import-statement', resolveDir });
          if (sideEffects) found.add(file);
        }
      });
    },
  };
  await build({ stdin: { contents: '' }, write: false, logLevel: 'silent', plugins: [asking] });
  return found;
}

/** Code, manifests, and which packages are installed where. */
function listMarks(files: readonly string[]): readonly Mark[] {
  const packages = new Set(files.flatMap((file) => packageFolder(file) ?? []));
  const end = `${sep}node_modules`;
  const folders = new Set(
    [...packages].map((folder) => folder.slice(0, folder.lastIndexOf(end) + end.length)),
  );
  return [
    ...files.map((file) => markOf(file, 'content')),
    ...[...packages].map((folder) => markOf(join(folder, 'package.json'), 'content')),
    ...[...folders].map((folder) => ({ file: folder, look: 'names' as const, value: packageNames(folder) })),
  ];
}
