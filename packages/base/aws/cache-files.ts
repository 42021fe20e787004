/**
 * Files that are stored from one run to the next, in a folder that only its owner can read, since their content is
 * served and executed. Links, damaged files, files of other users and files that others can access are ignored.
 */
import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { hash } from './file-marks.ts';

export type CacheFolder = {
  readonly folder: string;
  /**
   * Maximum number of files; `mostBytes` is their maximum total size. The least recently used files are deleted first.
   * Two programs that write at the same time may each write files up to these limits.
   */
  readonly mostFiles: number;
  readonly mostBytes: number;
};

const OTHERS = 0o077;
/**
 * Minimum interval between two updates of a file's time of use. Without this interval, each read would write,
 * and the console's page reads its key each second.
 */
const NOTED_EVERY_MS = 60_000;
/**
 * Pruning deletes files until this share of the limits is left. It goes below the limits, because a folder
 * that stayed full would be scanned for every new file.
 */
const STAYS = 0.75;
/** Windows lacks this flag and O_NONBLOCK. */
const NO_FOLLOW = 'O_NOFOLLOW' in constants ? constants.O_NOFOLLOW : 0;
/** Without this flag, reading a pipe would wait forever. */
const NO_WAIT = 'O_NONBLOCK' in constants ? constants.O_NONBLOCK : 0;

/** Reads a file of the cache. Returns undefined if the file is absent or not trustworthy. */
export function readCached({ folder, mostBytes }: CacheFolder, name: string): string | undefined {
  let file: number | undefined;
  try {
    if (!isOwn(folder)) return undefined;
    file = openSync(join(folder, name), constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
    const stats = fstatSync(file);
    if (!stats.isFile() || !isOfOwner(stats) || stats.size > mostBytes) return undefined;
    const text = readFileSync(file, 'utf8');
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (hash([body]) !== text.slice(0, end)) return undefined;
    noteUse(file, stats);
    return body;
  } catch {
    // The file is absent or cannot be read.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Sets the file's modification time to the time of use, which pruning reads. */
function noteUse(file: number, { mtimeMs }: Stats): void {
  const now = new Date();
  if (now.getTime() - mtimeMs < NOTED_EVERY_MS) return;
  try {
    futimesSync(file, now, now);
  } catch {
    // The time of use is not needed on a read-only disk, because nothing is pruned on such a disk.
    return;
  }
}

/**
 * Writes a file. If this fails, for example because the disk is full or read-only, there is no error: the next run only
 * takes longer, because it does not find the file.
 */
export function writeCached(cache: CacheFolder, name: string, body: string): void {
  const { folder, mostBytes } = cache;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOwn(folder) || body.length > mostBytes) return;
    const written = join(folder, `${name}.${process.pid}`);
    const text = `${hash([body])}\n${body}`;
    rmSync(written, { force: true });
    // `wx` neither follows a link nor overwrites a file.
    writeFileSync(written, text, { mode: 0o600, flag: 'wx' });
    renameSync(written, join(folder, name));
    deleteOldest(cache, join(folder, name), Buffer.byteLength(text));
  } catch {
    return;
  }
}

export function deleteCached({ folder }: CacheFolder, name: string): void {
  try {
    if (isOwn(folder)) rmSync(join(folder, name), { force: true });
  } catch {
    return;
  }
}

function isOwn(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && isOfOwner(stats);
}

/**
 * Returns whether only this user can access the file. Windows has neither a user id nor these mode bits, but the user's
 * folders are private on Windows.
 */
function isOfOwner({ uid, mode }: Stats): boolean {
  const own = process.getuid?.();
  return own === undefined || (uid === own && (mode & OTHERS) === 0);
}

type Tally = { readonly files: number; readonly bytes: number };

/** Upper bounds of the number and size of the files in each folder that has been scanned. */
const TALLIES = new WeakMap<CacheFolder, Tally>();

/**
 * Scans the folder only if it may exceed its limits. A scan after each of a thousand writes would mean half a million
 * look-ups.
 */
function deleteOldest(cache: CacheFolder, written: string, writtenBytes: number): void {
  const { files, bytes } = TALLIES.get(cache) ?? { files: Infinity, bytes: 0 };
  const most = { files: files + 1, bytes: bytes + writtenBytes };
  const isWithin = most.files <= cache.mostFiles && most.bytes <= cache.mostBytes;
  TALLIES.set(cache, isWithin ? most : prune(cache, written));
}

/**
 * Deletes the least recently used files. The file that was just written stays: its time comes from the kernel's clock,
 * which can be some milliseconds behind the clock that `noteUse` reads.
 * @returns what remains in the folder
 */
function prune({ folder, mostFiles, mostBytes }: CacheFolder, written: string): Tally {
  const found = readdirSync(folder).flatMap((name) => {
    const file = join(folder, name);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    return stats === undefined
      ? []
      : [{ file, ms: file === written ? Infinity : stats.mtimeMs, bytes: stats.size }];
  });
  const all = { files: found.length, bytes: found.reduce((sum, { bytes }) => sum + bytes, 0) };
  if (all.files <= mostFiles && all.bytes <= mostBytes) return all;
  const left = { files: 0, bytes: 0 };
  for (const { file, bytes } of found.toSorted((a, b) => b.ms - a.ms)) {
    const isOver = left.files + 1 > mostFiles * STAYS || left.bytes + bytes > mostBytes * STAYS;
    if (isOver && left.files > 0) rmSync(file, { force: true });
    else {
      left.files += 1;
      left.bytes += bytes;
    }
  }
  return left;
}
