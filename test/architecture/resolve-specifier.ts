/**
 * The file to which an import of a tree refers, by its package.json files: relative, `#name` and the packages of
 * workspaces.
 */
import { posix } from 'node:path';

export type Manifest = {
  readonly name?: string;
  readonly imports?: unknown;
  readonly exports?: unknown;
};

/** By the folder that contains the package.json; `.` for the root. */
export type Manifests = ReadonlyMap<string, Manifest>;

/** @returns a path from the root of the tree, whether there is a file or not; undefined for what is not of the tree */
export function resolveSpecifier(manifests: Manifests, from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  if (specifier.startsWith('#')) {
    for (const folder of foldersAbove(from)) {
      const target = lookUp(manifests.get(folder)?.imports, specifier);
      if (target !== undefined) return posix.join(folder, target);
    }
    return undefined;
  }
  for (const [folder, { name, exports }] of manifests) {
    if (name === undefined || (specifier !== name && !specifier.startsWith(`${name}/`))) continue;
    const subpath = `.${specifier.slice(name.length)}`;
    const target = lookUp(typeof exports === 'string' ? { '.': exports } : exports, subpath);
    if (target !== undefined) return posix.join(folder, target);
  }
  return undefined;
}

function foldersAbove(path: string): readonly string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? ['.'] : [folder, ...foldersAbove(folder)];
}

/** A name of `imports` or `exports`, exact or with one `*`; of several conditions, the first that has a target. */
function lookUp(map: unknown, wanted: string): string | undefined {
  if (typeof map !== 'object' || map === null) return undefined;
  for (const [name, value] of Object.entries(map)) {
    const target = firstTarget(value);
    if (target === undefined) continue;
    if (name === wanted) return target;
    const [before = '', after] = name.split('*', 2);
    if (after === undefined || !wanted.startsWith(before) || !wanted.endsWith(after)) continue;
    const matched = wanted.slice(before.length, wanted.length - after.length);
    if (matched !== '') return target.replaceAll('*', matched);
  }
  return undefined;
}

function firstTarget(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const inner of Object.values(value)) {
    const target = firstTarget(inner);
    if (target !== undefined) return target;
  }
  return undefined;
}
