/** Reads `gatewright.values.yml` and the files that it names. Their content never appears in messages. */
import { readFileSync, statSync } from 'node:fs';
import { StartError } from '../../core/errors.ts';

const MAX_TEXT_BYTES = 4 * 1024 * 1024;
const MAX_ATTACHED_BYTES = 10 * 1024 * 1024;

/**
 * Reads the text of the values file.
 * @param isNamed whether the user has passed the name of the file
 * @returns undefined if the user has not named the file and it does not exist
 * @throws StartError VALUES if the file cannot be read
 */
export function readValuesText(file: string, isNamed: boolean): string | undefined {
  try {
    return readBounded(file, MAX_TEXT_BYTES).toString('utf8');
  } catch (error) {
    if (!isNamed && error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new StartError('VALUES', `${file} cannot be read: ${messageOf(error)}`);
  }
}

export function readAttachedFile(file: string): Buffer {
  return readBounded(file, MAX_ATTACHED_BYTES);
}

function readBounded(file: string, maxBytes: number): Buffer {
  const found = statSync(file);
  if (!found.isFile()) throw new Error(`${file} is not a file`);
  if (found.size > maxBytes) throw new Error(`${file} has more than ${maxBytes} bytes`);
  return readFileSync(file);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
