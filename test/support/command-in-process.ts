/**
 * Runs the command in the test's process, because starting a process takes ten times as long as most commands. The
 * process has only one working directory, environment and exit code, so runs take turns and restore them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../packages/gatewright/command/commands.ts';
import { runCommandLine } from '../../packages/gatewright/command/run-command-line.ts';
import { captureOutput } from './captured-output.ts';
import type { Output } from './captured-output.ts';
import type { Finished } from './command.ts';

let runningHome: string | undefined;
process.on('exit', () => {
  if (runningHome !== undefined) rmSync(runningHome, { recursive: true, force: true });
});

let last: Promise<unknown> = Promise.resolve();

type RunOptions = { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>> };

/** Runs a command to its end, as `runCommand` of command.ts does. */
export function runCommandHere(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const run = last.then(() => runAlone(args, options));
  last = run.catch(() => undefined);
  return run;
}

async function runAlone(
  args: readonly string[],
  { cwd = process.cwd(), environment = {} }: RunOptions,
): Promise<Finished> {
  const [env, folder, { exitCode }] = [process.env, process.cwd(), process];
  const { PATH = '', HOME = '' } = env;
  runningHome ??= mkdtempSync(join(tmpdir(), 'gatewright-home-'));
  const output: Output = { stdout: '', stderr: '' };
  process.env = { PATH, HOME, GATEWRIGHT_HOME: runningHome, ...environment };
  process.chdir(cwd);
  process.exitCode = undefined;
  try {
    const failed = await captureOutput(output, () => runCommandLine(args, COMMANDS));
    return { code: failed ?? ownExitCode(), ...output };
  } finally {
    process.exitCode = exitCode;
    process.chdir(folder);
    process.env = env;
  }
}

/** Returns the exit code that the command itself has set. */
function ownExitCode(): number {
  return Number(process.exitCode ?? 0);
}
