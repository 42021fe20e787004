/**
 * Runs a program on a pseudo-terminal. It uses Python's pseudo-terminals, because every npm module for this needs a
 * compiler.
 */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'on-a-terminal.py');

export type Step =
  | readonly [what: 'wait' | 'send' | 'signal' | 'get' | 'file', value: string]
  | readonly [what: 'stopped' | 'fg' | 'bg' | 'modes' | 'uncanonical', value: null];

export type Shown = {
  readonly printed: string;
  /** The exit code, or the signal that ended the program. */
  readonly ended: number | string;
  /** Which of the terminal modes `echo`, `lines` and `signals` were on, at each step named `modes` and at the end. */
  readonly modes: readonly (readonly string[])[];
};

/** Why no pseudo-terminal can be used, or false if one can. */
export const noTerminal: string | false =
  process.platform === 'win32' || spawnSync('python3', ['-c', 'import pty']).status !== 0
    ? 'needs python3 and its pseudo-terminals'
    : false;

export function onATerminal(
  program: readonly string[],
  steps: readonly Step[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Shown> {
  return new Promise((resolve, reject) => {
    execFile('python3', [SCRIPT, JSON.stringify(steps), ...program], options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Shown);
      else reject(new Error(stderr, { cause: error }));
    });
  });
}
