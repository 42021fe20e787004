/** A gateway of one template in a process of its own, and load on it from another. */
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
/** What AWS's own APIs of the gateway are called with. */
export const CREDENTIALS = { accessKeyId: 'AKIDGROWTHBENCH', secretAccessKey: 'bench-secret' };
const WARMUP_SECONDS = 2;
/** Of the load that is measured: until all its connections are there. */
const SETTLE_SECONDS = 1;
const CONNECTIONS = 32;

const QUOTAS = ['resources', 'routes', 'stages', 'authorizers', 'usage-plans'];
/** Of the defaults that AWS raises, those that the sizes exceed. A function call for each of 4,096 connections is one of them. */
const RAISED = [...QUOTAS.flatMap((quota) => ['--account-quota', `${quota}=20000`]), '--concurrency', '5000'];

export type Served = {
  readonly process: ChildProcess;
  /** From the start of the process until all is served. */
  readonly startMs: number;
  readonly templateBytes: number;
  /** Of the only API, without its stage. */
  readonly origin: string;
  readonly control: string;
  readonly dynamodb: string;
  /** Where it runs; its state is below. */
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
  /** By name, beside the template; without any, the one that the stacks' functions name. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** More sources and options of `start`. */
  readonly words?: readonly string[] | undefined;
};

async function start({ name, template, files = {}, words = [] }: Stack): Promise<Served> {
  const cwd = join(FOLDER, name);
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(join(cwd, 'src'), { recursive: true });
  // Without one, our own says that they are ES modules, which they are not.
  writeFileSync(join(cwd, 'package.json'), '{}');
  for (const [file, text] of Object.entries(files)) writeFileSync(join(cwd, file), text);
  const text = JSON.stringify(template);
  writeFileSync(join(cwd, 'template.json'), text);
  const started = await startIn(cwd, commandOf(ROOT), ['template.json', ...RAISED, ...words], name);
  return { ...started, templateBytes: text.length };
}

/** @param command of a checkout or a package */
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
  /** With the stage. */
  readonly path: string;
  readonly seconds: number;
  readonly expectedBody?: string | number;
} & Partial<Pick<LoadTask, 'headers' | 'turns' | 'bodyBytes' | 'connections' | 'requestsAtLeast'>>;

/** Requests per second, their 99th percentile, and what one takes of the gateway's processor time; then what it holds. */
export async function askUnderLoad(served: Served, asked: LoadOrder): Promise<Figures> {
  const { seconds, turns = 1, requestsAtLeast = turns } = asked;
  // Once round, unless they know of it: what is new to the gateway is not what is measured.
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

/** Of the gateway, once it has come to rest. */
export async function restingMegabytes(served: Served): Promise<number | undefined> {
  await delay(1_000);
  return residentMegabytes(served.process.pid);
}
