import { execFile } from 'node:child_process';

const TIMEOUT_MS = 10_000;

/** The error for a program that did not respond in time. It may be faster next time. */
export class LateProgram extends Error {
  override readonly name = 'LateProgram';
  readonly code = 'PROGRAM_LATE';

  constructor(program: string, timeoutMs: number) {
    super(`${program} did not respond within ${timeoutMs / 1000} s`);
  }
}

/**
 * Returns the first group of the pattern in the program's output; undefined if the program fails or its output does not
 * match.
 * @throws LateProgram if the program does not respond in time
 */
export function readVersion(
  program: string,
  args: readonly string[],
  pattern: RegExp,
  timeoutMs = TIMEOUT_MS,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error?.killed === true) reject(new LateProgram(program, timeoutMs));
      else resolve(error === null ? pattern.exec(`${stdout}\n${stderr}`)?.[1] : undefined);
    });
  });
}
