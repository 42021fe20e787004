import { writeFile } from 'node:fs/promises';
import { UsageError } from './output.ts';

const REASONS = new Map([
  ['ENOENT', 'its folder does not exist'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'no permission to write there'],
  ['EPERM', 'no permission to write there'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
]);

/**
 * Writes a file; if the file is new, only this user can access it. @throws UsageError with the reason if the file
 * cannot be written, which is not a bug, because the user chose the path
 */
export async function writePrivateFile(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, content, { mode: 0o600 });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const reason = REASONS.get(code);
    if (reason === undefined) throw cause;
    throw new UsageError(`${file} cannot be written: ${reason}`, { cause });
  }
}
