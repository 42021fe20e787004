import { readFileSync } from 'node:fs';
import { UsageError } from '../../base/terminal/output.ts';

/**
 * Reads a file that the user has named, or the standard input for `-`.
 * @param shown how the error names the file, with the option that named it
 * @throws UsageError if the file cannot be read, with the operating system's reason
 */
export function readGivenFile(file: string, shown = file): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${shown} cannot be read: ${reason}`, { cause });
  }
}
