/** Measures a server: its responses under load, its processor time and its memory. */
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hello } from './fixture/handler.ts';
import type { LoadResult, LoadTask } from './load.ts';
import type { Kind, Running } from './targets.ts';

export const CONNECTIONS = 32;

export type Scenario = {
  readonly name: string;
  readonly kind: Kind;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Number of concurrent connections; the default is CONNECTIONS. */
  readonly connections?: number;
};

/** Returns the request that the load generator sends in a scenario, and the expected response. */
export async function requestOf(
  scenario: Scenario,
  running: Pick<Running, 'urlOf'>,
): Promise<
  Pick<LoadTask, 'host' | 'port' | 'path' | 'method' | 'headers' | 'body' | 'connections' | 'expectedBody'>
> {
  const { kind, path, method, headers, body, connections = CONNECTIONS } = scenario;
  const url = new URL(`${running.urlOf(kind)}${path}`);
  const asked = { host: url.hostname, port: Number(url.port), path: url.pathname, method, headers, body };
  return { ...asked, connections, expectedBody: (await hello()).body };
}

/**
 * Runs the load generator until it is done or the signal ends it.
 * @throws Error at the first wrong response, or if the signal ended the load generator
 */
export async function generateLoad(task: LoadTask, signal?: AbortSignal): Promise<LoadResult> {
  const file = fileURLToPath(new URL('load.ts', import.meta.url));
  const child = spawn(process.execPath, [file, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
  signal?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  const chunks = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (chunks.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (chunks.stderr += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`load: ${chunks.stderr.trim()}`);
  return JSON.parse(chunks.stdout) as LoadResult;
}

/**
 * Returns the processor time of a process's main thread, from Linux's scheduler; NaN if the system does not report it.
 */
export function mainThreadMs(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Returns the processor time of all live threads of a process; NaN if the system does not report it. */
export function allThreadsMs(pid: number | undefined): number {
  try {
    const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
      try {
        return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
      } catch {
        return 0; // The thread ended in the meantime.
      }
    });
    return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Returns the sum of the memory of the process and its descendants, from /proc. */
export function residentMegabytes(pid: number | undefined): number | undefined {
  try {
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const status = readFileSync(`/proc/${name}/status`, 'utf8');
          const field = (wanted: string) =>
            Number(new RegExp(`^${wanted}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
          return [{ pid: Number(name), parent: field('PPid'), kb: field('VmRSS') }];
        } catch {
          return []; // The process ended in the meantime.
        }
      });
    const family = new Set([pid]);
    // A child does not always have a higher pid than its parent, so the search repeats until it finds nothing new.
    for (let before = 0; before !== family.size;) {
      before = family.size;
      for (const { pid: child, parent } of processes) if (family.has(parent)) family.add(child);
    }
    const kb = processes.filter((one) => family.has(one.pid)).reduce((sum, one) => sum + one.kb, 0);
    return kb / 1024;
  } catch {
    return undefined;
  }
}
