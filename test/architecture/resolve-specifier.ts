/**
 * Finds the file to which an import refers, from the package.json files of the tree. Imports may be relative, `#name`,
 * or packages of workspaces.
 */
import { posix } from 'node:path';

export type Manifest = {
  readonly name?: string;
  readonly imports?: unknown;
  readonly exports?: unknown;
};

/** The manifests by the folder that contains the package.json; `.` is the root. */
export type Manifests = ReadonlyMap<string, Manifest>;

/**
 * @returns a path relative to the root of the tree, even if there is no such file, or undefined if the import is not
 * part of the tree
 */
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

/**
 * Resolves a name of `imports` or `exports`, which is exact or contains one `*`. If there are several conditions, the
 * first with a target is used.
 */
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
