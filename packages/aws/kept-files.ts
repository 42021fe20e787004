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
  /** Of all of it; what was written longest ago goes first. Two programs that write at a time may each add as much. */
  readonly mostFiles: number;
  readonly mostBytes: number;
};

const OTHERS = 0o077;
/** Of a folder with too much in it, this part stays: one that stayed full would be looked through for every file more. */
const STAYS = 0.75;
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
    const text = `${hash([body])}\n${body}`;
    rmSync(written, { force: true });
    // `wx` neither follows a link nor touches what somebody has put there.
    writeFileSync(written, text, { mode: 0o600, flag: 'wx' });
    renameSync(written, join(folder, name));
    keepBounds(kept, Buffer.byteLength(text));
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

type Tally = { readonly files: number; readonly bytes: number };

/** Of folders that this program has looked through: what they hold at most. */
const TALLIES = new WeakMap<KeptFolder, Tally>();

/** Looks through the folder only where there may be too much in it, or a thousand files would be half a million looks. */
function keepBounds(kept: KeptFolder, writtenBytes: number): void {
  const { files, bytes } = TALLIES.get(kept) ?? { files: Infinity, bytes: 0 };
  const most = { files: files + 1, bytes: bytes + writtenBytes };
  const isWithin = most.files <= kept.mostFiles && most.bytes <= kept.mostBytes;
  TALLIES.set(kept, isWithin ? most : prune(kept));
}

/** @returns what is left */
function prune({ folder, mostFiles, mostBytes }: KeptFolder): Tally {
  const found = readdirSync(folder).flatMap((name) => {
    const file = join(folder, name);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ file, ms: stats.mtimeMs, bytes: stats.size }];
  });
  const all = { files: found.length, bytes: found.reduce((sum, { bytes }) => sum + bytes, 0) };
  if (all.files <= mostFiles && all.bytes <= mostBytes) return all;
  const left = { files: 0, bytes: 0 };
  for (const { file, bytes } of found.toSorted((a, b) => b.ms - a.ms)) {
    const isOver = left.files + 1 > mostFiles * STAYS || left.bytes + bytes > mostBytes * STAYS;
    // The newest is what was to be kept, whatever its size.
    if (isOver && left.files > 0) rmSync(file, { force: true });
    else {
      left.files += 1;
      left.bytes += bytes;
    }
  }
  return left;
}
