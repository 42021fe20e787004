/** `--token-file`: a token that stays out of the shell's history and the list of processes. */
import { readFileSync } from 'node:fs';
import { UsageError } from './output.ts';

/** The token, without the scheme in front of it. @throws UsageError where there is no such file */
export function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
      .trim()
      .replace(/^Bearer /i, '');
  } catch {
    throw new UsageError(`--token-file: ${file} cannot be read`);
  }
}
