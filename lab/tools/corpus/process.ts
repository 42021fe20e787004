/** A separate gateway for one project. It is started, limited in time and memory, and ended by its process id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import type { Protocol } from './expectation.ts';
import type { Finding, Start } from './verdict.ts';

const MAIN = join(import.meta.dirname, '../../../packages/gatewright/command/main.ts');
const MAX_HEAP_MEGABYTES = 1024;
const MAX_RESIDENT_MEGABYTES = 2048;
const MAX_OUTPUT_CHARACTERS = 4_000_000;
const WATCH_EVERY_MS = 500;
const END_WITHIN_MS = 10_000;

export type ServedApi = { readonly logicalId: string; readonly kind: Protocol; readonly url: string };

export type Started = {
  readonly start: Start;
  readonly apis: readonly ServedApi[];
  /** What the gateway has written to stderr so far. */
  log(): string;
  hasEnded(): boolean;
  stop(): Promise<void>;
};

type Bounds = { readonly timeoutMs: number };

/** Runs `gatewright start` in the project's folder and waits until it is ready, has ended, or exceeds a limit. */
export async function startProject(
  folder: string,
  args: readonly string[],
  bounds: Bounds,
): Promise<Started> {
  const child = spawn(
    process.execPath,
    [MAIN, 'start', ...args, '--json', '--no-reload', '--port', '0', '--control-port', '0'],
    { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = gather(child);
  const closed = once(child, 'close');
  const watch = watchMemory(child);
  const { stop, hasEnded } = ending(child, closed, watch.end);
  const deadlineMs = performance.now() + bounds.timeoutMs;
  for (;;) {
    const line = output.stdout().split('\n').find(isReadyLine);
    if (line !== undefined) return { ...readReady(line), log: output.stderr, hasEnded, stop };
    if (hasEnded()) {
      await closed;
      watch.end();
      const { exitCode: code } = child;
      const start: Start = watch.reason() ?? { kind: 'ended', code, stderr: output.stderr() };
      return { start, apis: [], log: output.stderr, hasEnded, stop };
    }
    if (performance.now() > deadlineMs) {
      await stop();
      const reason = `the gateway was not ready within ${bounds.timeoutMs / 1000} s; the end of its stderr: ${output.stderr().slice(-300).trim()}`;
      return { start: { kind: 'stopped', reason }, apis: [], log: output.stderr, hasEnded, stop };
    }
    await sleep(50);
  }
}

/**
 * Returns the environment of the gateway. AWS credentials, npm settings and other variables of the user are not passed
 * on.
 */
function environment(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, NODE_OPTIONS: `--max-old-space-size=${MAX_HEAP_MEGABYTES}` };
}

function isReadyLine(line: string): boolean {
  return line.startsWith('{') && line.includes('"ready":true');
}

function readReady(line: string): Pick<Started, 'start' | 'apis'> {
  const { apis, unsupported } = JSON.parse(line) as {
    readonly apis: readonly ServedApi[];
    readonly unsupported: readonly Finding[];
  };
  return { start: { kind: 'ready', findings: unsupported }, apis };
}

function gather(child: ChildProcess): { readonly stdout: () => string; readonly stderr: () => string } {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => {
      if (texts[name].length < MAX_OUTPUT_CHARACTERS) texts[name] += chunk.toString();
    });
  return { stdout: () => texts.stdout, stderr: () => texts.stderr };
}

function ending(child: ChildProcess, closed: Promise<unknown>, unwatch: () => void) {
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    unwatch();
    if (hasEnded()) return;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
    await closed;
    clearTimeout(late);
  };
  return { stop, hasEnded };
}

/** Watches the memory of a process, which only Linux reports. On other systems, only the heap limit applies. */
function watchMemory(child: ChildProcess): {
  readonly end: () => void;
  readonly reason: () => Start | undefined;
} {
  let megabytes = 0;
  const timer = setInterval(() => {
    megabytes = residentMegabytes(child.pid);
    if (megabytes > MAX_RESIDENT_MEGABYTES) child.kill('SIGKILL');
  }, WATCH_EVERY_MS);
  return {
    end: () => clearInterval(timer),
    reason: () =>
      megabytes > MAX_RESIDENT_MEGABYTES
        ? { kind: 'stopped', reason: `the process used more than ${MAX_RESIDENT_MEGABYTES} MB of memory` }
        : undefined,
  };
}

function residentMegabytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
