/**
 * Finds the inputs of an esbuild run, and checks whether they are unchanged. The inputs are derived from esbuild's
 * metafile and from its rules for finding files.
 */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';

import {
  isFresh,
  isOfPackage,
  isSame,
  type Mark,
  markOf,
  packageFrom,
  statOf,
} from '@gatewright/aws/file-marks';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { BuildOptions, Metafile } from 'esbuild';

import { nearestPackage } from './package-type.ts';
import { packageNameOf } from '../code/runtime-packages.ts';
import { readExtends, readSearchPaths, type SearchPaths, targetsOf } from './tsconfig-paths.ts';

export type BuildInputs = {
  readonly marks: readonly Mark[];
  readonly packages: readonly (readonly [folder: string, name: string, found: string])[];
};

const TYPESCRIPT_SETTINGS = ['tsconfig.json', 'jsconfig.json'];
const PLUG_N_PLAY = ['.pnp.cjs', '.pnp.data.json', '.pnp.js'];

type Written = {
  /** The start time of the build. If a file was written after this time, esbuild may have read an older version. */
  readonly startedEpochMs: number;
  /** A folder whose files the gateway itself writes before it builds. */
  readonly runDirectory: string;
};

/**
 * Records the state of all inputs of a build. Returns undefined if they cannot all be determined, or if one of them may
 * have been written since the build began.
 */
export function markBuild(
  metafile: Metafile,
  { absWorkingDir = '', entryPoints = [], ...options }: BuildOptions,
  { startedEpochMs, runDirectory }: Written,
): BuildInputs | undefined {
  const entries: readonly unknown[] = Array.isArray(entryPoints) ? entryPoints : [];
  const isLinked = entries.some(
    (entry) => typeof entry === 'string' && isLink(resolve(absWorkingDir, entry)),
  );
  if (isLinked || !isFoundByRule(options)) return undefined;
  const inputs = Object.entries(metafile.inputs).map(
    ([input, read]) => [resolve(absWorkingDir, input), read] as const,
  );
  const isSettled = (): boolean =>
    inputs.every(([file]) => {
      const stats = statOf(file);
      // An internal module of esbuild has no file.
      if (stats?.isFile() !== true) return false;
      return file.startsWith(runDirectory) || !isFresh(file, stats, startedEpochMs);
    });
  // Nothing is recorded right after a save, because reading the thousands of files of the packages would then take too
  // long.
  if (!isSettled()) return undefined;
  // If settings are passed, esbuild does not read tsconfig.json.
  const marks = new Marks(options.tsconfigRaw === undefined);
  if (options.tsconfig !== undefined && !marks.addSettings(resolve(absWorkingDir, options.tsconfig)))
    return undefined;
  for (const [file] of inputs) {
    marks.add(file, 'content');
    if (!marks.addSurroundings(dirname(file))) return undefined;
  }
  for (const [file, { imports }] of inputs) {
    const folder = dirname(file);
    for (const { path, original = path } of imports) {
      // An import such as `import(`./${name}.js`)` refers to whichever files exist, so its inputs cannot be determined.
      if (path.includes('*')) return undefined;
      const found = resolve(absWorkingDir, path);
      const isKnown = /^\.{1,2}(?:\/|$)/.test(original)
        ? marks.addCandidates(resolve(folder, original))
        : marks.addByName(folder, original, found);
      if (!isKnown) return undefined;
    }
  }
  // If an input was saved during the build, the build may have used an earlier state than the recorded state.
  return isSettled() && marks.areOlderThan(startedEpochMs, runDirectory) ? marks.all : undefined;
}

export function isUnchanged({ marks, packages }: BuildInputs): boolean {
  const looked = new Map<string, string | undefined>();
  try {
    return (
      marks.every((mark) => isSame(mark)) &&
      packages.every(([folder, name, found]) => packageFrom(folder, name, looked) === found)
    );
  } catch {
    // The file has been removed since the build.
    return false;
  }
}

function isFoundByRule({ alias = {}, nodePaths = [], preserveSymlinks, tsconfigRaw }: BuildOptions): boolean {
  return (
    Object.keys(alias).length + nodePaths.length === 0 &&
    preserveSymlinks !== true &&
    (tsconfigRaw === undefined || !/"(?:paths|baseUrl|rootDirs)"/.test(JSON.stringify(tsconfigRaw)))
  );
}

class Marks {
  readonly #marks = new Map<string, Mark>();
  readonly #packages = new Map<string, BuildInputs['packages'][number]>();
  readonly #settled = new Map<string, boolean>();
  readonly #readsSettings: boolean;
  readonly #patterns: SearchPaths['patterns'][number][] = [];
  /** The folders to which patterns may be relative. It does no harm if the set contains additional folders. */
  readonly #bases = new Set<string>();
  readonly #baseUrls = new Set<string>();

  /**
   * @param readsSettings whether esbuild reads TypeScript's settings from the folder of a file, or from a folder above
   * it
   */
  constructor(readsSettings: boolean) {
    this.#readsSettings = readsSettings;
  }

