/** Runs the command as a person would: in a separate process, which is ended by its id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildProcess } from 'node:child_process';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = fileURLToPath(new URL('../../packages/gatewright/command/main.ts', import.meta.url));
/** The JSON that `start --json` prints when everything is served. */
export const READY = '"ready":true';
/** The limit for a start, which loads osls; on a busy machine, this can take long. */
const READY_WITHIN_MS = 120_000;
/** A command that does not end within this time fails (its code is null), so that the test does not hang. */
const END_WITHIN_MS = 120_000;

let runningHome: string | undefined;
process.on('exit', () => {
  if (runningHome !== undefined) rmSync(runningHome, { recursive: true, force: true });
});

/**
 * The user's folder in which the commands of a test file store what they do not store in a project, such as credentials
 * of a gateway. Other test files have their own folders.
 */
export function homeOfCommands(): string {
  runningHome ??= mkdtempSync(join(tmpdir(), 'gatewright-home-'));
  return runningHome;
}

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

type RunOptions = {
  /** Working directory; the checkout unless given. */
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The arguments of Node that precede those of the command. By default, they start the command of the checkout. */
  readonly program?: readonly string[];
};

function launch(
  args: readonly string[],
  { cwd = CHECKOUT, environment = {}, program = [MAIN] }: RunOptions,
): ChildProcess {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE } = process.env;
  return spawn(process.execPath, [...program, ...args], {
    cwd,
    // Passes on the code cache of the test suite. Only Node uses it; the command does not read this variable.
    env: {
      PATH,
      HOME,
      GATEWRIGHT_HOME: homeOfCommands(),
      ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a command to its end. */
export async function runCommand(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = launch(args, options);
  const output = gather(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, ...output() };
}

export type Running = {
  readonly pid: number;
  /** Returns everything that was printed so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /**
   * Resolves when stdout contains the text.
   * @throws Error if the command ends without it, or takes too long
   */
  until(text: string): Promise<void>;
  /** Sends SIGTERM and waits for the end. Also returns how long this took. */
  stop(): Promise<Finished & { readonly tookMs: number }>;
};

/** Starts a command that keeps running, and waits until its stdout contains `ready`. */
export async function startCommand(
  args: readonly string[],
  ready: string,
  options: RunOptions = {},
): Promise<Running> {
  const child = launch(args, options);
  const output = gather(child);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const until = async (text: string): Promise<void> => {
    const isThere = new Promise<void>((resolve) => {
      const look = (): void => {
        if (output().stdout.includes(text)) resolve();
      };
      child.stdout?.on('data', look);
      look();
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS);
    await Promise.race([isThere, closed]);
    clearTimeout(timer);
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${describeEnd(child)}:\n${output().stdout}\n${output().stderr}`);
  };
  await until(ready);
  return {
    pid: child.pid ?? 0,
    output,
    until,
    async stop() {
      const startedMs = performance.now();
      child.kill('SIGTERM');
      const [code] = await closed;
      return { code, ...output(), tookMs: performance.now() - startedMs };
    },
  };
}

/**
 * Names the signal, because a command that this limit has killed prints no message of its own. Otherwise, it would look
 * as if the command had ended by itself.
 */
function describeEnd({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null
    ? `the command ended early with exit code ${exitCode}`
    : `the command was ended by ${signalCode}; SIGKILL is sent when it is not ready within ${READY_WITHIN_MS / 1000} s`;
}

/**
 * Reads what `start --json` prints when it is ready. It is one line among others, because services may print lines
 * before it.
 */
export function readyOf(running: Running): unknown {
  const { stdout } = running.output();
  return JSON.parse(stdout.split('\n').find((line) => line.includes(READY)) ?? '');
}

function gather(child: ChildProcess): () => { stdout: string; stderr: string } {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return () => ({ stdout, stderr });
}
