/** Explains why a function's folder or file is missing, and how to create it. */
import { accessSync, constants, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';

import { findBuildCommand } from '@gatewright/aws/build-script';
import { listNames } from '../process/machine.ts';

/** Returns the reason and a remedy as part of a sentence; undefined for a readable folder. */
export function explainMissingFolder(folder: string): string | undefined {
  try {
    readdirSync(folder);
    return undefined;
  } catch (error) {
    return explain(folder, error);
  }
}

/**
 * Returns the reason and a remedy as part of a sentence; undefined for a readable file.
 * @param remedy what to do if there is no such file; absent means that it is built
 */
export function explainUnreadable(file: string, remedy?: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return explain(file, error, remedy);
  }
}

function explain(path: string, error: unknown, own?: string): string {
  const known = explainMissing(path);
  if (known !== undefined) return known;
  if (codeOf(error) === 'ENOTDIR') return `${shown(path)} is a file, not a folder`;
  if (codeOf(error) !== 'ENOENT') return `${shown(path)} cannot be read (${codeOf(error)})`;
  if (own !== undefined) return `there is no file ${shown(path)}; ${own}`;
  const command = findBuildCommand(join(path, 'index.js'));
  const remedy = command === undefined ? 'build the function first, or correct the path' : `run ${command}`;
  const what = /\.(?:zip|jar)$/i.test(path) ? 'archive' : 'folder';
  return `there is no ${what} ${shown(path)}; ${remedy}`;
}

/** Describes a broken link, backslashes or a different spelling; undefined if the path exists or is simply missing. */
export function explainMissing(path: string): string | undefined {
  const [missing, parent] = firstMissing(path);
  if (missing === undefined) return undefined;
  const slashed = path.replaceAll('\\', '/');
  if (slashed !== path && statOf(slashed) !== undefined)
    return `there is no ${shown(path)}, but there is ${shown(slashed)}: only Windows uses backslashes as path separators; write slashes`;
  if (isLink(missing))
    return `${shown(missing)} is a symbolic link to ${readlinkSync(missing)}, which does not exist; correct the link`;
  const name = basename(missing);
  // An entry with exactly this name is skipped, because it may have been created since the error.
  const other = listNames(parent).find(
    (entry) => entry !== name && entry.toLowerCase() === name.toLowerCase(),
  );
  if (other === undefined) return undefined;
  return `there is no ${shown(missing)}, but there is ${other}: Lambda and Linux distinguish upper and lower case; correct the name`;
}

/**
 * Returns the first part of a path that does not exist, and the existing folder above it. If the path exists, returns
 * undefined and the path.
 */
function firstMissing(path: string): readonly [missing: string | undefined, parent: string] {
  if (statOf(path) !== undefined) return [undefined, path];
  let missing = path;
  while (statOf(dirname(missing)) === undefined && missing !== dirname(missing)) missing = dirname(missing);
  return [missing, dirname(missing)];
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** Returns the code of a file system's error, such as `EACCES`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
