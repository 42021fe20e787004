/** Compares starts and memory with the programs on which they depend: osls, and an idle Node. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { STANDS_IN, startAwsStandIn } from '../../packages/gateway/templates/serverless/aws-stand-in.ts';
import { installTool, toolFolder } from '../tools/install-tool.ts';
import { CONNECTIONS, generateLoad, residentMegabytes } from './measure.ts';
import { ANY_PORTS, plainSource, plainTemplate, start, startPlain } from './plain-stack.ts';
import { median } from './report.ts';
import { BUILD, logFile, ROOT, stop, untilAnswered } from './targets.ts';
import type { Figures, Sides } from './against-sides.ts';

/** Duration of the wait after a start, until an idle process has finished its work. */
const SETTLED_MS = 3_000;
const LOAD_SECONDS = 5;
/**
 * Number of starts of `node -e 0` that are measured together, because a single one is too short to be measured
 * reliably.
 */
const EMPTY_STARTS = 3;

/** The services that `npm start` serves. */
const SERVICES = [ROOT, join(ROOT, 'examples/food-delivery')];

const fresh = (name: string, ours: () => Promise<Figures>, theirs: () => Promise<Figures>): Sides => ({
  name,
  figures: [(side) => (side === 'ours' ? ours() : theirs())],
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

/**
 * Compares the time of `npm start`, until the line that says that everything is served, with the time that osls alone
 * takes to package both services.
 */
export function npmStarts(): Sides {
  const reason = installTool('bench-offline');
  if (reason !== undefined) throw new Error(reason);
  return fresh(
    'npm start',
    async () => {
      // A new environment variable invalidates every cached result of osls, because osls cannot know whether the
      // variable matters. The second start uses the same value, so nothing has changed.
      const more = { BENCH_RUN: String(Date.now()) };
      return {
        'npm-start-first': await firstStartMs(),
        'npm-start-changed': await npmStartMs(more),
        'npm-start-unchanged': await npmStartMs(more),
      };
    },
    async () => {
      const first = await packageMs(freshFolder('osls-home'));
      const ms = await packageMs(join(BUILD, 'osls-home'));
      return { 'npm-start-first': first, 'npm-start-changed': ms, 'npm-start-unchanged': ms };
    },
  );
}

/** Starts as in a new clone, in which nothing is compiled yet. */
async function firstStartMs(): Promise<number> {
  rmSync(join(ROOT, '.gatewright/cache'), { recursive: true, force: true });
  return await npmStartMs({ GATEWRIGHT_HOME: freshFolder('first-home') });
}

function freshFolder(name: string): string {
  const folder = join(BUILD, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function npmStartMs(more: Readonly<Record<string, string>>): Promise<number> {
  const started = await start(['npm', 'start', '--', ...ANY_PORTS], { cwd: ROOT, more });
  await stop(started);
  return started.ms;
}

/**
 * Runs `osls package` of both services at once, with a stand-in for AWS on this machine.
 * @param checks the folder in which osls keeps its generated checks
 */
async function packageMs(checks: string): Promise<number> {
  const aws = await startAwsStandIn({ region: 'us-east-1', accountId: '123456789012' });
  const env = {
    ...process.env,
    ...aws.environment,
    [STANDS_IN]: '1',
    // The example does not install serverless-esbuild, so this plug-in is loaded from the folder of this tool.
    NODE_PATH: join(toolFolder('bench-offline'), 'node_modules'),
    SLS_SCHEMA_CACHE_BASE_DIR: checks,
    SLS_TELEMETRY_DISABLED: '1',
    SLS_NOTIFICATIONS_MODE: 'off',
  };
  const osls = join(ROOT, 'node_modules/serverless/bin/serverless.js');
  const fromMs = performance.now();
  try {
    const codes = await Promise.all(
      SERVICES.map(async (cwd, index) => {
        const log = logFile(`osls-package-${index}`);
        const args = [osls, 'package', '--package', join(BUILD, `osls-package-${index}`)];
        const [code] = (await once(
          spawn(process.execPath, args, { cwd, stdio: ['ignore', log, log], env }),
          'exit',
        )) as [number | null];
        return code;
      }),
    );
    if (codes.some((code) => code !== 0))
      throw new Error(`osls package failed; the exit codes are ${codes.map(String).join(' and ')}`);
    return performance.now() - fromMs;
  } finally {
    await aws.close();
  }
}

/**
 * Compares the time to the first response of one plain template, served by the installed package's command, with the
 * duration of `node -e 0`.
 */
export function firstAnswers(command: string): Sides {
  return fresh(
    'first answer',
    async () => {
      const fromMs = performance.now();
      const started = await startPlain(command, plainTemplate(1, plainSource()));
      try {
        await untilAnswered(started, started.request);
        return { 'first-answer': performance.now() - fromMs };
      } finally {
        await stop(started);
      }
    },
    async () => {
      const taken: number[] = [];
      while (taken.length < EMPTY_STARTS) {
        const fromMs = performance.now();
        await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
        taken.push(performance.now() - fromMs);
      }
      return { 'first-answer': median(taken) };
    },
  );
}

/**
 * Compares the memory of the gateway's process and its children with the memory of an idle Node process. The gateway is
 * measured at rest, and after its function was under load.
 */
export function memories(command: string): Sides {
  return fresh(
    'memory',
    async () => {
      const started = await startPlain(command, plainTemplate(1, plainSource()));
      try {
        await untilAnswered(started, started.request);
        const atRest = await restingMegabytes(started.process.pid);
        const load = {
          ...started.request,
          connections: CONNECTIONS,
          warmupSeconds: 0,
          seconds: LOAD_SECONDS,
        };
        await generateLoad(load);
        const afterLoad = residentMegabytes(started.process.pid) ?? NaN;
        return { 'memory-at-rest': atRest, 'memory-after-load': afterLoad };
      } finally {
        await stop(started);
      }
    },
    async () => {
      const idle = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e6)'], { stdio: 'ignore' });
      try {
        const megabytes = await restingMegabytes(idle.pid);
        return { 'memory-at-rest': megabytes, 'memory-after-load': megabytes };
      } finally {
        await stop({ process: idle });
      }
    },
  );
}

async function restingMegabytes(pid: number | undefined): Promise<number> {
  await delay(SETTLED_MS);
  return residentMegabytes(pid) ?? NaN;
}