  get all(): BuildInputs {
    return { marks: [...this.#marks.values()], packages: [...this.#packages.values()] };
  }

  add(file: string, look: Mark['look']): void {
    const key = `${look} ${file}`;
    if (!this.#marks.has(key)) this.#marks.set(key, markOf(file, look));
  }

  areOlderThan(startedEpochMs: number, runDirectory: string): boolean {
    return [...this.#marks.values()].every(
      ({ file, look }) =>
        look === 'there' || file.startsWith(runDirectory) || !isFresh(file, statOf(file), startedEpochMs),
    );
  }

  /**
   * Adds the files that decide how an imported name is resolved. Call it after all settings are added. Returns false if
   * the resolution cannot be predicted.
   * @param found the file that the name resolved to
   */
  addByName(folder: string, specifier: string, found: string): boolean {
    const targets = targetsOf(specifier, this.#patterns).flatMap((target) =>
      [...this.#bases].map((base) => resolve(base, target)),
    );
    for (const base of this.#baseUrls) targets.push(resolve(base, specifier));
    if (specifier.startsWith('/')) targets.push(specifier);
    else if (specifier.startsWith('#')) {
      if (!mapsToOwnFiles(folder)) return false;
      targets.push(found);
    } else if (!isBuiltin(specifier)) {
      this.#addPackage(folder, specifier);
      if (!isOfPackage(found) && existsSync(found)) targets.push(found, ...filesNamed(found, specifier));
    }
    return targets.every((target) => this.addCandidates(target));
  }

  #addPackage(folder: string, specifier: string): void {
    const name = packageNameOf(specifier);
    const key = `${folder}\n${name}`;
    if (!this.#packages.has(key)) this.#packages.set(key, [folder, name, packageFrom(folder, name)]);
  }

  /**
   * Adds the paths that may take precedence over the found file: other extensions and the index of a folder. Returns
   * false for a folder with a package.json, because that file may name another module, so that the list is incomplete.
   */
  addCandidates(target: string): boolean {
    this.add(dirname(target), 'names');
    this.add(target, 'names');
    return !existsSync(join(target, 'package.json'));
  }

  /**
   * Adds the files that Node and esbuild read in a folder and the folders above it. Returns whether all of them are
   * known.
   */
  addSurroundings(folder: string): boolean {
    const known = this.#settled.get(folder);
    if (known !== undefined) return known;
    this.add(join(folder, 'package.json'), 'content');
    const own = isOfPackage(join(folder, 'any')) || this.#addOwn(folder);
    const parent = dirname(folder);
    const isSettled = own && (parent === folder || this.addSurroundings(parent));
    this.#settled.set(folder, isSettled);
    return isSettled;
  }

  #addOwn(folder: string): boolean {
    for (const name of PLUG_N_PLAY) {
      this.add(join(folder, name), 'there');
      if (existsSync(join(folder, name))) return false;
    }
    return !this.#readsSettings || TYPESCRIPT_SETTINGS.every((name) => this.addSettings(join(folder, name)));
  }

  /** Adds a settings file and the files that it extends. Returns whether all files that they refer to are known. */
  addSettings(file: string): boolean {
    if (this.#settled.has(file)) return true;
    this.#settled.set(file, true);
    this.add(file, 'content');
    if (statOf(file)?.isFile() !== true) return true;
    // The paths in a linked file are relative to the target of the link.
    if (isLink(file)) return false;
    const text = readFileSync(file, 'utf8');
    const names = readExtends(text);
    if (names === undefined || !this.#addSearches(readSearchPaths(text), dirname(file))) return false;
    return names.every((name) => this.#addExtended(name, file));
  }

  #addSearches(searches: SearchPaths | undefined, folder: string): boolean {
    if (searches === undefined) return false;
    const { patterns, baseUrl } = searches;
    this.#patterns.push(...patterns);
    if (patterns.length > 0) this.#bases.add(folder);
    if (baseUrl !== undefined) {
      this.#baseUrls.add(resolve(folder, baseUrl));
      this.#bases.add(resolve(folder, baseUrl));
    }
    return true;
  }

  #addExtended(name: string, by: string): boolean {
    const folder = dirname(by);
    const isFile = /^\.{1,2}\/|^\//.test(name);
    const targets = isFile
      ? [resolve(folder, name), `${resolve(folder, name)}.json`]
      : [name, `${name}.json`, `${name}/tsconfig.json`].flatMap((each) => resolveFrom(by, each));
    if (!isFile) this.#addPackage(folder, name);
    if (!isFile && targets.some(choosesSettings)) return false;
    return targets.length > 0 && targets.every((target) => this.addSettings(target));
  }
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Whether a package.json has members that make esbuild and Node find different TypeScript settings for the package. */
function choosesSettings(file: string): boolean {
  const { tsconfig, exports } = parseJsonObject(nearestPackage(file)?.text ?? '') ?? {};
  return tsconfig !== undefined || exports !== undefined;
}

/**
 * Returns the files that the package.json of a workspace package names and the files that the specifier may name. These
 * files need not exist.
 */
function filesNamed(found: string, specifier: string): readonly string[] {
  const { folder = '', text = '' } = nearestPackage(found) ?? {};
  const { main, module, exports } = parseJsonObject(text) ?? {};
  const below = specifier.slice(packageNameOf(specifier).length + 1);
  const names = [...textsIn([main, module, exports]), ...(below === '' ? [] : [below])];
  return folder === '' ? [] : names.map((name) => resolve(folder, name));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.includes('*') ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Whether `imports` of the nearest package.json contains only files of that package, and no conditions. */
function mapsToOwnFiles(folder: string): boolean {
  const found = nearestPackage(join(folder, 'any'));
  const imports = parseJsonObject(found?.text ?? '')?.['imports'];
  return (
    found !== undefined &&
    Object.values(imports ?? {}).every((target) => typeof target === 'string' && target.startsWith('./'))
  );
}

function resolveFrom(file: string, specifier: string): readonly string[] {
  try {
    return [createRequire(file).resolve(specifier)];
  } catch {
    return [];
  }
}
