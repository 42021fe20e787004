import { execFile } from 'node:child_process';

export type InstallCommand = {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/**
 * Runs an installation. The result is undefined if the installation succeeded. Otherwise it is the reason for the
 * failure, as part of a sentence.
 */
export type RunInstaller = (
  command: InstallCommand,
  folder: string,
  limitMs: number,
) => Promise<string | undefined>;

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
const MAX_REASON = 200;

export const runInstaller: RunInstaller = ({ file, args, environment }, folder, limitMs) =>
  new Promise((resolve) => {
    const options = {
      cwd: folder,
      env: { ...environment },
      timeout: limitMs,
      killSignal: 'SIGKILL' as const,
      maxBuffer: MAX_OUTPUT_BYTES,
      // On Windows, npm is a script that can only be run by a shell.
      shell: process.platform === 'win32',
    };
    execFile(file, [...args], options, (error, _output, errors) => {
      if (error === null) resolve(undefined);
      else if (error.killed === true) resolve(`${file} did not end within ${Math.round(limitMs / 1000)} s`);
      else resolve(`${file} failed: ${faultLine(errors) ?? error.message}`);
    }).stdin?.end();
  });

/**
 * Returns the line with the error. pip and npm mark this line, and print hints and log paths after it. If no line is
 * marked, the last line is returned.
 */
function faultLine(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => /\S/.test(line));
  const faults = lines.filter((line) => /^(?:ERROR:|npm (?:error|ERR!))/.test(line));
  return (faults[0] ?? lines.at(-1))?.trim().slice(0, MAX_REASON);
}
