/**
 * What is kept from one run to the next, in a folder for its owner alone: what lies there is served and run. A folder or file
 * that is a link, another user's or open to others is as if it were not there, and so is a file that was damaged.
 */
import {
  closeSync,
  constants,
  fstatSync,
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

export type KeptFolder = {
  readonly folder: string;
  /** Of all of it; what was written longest ago goes first. */
  readonly mostFiles: number;
  readonly mostBytes: number;
};

const OTHERS = 0o077;
/** Windows has none. */
const NO_FOLLOW = 'O_NOFOLLOW' in constants ? constants.O_NOFOLLOW : 0;

/** Undefined where nothing is kept, or nothing that can be trusted. */
export function readKept({ folder, mostBytes }: KeptFolder, name: string): string | undefined {
  let file: number | undefined;
  try {
    if (!isOwn(folder)) return undefined;
    file = openSync(join(folder, name), constants.O_RDONLY | NO_FOLLOW);
    const stats = fstatSync(file);
    if (!stats.isFile() || !isOfOwner(stats) || stats.size > mostBytes) return undefined;
    const text = readFileSync(file, 'utf8');
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    return hash([body]) === text.slice(0, end) ? body : undefined;
  } catch {
    // It is not there, or is none of ours.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A full or read-only disk costs the next run a moment, and this one nothing. */
export function writeKept(kept: KeptFolder, name: string, body: string): void {
  const { folder, mostBytes } = kept;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOwn(folder) || body.length > mostBytes) return;
    const written = join(folder, `${name}.${process.pid}`);
    rmSync(written, { force: true });
    // `wx` neither follows a link nor touches what somebody has put there.
    writeFileSync(written, `${hash([body])}\n${body}`, { mode: 0o600, flag: 'wx' });
    renameSync(written, join(folder, name));
    prune(kept);
  } catch {
    return;
  }
}

export function dropKept({ folder }: KeptFolder, name: string): void {
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

/** Windows has neither; there the user's folders are the user's. */
function isOfOwner({ uid, mode }: Stats): boolean {
  const own = process.getuid?.();
  return own === undefined || (uid === own && (mode & OTHERS) === 0);
}

function prune({ folder, mostFiles, mostBytes }: KeptFolder): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const stats = files.flatMap((file) => {
    const found = lstatSync(file, { throwIfNoEntry: false });
    return found === undefined ? [] : [{ file, ms: found.mtimeMs, bytes: found.size }];
  });
  let bytes = 0;
  for (const [index, one] of stats.toSorted((a, b) => b.ms - a.ms).entries()) {
    bytes += one.bytes;
    if (index >= mostFiles || bytes > mostBytes) rmSync(one.file, { force: true });
  }
}
