/**
 * The command without a process of its own, which costs ten times as much as most of what it does. For files that run alone
 * (they say `process.env` …): working directory, environment and exit code belong to the process, so runs take turns.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../packages/gatewright/command/run-command-line.ts';
import type { Finished } from './command.ts';

type Output = { stdout: string; stderr: string };

/** What is written outside of a command, by the reporter for one, goes where it always goes. */
const printing = new AsyncLocalStorage<Output>();
for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name];
  const write = stream.write.bind(stream) as (...given: readonly unknown[]) => boolean;
  stream.write = (...given: readonly unknown[]): boolean => {
    const output = printing.getStore();
    if (output === undefined) return write(...given);
    const [chunk, ...others] = given;
    output[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString();
    const done = others.find((other) => typeof other === 'function');
    if (done !== undefined) queueMicrotask(done as () => void);
    return true;
  };
}

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
    const failed = await printing.run(output, () => runCommandLine(args));
    return { code: failed ?? ownExitCode(), ...output };
  } finally {
    process.exitCode = exitCode;
    process.chdir(folder);
    process.env = env;
  }
}

/** What the command has set itself. */
function ownExitCode(): number {
  return Number(process.exitCode ?? 0);
}
