/** Zip archives of functions, as they lie on this machine. */
import { statSync } from 'node:fs';
import type { PackedCode } from '../core/stack/function.ts';

const ENDING = /\.(?:zip|jar)$/i;

/** A file whose name says that it is an archive; nothing of it is read. */
export function isArchive(file: string): boolean {
  return ENDING.test(file) && packedCodeOf(file) !== undefined;
}

/** The archive as it is now; undefined where there is none. */
export function packedCodeOf(file: string): PackedCode | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true ? { file, version: `${found.size}-${found.mtimeMs}` } : undefined;
}
