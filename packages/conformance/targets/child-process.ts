/** A process of a target. It runs in its own folder and ends together with the target. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Windows has no groups of processes. */
const IS_GROUP = process.platform !== 'win32';
const START_MS = 60_000;
const END_MS = 5_000;
const LOOK_MS = 20;
const OUTPUT_CHARS = 64 * 1024;

export type Started = {
  /** Returns the last 64 KB of stdout and stderr so far. */
  output(): string;
  /**
   * Waits until the process is ready.
   * @throws Error with the output if the process ends first, or is not ready after a minute
   */
  until(isReady: (output: string) => boolean | Promise<boolean>): Promise<void>;
  /** Exit code of a process that ended before it was ready; null while the process runs. */
  readonly exitCode: number | null;
  stop(): Promise<void>;
};

type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** Starts the process in its own group, so that its children end with it. */
export function startProcess({ program, args, cwd, env = {} }: Command): Started {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: IS_GROUP,
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_CHARS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', (error) => keep(Buffer.from(error.message)));
  const allRead = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(IS_GROUP ? -child.pid : child.pid, signal);
    } catch {
      // The process has ended already.
    }
  };
  const end = (): void => kill('SIGKILL');
  process.once('exit', end);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    output: () => output,
    get exitCode() {
      return child.exitCode;
    },
    async until(isReady) {
      const endMs = performance.now() + START_MS;
      while (!(await isReady(output))) {
        if (hasEnded() || child.pid === undefined) {
          // Node.js reports the end of a process before it has delivered the last output. A process that
          // the target left running may hold the pipes open for longer.
          await Promise.race([allRead, delay(END_MS, undefined, { ref: false })]);
          throw new Error(`${program} ended before it was ready: ${tail(output)}`);
        }
        if (performance.now() > endMs)
          throw new Error(`${program} was not ready after ${START_MS / 1000} s: ${tail(output)}`);
        await delay(LOOK_MS);
      }
    },
    async stop() {
      process.off('exit', end);
      kill('SIGTERM');
      const endMs = performance.now() + END_MS;
      while (!hasEnded() && performance.now() < endMs) await delay(LOOK_MS);
      end();
    },
  };
}

function tail(output: string): string {
  return output.trim().slice(-600);
}

/** @param installed a folder whose `node_modules` is visible from the new folder */
export function makeFolder(
  files: Readonly<Record<string, string>>,
  installed?: string,
): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'gatewright-conformance-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  if (installed !== undefined) symlinkSync(join(installed, 'node_modules'), join(path, 'node_modules'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Returns a port that was free when it was checked. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
