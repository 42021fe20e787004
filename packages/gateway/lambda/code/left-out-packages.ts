/**
 * Finds packages that a handler imports, that are installed on this machine, and that the deployed package lacks:
 * packages that only `devDependencies` lists, and packages that are installed above the folder that is packaged.
 */
import { realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { readIfReadable } from '@gatewright/aws/readable-files';
import type { FunctionDefinition, TakenFiles } from '../../core/stack/function.ts';
import { isInLayers } from './layer-folders.ts';
import { isBelow } from './packaged-imports.ts';
import { isRuntimePackage, packageNameOf } from './runtime-packages.ts';

type LeftOut = {
  readonly name: string;
  readonly importer: string;
  readonly line: number;
  /** Why the package is not deployed, as the end of a sentence about the package. */
  readonly reason: string;
  readonly remedy: string;
};

/** The maximum number of packages whose dependencies are followed. If there are more, nothing is said. */
const MAX_PACKAGES = 5_000;
/** The lists of a package.json that a production installation installs. */
const DEPLOYED = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * @param uses the imports in the files of the package
 * @param taken the part of the folder that the deployed package contains
 */
export function findLeftOut(
  definition: FunctionDefinition,
  directory: string,
  taken: TakenFiles | undefined,
  uses: readonly { readonly specifier: string; readonly importer: string; readonly line: number }[],
): readonly LeftOut[] {
  if (taken === 'part' || taken === 'output') return [];
  const found = new Map<string, LeftOut | undefined>();
  for (const { specifier, importer, line } of uses) {
    const name = packageNameOf(specifier);
    const key = `${name} ${dirname(importer)}`;
    if (found.has(key)) continue;
    const isSupplied = isRuntimePackage(specifier, definition.runtime) || isInLayers(name, definition);
    const why = isSupplied ? undefined : explainLeftOut(name, importer, directory, taken);
    found.set(key, why === undefined ? undefined : { name, importer, line, ...why });
  }
  const leftOut = [...found.values()].filter((one) => one !== undefined);
  return [...new Map(leftOut.toReversed().map((one) => [one.name, one])).values()].toReversed();
}

type Reason = Pick<LeftOut, 'reason' | 'remedy'>;

/**
 * Returns undefined if the package is deployed, or if it is not installed on this machine, which another check reports.
 */
function explainLeftOut(
  name: string,
  importer: string,
  directory: string,
  taken: TakenFiles | undefined,
): Reason | undefined {
  const home = findInstalled(name, dirname(importer));
  if (home === undefined) return undefined;
  if (taken === 'reinstalled') return explainReinstalled(name, home, directory);
  if (!isBelow(home, directory)) return explainAbove(name, home, directory);
  return taken === 'pruned' ? explainDevOnly(name, home) : undefined;
}

function explainAbove(name: string, home: string, directory: string): Reason | undefined {
  // A package that imports itself by its name needs no installation.
  if (readManifest(directory)['name'] === name) return undefined;
  return {
    reason: `it is installed in ${shown(join(home, 'node_modules'))}, which is not in the folder that is packaged`,
    remedy: `add ${name} to dependencies in ${shown(join(directory, 'package.json'))} and install it in that folder, or bundle the function`,
  };
}

function explainDevOnly(name: string, home: string): Reason | undefined {
  const manifest = readManifest(home);
  if (!Object.hasOwn(membersOf(manifest['devDependencies']), name)) return undefined;
  return isNeeded(name, home, manifest) ? undefined : describeDevOnly(name, home);
}

/** SAM copies the folder without `node_modules`, and installs what its package.json lists for production. */
function explainReinstalled(name: string, home: string, directory: string): Reason | undefined {
  const manifest = readManifest(directory);
  const isNested = home !== directory && isBelow(home, directory);
  if (isNested || manifest['name'] === name || isNeeded(name, directory, manifest)) return undefined;
  if (Object.hasOwn(membersOf(manifest['devDependencies']), name)) return describeDevOnly(name, directory);
  const file = shown(join(directory, 'package.json'));
  return {
    reason: `${file} does not list it`,
    remedy: `add ${name} to dependencies in ${file} and install it, or bundle the function`,
  };
}

function describeDevOnly(name: string, folder: string): Reason {
  const file = shown(join(folder, 'package.json'));
  return {
    reason: `${file} lists it only in devDependencies, which the deployment leaves out`,
    remedy: `move ${name} from devDependencies to dependencies in ${file} and install again, or bundle the function`,
  };
}

/**
 * Whether a production installation installs the package, because package.json lists it or because a listed package
 * depends on it. If packages are missing on this machine, returns true, because one of them may depend on it.
 */
function isNeeded(name: string, folder: string, manifest: UnknownMembers): boolean {
  const wanted = realPathOf(findInstalled(name, folder), name);
  const listed = dependenciesOf(manifest);
  if (listed.includes(name)) return true;
  const seen = new Set<string>();
  const queue = listed.map((each) => [each, folder] as const);
  for (const [each, from] of queue) {
    const path = realPathOf(findInstalled(each, from), each);
    if (path === wanted || queue.length > MAX_PACKAGES) return true;
    if (path === undefined && from === folder && isRequired(manifest, each)) return true;
    if (path === undefined || seen.has(path)) continue;
    seen.add(path);
    for (const next of dependenciesOf(readManifest(path))) queue.push([next, path]);
  }
  return false;
}

function isRequired(manifest: UnknownMembers, name: string): boolean {
  return Object.hasOwn(membersOf(manifest['dependencies']), name);
}

function dependenciesOf(manifest: UnknownMembers): readonly string[] {
  return DEPLOYED.flatMap((list) => Object.keys(membersOf(manifest[list])));
}

/** Returns the nearest folder above whose `node_modules` contains the package. */
function findInstalled(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (statOf(join(folder, 'node_modules', name)) !== undefined) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function realPathOf(home: string | undefined, name: string): string | undefined {
  return home === undefined ? undefined : realpathSync(join(home, 'node_modules', name));
}

function readManifest(folder: string): UnknownMembers {
  return membersOf(parseJson(readIfReadable(join(folder, 'package.json')) ?? ''));
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}
