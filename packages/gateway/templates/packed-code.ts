import { statOf } from '@gatewright/aws/file-marks';
import type { PackedCode } from '../core/stack/function.ts';

const ENDING = /\.(?:zip|jar)$/i;

export function isArchive(file: string): boolean {
  return ENDING.test(file) && packedCodeOf(file) !== undefined;
}

/** Returns the current version of the archive; undefined if it does not exist. */
export function packedCodeOf(file: string): PackedCode | undefined {
  const found = statOf(file);
  return found?.isFile() === true ? { file, version: `${found.size}-${found.mtimeMs}` } : undefined;
}
