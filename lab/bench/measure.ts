/** What a measurement reads of a server: its answers under load, its processor time, its memory. */
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
  /** At a time; absent = CONNECTIONS. */
  readonly connections?: number;
};

/** What the load generator asks of a server in a scenario, and what is to be answered. */
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

/** Runs the load generator, until the signal ends it where there is one. @throws Error at the first wrong answer, and when it was ended */
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
 * Processor time of a process's main thread, by Linux's scheduler; NaN where the system does not report it.
 */
export function mainThreadMs(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Processor time of all live threads of a process; NaN where the system does not report it. */
export function allThreadsMs(pid: number | undefined): number {
  try {
    const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
      try {
        return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
      } catch {
        return 0; // Ended while we looked.
      }
    });
    return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Sum over the process and its descendants, from /proc. */
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
          return []; // Ended while we looked.
        }
      });
    const family = new Set([pid]);
    // Children have higher positions than parents only by habit, so look until nothing new is found.
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
