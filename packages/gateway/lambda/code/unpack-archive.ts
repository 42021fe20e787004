/**
 * Unpacks the zip archive of a function (APPNOTE 6.3, no encryption, no zip64) into a folder, as Lambda does
 * into the task root.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';

/** Lambda's quota of the unzipped code and layers of a function, in bytes. */
export const MAX_UNZIPPED_BYTES = 262_144_000;
const FILE_LIMIT = 100_000;

const END_OF_DIRECTORY = 0x06054b50;
const END_BYTES = 22;
const COMMENT_LIMIT = 65_535;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_BYTES = 30;
const [STORED, DEFLATED] = [0, 8];
const ENCRYPTED = 1;
const FILE_TYPE = 0o170000;
const LINK = 0o120000;

export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly code = 'ARCHIVE_REFUSED';
}

type Entry = {
  readonly name: string;
  readonly method: number;
  readonly packed: Buffer;
  readonly sizeBytes: number;
  readonly checksum: number;
};

/**
 * Unpacks the archive into `folder`, unless the folder exists. The folder appears only when it is complete.
 * @throws ArchiveError for an archive that is damaged or over Lambda's quota, or that has encrypted files, links, paths
 * outside the folder or an unknown compression method
 */
export function unpackArchive(file: string, folder: string): void {
  if (existsSync(folder)) return;
  const { size } = statSync(file);
  if (size > MAX_UNZIPPED_BYTES)
    throw new ArchiveError(`${file} is larger than ${MAX_UNZIPPED_BYTES} bytes, Lambda's quota`);
  const entries = readEntries(readFileSync(file), file);
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  try {
    mkdirSync(unfinished, { recursive: true });
    for (const entry of entries) writeEntry(entry, unfinished, file);
    // Without this file, a package.json in a folder above would set the module system of `.js` files. On Lambda, there
    // is no package.json above the code.
    if (!existsSync(join(unfinished, 'package.json')))
      writeFileSync(join(unfinished, 'package.json'), '{}\n');
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * Reads one file of the archive; undefined if the archive does not contain it.
 * @throws ArchiveError if the archive or the file is damaged
 */
export function readArchiveFile(file: string, name: string): Buffer | undefined {
  const entry = readEntries(readFileSync(file), file).find((one) => one.name === name);
  return entry && contentOf(entry, file);
}

/**
 * Returns the bytes of the archive's central directory, in which file names can be searched as text. File contents are
 * not read.
 * @throws Error if there is no central directory
 */
export function readDirectory(file: string): Buffer {
  const opened = openSync(file, 'r');
  try {
    const { size } = statSync(file);
    const last = Buffer.alloc(Math.min(size, END_BYTES + COMMENT_LIMIT));
    readSync(opened, last, 0, last.length, size - last.length);
    const end = findEnd(last);
    const directory = Buffer.alloc(Math.min(size, last.readUInt32LE(end + 12)));
    readSync(opened, directory, 0, directory.length, last.readUInt32LE(end + 16));
    return directory;
  } finally {
    closeSync(opened);
  }
}

/**
 * Returns the total size of the files in the archive in bytes, as the archive's directory declares it. No file is
 * unpacked. Returns undefined if the file is not an archive.
 */
export function unpackedBytes(file: string): number | undefined {
  try {
    const directory = readDirectory(file);
    let total = 0;
    for (let at = 0; at + ENTRY_BYTES <= directory.length && directory.readUInt32LE(at) === ENTRY;) {
      total += directory.readUInt32LE(at + 24);
      const [name, extra, comment] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
      at += ENTRY_BYTES + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    }
    return total;
  } catch {
    return undefined;
  }
}

/** Reads all entries. Their paths and declared sizes are checked before the first entry is written. */
function readEntries(archive: Buffer, file: string): readonly Entry[] {
  try {
    const end = findEnd(archive);
    const count = archive.readUInt16LE(end + 10);
    const entries: Entry[] = [];
    let total = 0;
    let at = archive.readUInt32LE(end + 16);
    for (let left = count; left > 0; left -= 1) {
      const { entry, next } = readEntry(archive, at, file);
      total += entry.sizeBytes;
      if (total > MAX_UNZIPPED_BYTES)
        throw new ArchiveError(`${file} unpacks to more than ${MAX_UNZIPPED_BYTES} bytes, Lambda's quota`);
      entries.push(entry);
      at = next;
    }
    if (entries.length > FILE_LIMIT) throw new ArchiveError(`${file} contains more than ${FILE_LIMIT} files`);
    return entries;
  } catch (error) {
    // Buffer throws a RangeError for offsets outside the archive.
    if (error instanceof RangeError) throw new ArchiveError(`${file} is not a zip archive, or is damaged`);
    throw error;
  }
}

function findEnd(archive: Buffer): number {
  const last = archive.length - END_BYTES;
  for (let at = last; at >= Math.max(0, last - COMMENT_LIMIT); at -= 1)
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  throw new RangeError('no directory');
}

function readEntry(
  archive: Buffer,
  at: number,
  file: string,
): { readonly entry: Entry; readonly next: number } {
  if (archive.readUInt32LE(at) !== ENTRY) throw new RangeError('no entry');
  const nameBytes = archive.readUInt16LE(at + 28);
  const restBytes = archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  const name = archive.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
  const isLink = ((archive.readUInt32LE(at + 38) >>> 16) & FILE_TYPE) === LINK;
  const path = JSON.stringify(name);
  if (isLink)
    throw new ArchiveError(`${file}: ${path} is a symbolic link, which the gateway does not support`);
  if (!isInside(name)) throw new ArchiveError(`${file}: ${path} would lie outside of the function's folder`);
  if ((archive.readUInt16LE(at + 8) & ENCRYPTED) !== 0)
    throw new ArchiveError(`${file}: ${path} is encrypted`);
  const method = archive.readUInt16LE(at + 10);
  if (method !== STORED && method !== DEFLATED)
    throw new ArchiveError(
      `${file}: ${path} uses a compression method that Lambda does not support (${method})`,
    );
  // The content begins after the local header. This header must be read, because the length of its extra field may
  // differ from the central directory.
  const local = archive.readUInt32LE(at + 42);
  if (archive.readUInt32LE(local) !== LOCAL_HEADER) throw new RangeError('no header');
  const start = local + LOCAL_BYTES + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packedBytes = archive.readUInt32LE(at + 20);
  if (start + packedBytes > archive.length) throw new RangeError('no content');
  const entry = {
    name,
    method,
    packed: archive.subarray(start, start + packedBytes),
    sizeBytes: archive.readUInt32LE(at + 24),
    checksum: archive.readUInt32LE(at + 16),
  };
  return { entry, next: at + ENTRY_BYTES + nameBytes + restBytes };
}

/** Whether a path stays inside the folder. The path must be relative, by the rules of POSIX and of Windows. */
function isInside(name: string): boolean {
  return name !== '' && !/^\/|[\\\0:]/.test(name) && !name.split('/').includes('..');
}

function writeEntry(entry: Entry, root: string, file: string): void {
  const path = join(root, entry.name);
  if (entry.name.endsWith('/')) {
    mkdirSync(path, { recursive: true });
    return;
  }
  const content = contentOf(entry, file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { flag: 'wx' });
  } catch (error) {
    throw refused(entry, file, error);
  }
}

function contentOf(entry: Entry, file: string): Buffer {
  const { method, packed, sizeBytes, checksum } = entry;
  try {
    const content =
      method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, sizeBytes) });
    if (content.length !== sizeBytes || crc32(content) !== checksum)
      throw new Error('the unpacked file does not have the size or checksum that the archive states');
    return content;
  } catch (error) {
    throw refused(entry, file, error);
  }
}

function refused({ name }: Entry, file: string, error: unknown): ArchiveError {
  const reason = error instanceof Error ? error.message : 'it cannot be unpacked';
  return new ArchiveError(`${file}: ${JSON.stringify(name)}: ${reason}`);
}
