/** Runs a program on a pseudo-terminal, by the pseudo-terminals of Python: there is no npm module without a compiler. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'on-a-terminal.py');

export type Step =
  | readonly [what: 'wait' | 'send' | 'signal' | 'get' | 'file', value: string]
  | readonly [what: 'stopped' | 'fg' | 'bg' | 'modes' | 'uncanonical', value: null];

export type Shown = {
  readonly printed: string;
  /** Exit code, or signal. */
  readonly ended: number | string;
  /** Of `echo`, `lines` and `signals`, what was on: at each step of that name, and at the end. */
  readonly modes: readonly (readonly string[])[];
};

/** Why there is none; false: there is one. */
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
