/** `--token-file` keeps a token out of the shell's history and the process list. */
import { readGivenFile } from './read-given-file.ts';

/**
 * Returns the token, without its scheme.
 * @throws UsageError if the file cannot be read
 */
export function readTokenFile(file: string): string {
  return readGivenFile(file, `--token-file: ${file}`)
    .trim()
    .replace(/^Bearer /i, '');
}
