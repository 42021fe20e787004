import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/**
 * The property to look at: existence (`there`), kind and size (`state`), names in a folder (`names`), or the
 * text (`content`).
 */
export type Look = 'there' | 'state' | 'names' | 'content';

/** The result of looking at one file once. While `state` is unchanged, the text need not be read again. */
export type Mark = {
  readonly file: string;
  readonly look: Look;
  readonly value: string;
  readonly state?: string;
};

/** Precision of file times, which is the kernel's tick. */
const TICK_MS = 20;

export function markOf(file: string, look: Look, stats = statOf(file)): Mark {
  if (stats === undefined) return { file, look, value: 'absent' };
  if (look === 'there' || (look === 'names') !== stats.isDirectory() || isDevice(stats))
    return { file, look, value: kindOf(stats) };
  if (look === 'names') return { file, look, value: namesIn(file), state: exactState(stats) };
  if (look === 'state') return { file, look, value: `file ${stats.size} ${stats.mtimeMs}` };
  // Packages have thousands of files that only an installation changes, so their text is not read.
  if (isOfPackage(file) && !isManifest(file)) return { file, look, value: packageState(stats) };
  return { file, look, value: hash([readFileSync(file)]), state: exactState(stats) };
}

export function isSame({ file, look, value, state }: Mark): boolean {
  if (look === 'names' && isPackageFolder(file)) return packageNames(file) === value;
  const stats = statOf(file);
  if (state !== undefined && stats !== undefined && exactState(stats) === state) return true;
  return markOf(file, look, stats).value === value;
}

/**
 * Returns whether a file may have been written while or after it was read. If so, it is unknown which version
 * was read. For files of packages, only the modification time of the content is compared.
 */
export function isFresh(file: string, stats: Stats | undefined, sinceEpochMs: number): boolean {
  if (stats === undefined || isDevice(stats)) return false;
  const changedMs = Math.max(stats.mtimeMs, isOfPackage(file) ? 0 : stats.ctimeMs);
  return changedMs >= sinceEpochMs - TICK_MS;
}

/** Returns undefined if the file is absent or cannot be read, or if a parent of the path is not a folder. */
export function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function isOfPackage(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`);
}

function isManifest(file: string): boolean {
  return file.endsWith(`${sep}package.json`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'device';
}

function isDevice(stats: Stats): boolean {
  return !stats.isFile() && !stats.isDirectory();
}

function exactState({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/**
 * Ignores ctime, which changes if another project links to the file. The installation of another version changes the
 * manifest, which is watched separately.
 */
function packageState({ size, mtimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ino}`;
}

/**
 * Returns a hash of the names in a folder. It includes the targets of links, because a link may get another target
 * under the same name.
 */
function namesIn(folder: string): string {
  if (isPackageFolder(folder)) return packageNames(folder);
  const entries = readdirSync(folder, { withFileTypes: true }).map((entry) =>
    entry.isSymbolicLink() ? `${entry.name} ${readlinkSync(join(folder, entry.name))}` : entry.name,
  );
  return hash([realpathSync(folder), ...entries.toSorted()]);
}

function isPackageFolder(folder: string): boolean {
  return folder.endsWith(`${sep}node_modules`);
}

export function packageNames(folder: string): string {
  try {
    return hash(
      readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .toSorted(),
    );
  } catch {
    return 'absent';
  }
}

/**
 * Returns the real folder in which code in `folder` finds a package, and a hash of the package's manifest; `absent` if
 * there is none.
 * @param looked results by the folder in which a package was looked for, shared by consecutive calls
 */
export function packageFrom(
  folder: string,
  name: string,
  looked = new Map<string, string | undefined>(),
): string {
  for (let above = folder; ; above = dirname(above)) {
    const candidate = join(above, 'node_modules', name);
    if (!looked.has(candidate)) looked.set(candidate, packageAt(candidate));
    const found = looked.get(candidate);
    if (found !== undefined) return found;
    if (dirname(above) === above) return 'absent';
  }
}

function packageAt(folder: string): string | undefined {
  // A folder may be a workspace link or a link made by `npm link`, so its real path is returned.
  if (statOf(folder) === undefined) return undefined;
  return `${realpathSync(folder)} ${markOf(join(folder, 'package.json'), 'content').value}`;
}

/** Includes the length of each part, so that different parts never give the same hash. */
export function hash(parts: readonly (string | Buffer)[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(`${part.length}:`).update(part);
  return digest.digest('base64url');
}
