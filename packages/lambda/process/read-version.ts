import { execFile } from 'node:child_process';

const TIMEOUT_MS = 10_000;

/** The first group of the pattern in its output; undefined if it does not run. */
export function readVersion(
  program: string,
  args: readonly string[],
  pattern: RegExp,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      resolve(error === null ? pattern.exec(`${stdout}\n${stderr}`)?.[1] : undefined);
    });
  });
}
