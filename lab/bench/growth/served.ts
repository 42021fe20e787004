/** Runs a gateway with one template in one process, and sends load to it from another process. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandOf } from '../checkout.ts';
import type { LoadTask } from '../load.ts';
import { allThreadsMs, generateLoad, residentMegabytes } from '../measure.ts';
import { logFile, readyLine, ROOT, stop } from '../targets.ts';
import type { Figures } from './axis.ts';
import { SOURCE } from './stacks.ts';
import type { Template } from './stacks.ts';

export const FOLDER = join(ROOT, '.build/growth');
/** Credentials for calls to the gateway's own endpoints of AWS APIs. */
export const CREDENTIALS = { accessKeyId: 'AKIDGROWTHBENCH', secretAccessKey: 'bench-secret' };
const WARMUP_SECONDS = 2;
/** Seconds at the beginning of a load that are not counted, because not all connections are open yet. */
const SETTLE_SECONDS = 1;
const CONNECTIONS = 32;

const QUOTAS = ['resources', 'routes', 'stages', 'authorizers', 'usage-plans'];
/**
 * Options that raise default quotas. The sizes exceed these quotas, and AWS raises them on request. 4,096 connections
 * need as many concurrent function calls.
 */
const RAISED = [...QUOTAS.flatMap((quota) => ['--account-quota', `${quota}=20000`]), '--concurrency', '5000'];

export type Served = {
  readonly process: ChildProcess;
  /** Milliseconds from the start of the process until everything is served. */
  readonly startMs: number;
  readonly templateBytes: number;
  /** Base URL of the only API, without its stage. */
  readonly origin: string;
  readonly control: string;
  readonly dynamodb: string;
  /** The folder in which the gateway runs; its state is below it. */
  readonly folder: string;
};

type Ready = {
  readonly apis: readonly { readonly url: string }[];
  readonly control: string;
  readonly dynamodb: string;
};

export async function serving<Result>(
  { name, template, files = { 'src/index.js': SOURCE }, words = [] }: Stack,
  use: (served: Served) => Promise<Result>,
): Promise<Result> {
  const served = await start({ name, template, files, words });
  try {
    return await use(served);
  } finally {
    await stop(served);
  }
}

type Stack = {
  readonly name: string;
  readonly template: Template;
  /**
   * Maps file names, relative to the template, to the files' contents. The default is the file that the functions of
   * the stacks name as their code.
   */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Additional sources and options for `gatewright start`. */
  readonly words?: readonly string[] | undefined;
};

async function start({ name, template, files = {}, words = [] }: Stack): Promise<Served> {
  const cwd = join(FOLDER, name);
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(join(cwd, 'src'), { recursive: true });
  // Without this file, our own package.json would declare the files as ES modules, which they are not.
  writeFileSync(join(cwd, 'package.json'), '{}');
  for (const [file, text] of Object.entries(files)) writeFileSync(join(cwd, file), text);
  const text = JSON.stringify(template);
  writeFileSync(join(cwd, 'template.json'), text);
  const started = await startIn(cwd, commandOf(ROOT), ['template.json', ...RAISED, ...words], name);
  return { ...started, templateBytes: text.length };
}

/** @param command path of the command, from a checkout or a package */
export async function startIn(
  cwd: string,
  command: string,
  words: readonly string[],
  name: string,
): Promise<Omit<Served, 'templateBytes'>> {
  const args = ['start', '--json', '--port', '0', '--control-port', '0', ...words];
  const fromMs = performance.now();
  const child = spawn(process.execPath, [command, ...args], {
    cwd,
    env: {
      ...process.env,
      GATEWRIGHT_HOME: join(FOLDER, 'home'),
      GATEWRIGHT_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      GATEWRIGHT_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
    stdio: ['ignore', 'pipe', logFile(`growth-${name}`)],
  });
  const { apis, control, dynamodb } = JSON.parse(await readyLine(child)) as Ready;
  return {
    process: child,
    startMs: performance.now() - fromMs,
    control,
    dynamodb,
    folder: cwd,
    origin: new URL(apis[0]?.url ?? control).origin,
  };
}

export type LoadOrder = {
  /** The path, including the stage. */
  readonly path: string;
  readonly seconds: number;
  readonly expectedBody?: string | number;
} & Partial<Pick<LoadTask, 'headers' | 'turns' | 'bodyBytes' | 'connections' | 'requestsAtLeast'>>;

/**
 * Measures requests per second, the 99th percentile of the response time, and the gateway's processor time per request.
 * Then measures the gateway's memory.
 */
export async function askUnderLoad(served: Served, asked: LoadOrder): Promise<Figures> {
  const { seconds, turns = 1, requestsAtLeast = turns } = asked;
  // The warm-up requests every path once, unless the caller sets another minimum, because first-time work in the
  // gateway is not measured.
  await load(served, { ...asked, seconds: WARMUP_SECONDS, requestsAtLeast });
  const usedMs = allThreadsMs(served.process.pid);
  const result = await load(served, asked, SETTLE_SECONDS);
  const cpuMicros = ((allThreadsMs(served.process.pid) - usedMs) * 1000) / result.total;
  return {
    requestsPerSecond: result.measured / seconds,
    p99Ms: result.p99Ms,
    cpuMicros: Number.isFinite(cpuMicros) ? cpuMicros : undefined,
    rssMb: residentMegabytes(served.process.pid),
  };
}

export async function load(
  served: Served,
  asked: LoadOrder,
  warmupSeconds = 0,
): ReturnType<typeof generateLoad> {
  const { path, headers = {}, connections = CONNECTIONS, expectedBody = 'ok', ...others } = asked;
  const { hostname, port } = new URL(served.origin);
  return generateLoad({
    host: hostname,
    port: Number(port),
    path,
    headers,
    connections,
    expectedBody,
    method: others.bodyBytes === undefined ? 'GET' : 'POST',
    warmupSeconds,
    ...others,
  });
}

/** Returns the memory of the gateway once it is idle. */
export async function restingMegabytes(served: Served): Promise<number | undefined> {
  await delay(1_000);
  return residentMegabytes(served.process.pid);
}
