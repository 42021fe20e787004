/** What instances of functions take of the machine: processors while they work, memory while they wait, and memory in the long run. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CONNECTIONS, generateLoad, residentMegabytes } from './measure.ts';
import { plainSource, plainTemplate, startPlain } from './plain-stack.ts';
import { median } from './report.ts';
import { SETTLED_MS } from './starts.ts';
import { BUILD, logFile, stop, untilAnswered } from './targets.ts';

const BUSY_CALLERS = 4;
const BUSY_MS = 5;
const BUSY_SOURCE = plainSource(
  `for (const until = performance.now() + ${BUSY_MS}; performance.now() < until;);`,
);
/** The pool has learnt by then how long an event takes, and has started what it starts. */
const LEARN_SECONDS = 6;
/** Differences of so many are well above what a process holds more or less by chance. */
const FURTHER = 10;
/** Of Linux's `/proc`, everywhere. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 1_000;

export type Instances = {
  readonly busy: { readonly share: number | undefined; readonly instances: number };
  /** Megabytes of one more warm function, in the gateway and as a bare worker thread with the same code. */
  readonly further: { readonly ours: number | undefined; readonly bare: number | undefined };
  /** Undefined: no long run was asked for. */
  readonly growth: number | undefined;
};

export async function measureInstances(
  command: string,
  { runs, seconds, minutes }: { readonly runs: number; readonly seconds: number; readonly minutes: number },
): Promise<Instances> {
  const busy: Instances['busy'][] = [];
  const ours: number[] = [];
  const bare: number[] = [];
  for (let run = 1; run <= runs; run += 1) {
    console.error(`run ${run}/${runs}: instances`);
    busy.push(await measureBusy(command, seconds));
    ours.push((await residentWith(command, 1 + FURTHER)) - (await residentWith(command, 1)));
    bare.push((await residentOfBare(1 + FURTHER)) - (await residentOfBare(1)));
  }
  const each = (megabytes: readonly number[]): number | undefined => known(median(megabytes) / FURTHER);
  return {
    busy: {
      share: known(median(busy.map(({ share = NaN }) => share))),
      instances: median(busy.map(({ instances }) => instances)),
    },
    further: { ours: each(ours), bare: each(bare) },
    growth: minutes > 0 ? growthOf(await sampleMemory(command, minutes)) : undefined,
  };
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

/** Share of the processors that could run an event each. */
async function measureBusy(command: string, seconds: number): Promise<Instances['busy']> {
  const started = await startPlain(command, plainTemplate(1, BUSY_SOURCE));
  try {
    await untilAnswered(started, started.request);
    const load = generateLoad({
      ...started.request,
      connections: BUSY_CALLERS,
      coldFromSeconds: 0,
      coldToSeconds: 0,
      warmupSeconds: LEARN_SECONDS,
      seconds: seconds + 1,
    });
    const during = async (): Promise<number | undefined> => {
      await delay(LEARN_SECONDS * 1_000);
      const [from, fromMs] = [processorSeconds(started.process.pid), performance.now()];
      await delay(seconds * 1_000);
      const used = processorSeconds(started.process.pid) - from;
      const processors = Math.min(BUSY_CALLERS, availableParallelism());
      return known((used * 1_000) / (performance.now() - fromMs) / processors);
    };
    const [{ instances }, share] = await Promise.all([load, during()]);
    return { share, instances };
  } finally {
    await stop(started);
  }
}

/** Of all threads of a process; NaN where the system does not report it. */
function processorSeconds(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields after the name, which may have blanks: utime and stime are 14 and 15 of all.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return NaN;
  }
}

/** Megabytes of a gateway with so many functions, each of which has answered once. */
async function residentWith(command: string, functions: number): Promise<number> {
  const started = await startPlain(command, plainTemplate(functions, plainSource()));
  try {
    for (let n = 0; n < functions; n += 1)
      await untilAnswered(started, { ...started.request, path: n === 0 ? '/' : `/f${n}` });
    await delay(SETTLED_MS);
    return residentMegabytes(started.process.pid) ?? NaN;
  } finally {
    await stop(started);
  }
}

/** The same of a process that has nothing but worker threads, each of which has run the function once. */
async function residentOfBare(workers: number): Promise<number> {
  const folder = join(BUILD, 'bare');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.cjs'), plainSource());
  const program = `const { Worker } = require('node:worker_threads');
    const code = "const { parentPort } = require('node:worker_threads');" +
      "require('./index.cjs').handler({}).then(() => parentPort.postMessage('ready'));" +
      "parentPort.on('message', () => undefined);";
    let ready = 0;
    for (let n = 0; n < ${workers}; n += 1)
      new Worker(code, { eval: true }).once('message', () => (ready += 1) === ${workers} && console.log('ready'));`;
  const child = spawn(process.execPath, ['--eval', program], {
    cwd: folder,
    stdio: ['ignore', 'pipe', logFile('bare')],
  });
  try {
    await new Promise((resolve, reject) => {
      child.stdout?.once('data', resolve);
      child.once('exit', (code) => reject(new Error(`bare workers ended with ${code ?? 'a signal'}`)));
    });
    await delay(SETTLED_MS);
    return residentMegabytes(child.pid) ?? NaN;
  } finally {
    await stop({ process: child });
  }
}

/** Megabytes every second under load. */
async function sampleMemory(command: string, minutes: number): Promise<readonly number[]> {
  console.error(`${minutes} minutes of load`);
  const started = await startPlain(command, plainTemplate(1, plainSource()));
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(residentMegabytes(started.process.pid) ?? NaN), SAMPLE_MS);
  try {
    await untilAnswered(started, started.request);
    await generateLoad({
      ...started.request,
      connections: CONNECTIONS,
      coldFromSeconds: 0,
      coldToSeconds: 0,
      warmupSeconds: 0,
      seconds: minutes * 60,
    });
    return samples;
  } finally {
    clearInterval(timer);
    await stop(started);
  }
}

/** The last tenth of a long run beside its second: in the first, caches and the ring of requests fill up. */
export function growthOf(samples: readonly number[]): number | undefined {
  const tenth = Math.floor(samples.length / 10);
  if (tenth === 0) return undefined;
  return known(median(samples.slice(-tenth)) / median(samples.slice(tenth, 2 * tenth)));
}
