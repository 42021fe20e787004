/** `--token-file` keeps a token out of the shell's history and the process list. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../../base/terminal/output.ts';

/**
 * Returns the token, without its scheme.
 * @throws UsageError if the file cannot be read
 */
export function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
      .trim()
      .replace(/^Bearer /i, '');
  } catch {
    throw new UsageError(`--token-file: ${file} cannot be read`);
  }
}
