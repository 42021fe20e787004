/** One measurement: a fresh server, warm-up, load, memory. */
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hello } from './fixture/handler.ts';
import { stop, untilAnswered } from './targets.ts';
import type { LoadResult, LoadTask } from './load.ts';
import type { Kind, Ring, Running, Target } from './targets.ts';

export const CONNECTIONS = 32;
/** The cold state: two seconds of load have passed, two are counted. */
export const COLD_FROM_SECONDS = 2;
export const COLD_TO_SECONDS = 4;
export const WARMUP_SECONDS = 6;

export type Scenario = {
  readonly name: string;
  readonly kind: Kind;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** At a time; absent = CONNECTIONS. */
  readonly connections?: number;
  /** What else is measured with the same requests. */
  readonly others: readonly Exclude<Target['name'], 'gateway'>[];
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

export type Measurement = {
  readonly requestsPerSecond: number;
  readonly coldRequestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /**
   * Of the server and its children at the end of the load; undefined where the system does not report it.
   */
  readonly rssMb: number | undefined;
  /** Of a gateway that records. */
  readonly ring?: Ring | undefined;
  /** From starting the process to the first 200. */
  readonly startMs: number;
  readonly loadCpuShare: number;
};

/**
 * @throws Error when an answer is not 200 or has another body, or when the handler ran more or less often
 *   than there were answers
 */
export async function measure(target: Target, scenario: Scenario, seconds: number): Promise<Measurement> {
  const startedMs = performance.now();
  const running = await target.start();
  try {
    const request = await requestOf(scenario, running);
    const firstBody = await untilAnswered(running, request);
    if (firstBody !== request.expectedBody)
      throw new Error(`answered with another body: ${firstBody.slice(0, 200)}`);
    const startMs = performance.now() - startedMs;
    const task: LoadTask = {
      ...request,
      coldFromSeconds: COLD_FROM_SECONDS,
      coldToSeconds: COLD_TO_SECONDS,
      warmupSeconds: WARMUP_SECONDS,
      seconds,
    };
    const result = await generateLoad(task);
    const rssMb = residentMegabytes(running.process.pid);
    const ring = await running.readRing?.();
    // One more: the answer that proved the start.
    if (result.invocations !== result.total + 1)
      throw new Error(`${result.total + 1} answers, but the handler ran ${result.invocations} times`);
    return {
      requestsPerSecond: result.measured / seconds,
      coldRequestsPerSecond: result.cold / (COLD_TO_SECONDS - COLD_FROM_SECONDS),
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      rssMb,
      ring,
      startMs,
      loadCpuShare: result.cpuShare,
    };
  } finally {
    await stop(running);
  }
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
