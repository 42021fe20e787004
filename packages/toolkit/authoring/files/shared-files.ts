import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import type { OpenShared } from '../document/extend-document.ts';

/**
 * Returns a function that opens the files that documents extend.
 * @param root the folder to which file names in messages are relative
 */
export function openSharedFrom(root: string): OpenShared {
  return (name, from) => {
    const path = /^\.{0,2}\//.test(name) ? resolve(dirname(from), name) : findInPackages(name, dirname(from));
    if (path === undefined || !isFile(path)) return undefined;
    // The real path is used so that a file is read only once, even if several paths lead to it.
    return { path: realpathSync(path), file: relative(root, path), text: readFileSync(path, 'utf8') };
  };
}

/**
 * Finds a file of a package by its path below the nearest node_modules that has it. Node's own resolution would not
 * find it, because packages do not export documents.
 */
function findInPackages(name: string, folder: string): string | undefined {
  // With `..`, the path could leave the package.
  if (name.split('/').includes('..')) return undefined;
  for (let here = folder; ; here = dirname(here)) {
    const path = join(here, 'node_modules', name);
    if (existsSync(path)) return path;
    if (here === dirname(here)) return undefined;
  }
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}
