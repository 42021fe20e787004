/** Runs the command as a person would: a process of its own, ended by its id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildProcess } from 'node:child_process';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = fileURLToPath(new URL('../../packages/gatewright/command/main.ts', import.meta.url));
/** What `start --json` prints when everything is served. */
export const READY = '"ready":true';
/** A start loads osls; on a busy machine that takes its time. */
const READY_WITHIN_MS = 120_000;
/** A command that does not end is a failure (its code is null), not a test that hangs. */
const END_WITHIN_MS = 120_000;

let runningHome: string | undefined;
process.on('exit', () => {
  if (runningHome !== undefined) rmSync(runningHome, { recursive: true, force: true });
});

/**
 * The user's folder in which the commands of a test file store what they do not store in a project, such as credentials
 * of a gateway. What runs for other tests is separate.
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
  /** Node's arguments in front of the command's; the checkout's command unless given. */
  readonly program?: readonly string[];
};

function launch(
  args: readonly string[],
  { cwd = CHECKOUT, environment = {}, program = [MAIN] }: RunOptions,
): ChildProcess {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE } = process.env;
  return spawn(process.execPath, [...program, ...args], {
    cwd,
    // The suite's code cache is only for Node: the command does not use it.
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
  /** Sends SIGTERM and waits for the end; how long that took comes with it. */
  stop(): Promise<Finished & { readonly tookMs: number }>;
};

/** Starts a command that continues, and waits until its stdout holds `ready`. */
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

/** The limit above kills without a word of the command's own, which is not to be taken for an end by itself. */
function describeEnd({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null
    ? `the command ended early with exit code ${exitCode}`
    : `the command was ended by ${signalCode}; SIGKILL is sent when it is not ready within ${READY_WITHIN_MS / 1000} s`;
}

/** What `start --json` prints once it is ready: one line among others, because services may print some before. */
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
