import { mkdir, writeFile } from 'node:fs/promises';
import { UsageError } from './output.ts';

const REASONS = new Map([
  ['ENOENT', 'its folder does not exist'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['EISDIR', 'it is a folder'],
  ['EEXIST', 'it is a file'],
  ['EACCES', 'no permission to write there'],
  ['EPERM', 'no permission to write there'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
]);

/**
 * Writes a file; if the file is new, only this user can access it.
 * @throws UsageError if the file cannot be written for one of the known reasons. These are not bugs, because the user
 * chose the path. Any other error is thrown unchanged
 */
export async function writePrivateFile(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(file, content, { mode: 0o600 }).catch((cause: unknown) => {
    throw explain(cause, `${file} cannot be written`);
  });
}

/**
 * Creates a folder if it does not exist.
 * @throws UsageError if the folder cannot be created for one of the known reasons; any other error is thrown unchanged
 */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw explain(cause, `the folder ${folder} cannot be created`);
  });
}

function explain(cause: unknown, what: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = REASONS.get(code);
  return reason === undefined ? cause : new UsageError(`${what}: ${reason}`, { cause });
}
