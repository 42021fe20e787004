/** How long starts take, and what a started gateway holds: as its users start it, from a checkout and from the package. */
import { setTimeout as delay } from 'node:timers/promises';
import { CONNECTIONS, generateLoad, residentMegabytes } from './measure.ts';
import { ANY_PORTS, plainSource, plainTemplate, start, startPlain } from './plain-stack.ts';
import { median } from './report.ts';
import { ROOT, stop, untilAnswered } from './targets.ts';

/** After that long an idle gateway has done what it does after a start. */
export const SETTLED_MS = 3_000;

export type Starts = {
  readonly runs: number;
  /** `npm start` to the line that says that all is served. */
  readonly npmStartMs: { readonly unchanged: number; readonly changed: number };
  /** One plain template by the installed package's command, to its first answer. */
  readonly plainMs: number;
  /** Of the process and its children; undefined where the system does not report it. */
  readonly restMb: number | undefined;
  readonly loadedMb: number | undefined;
};

async function npmStart(more: Readonly<Record<string, string>>): Promise<number> {
  const started = await start(['npm', 'start', '--', ...ANY_PORTS], { cwd: ROOT, more });
  await stop(started);
  return started.ms;
}

/**
 * Unchanged, then with a variable of the environment that osls might have read: nothing that was kept counts any more.
 * Not in turns: what one of these keeps may replace what the other one would have found, and nothing is unchanged then.
 */
async function measureNpmStart(runs: number): Promise<Starts['npmStartMs']> {
  await npmStart({});
  const unchanged: number[] = [];
  const changed: number[] = [];
  for (let run = 1; run <= runs; run += 1) {
    console.error(`run ${run}/${runs}: npm start, nothing changed`);
    unchanged.push(await npmStart({}));
  }
  for (let run = 1; run <= runs; run += 1) {
    console.error(`run ${run}/${runs}: npm start, osls compiles`);
    changed.push(await npmStart({ BENCH_RUN: `${run} of ${Date.now()}` }));
  }
  return { unchanged: median(unchanged), changed: median(changed) };
}

type Plain = {
  readonly ms: number;
  readonly restMb: number | undefined;
  readonly loadedMb: number | undefined;
};

async function measurePlain(command: string, seconds: number): Promise<Plain> {
  const fromMs = performance.now();
  const started = await startPlain(command, plainTemplate(1, plainSource()));
  try {
    await untilAnswered(started, started.request);
    const ms = performance.now() - fromMs;
    await delay(SETTLED_MS);
    const restMb = residentMegabytes(started.process.pid);
    await generateLoad({
      ...started.request,
      connections: CONNECTIONS,
      coldFromSeconds: 0,
      coldToSeconds: 1,
      warmupSeconds: 2,
      seconds,
    });
    return { ms, restMb, loadedMb: residentMegabytes(started.process.pid) };
  } finally {
    await stop(started);
  }
}

/** @param command of the package */
export async function measureStarts(command: string, runs: number, seconds: number): Promise<Starts> {
  await measurePlain(command, 1);
  const plain: Plain[] = [];
  for (let run = 1; run <= runs; run += 1) {
    console.error(`run ${run}/${runs}: a plain template by the package's command`);
    plain.push(await measurePlain(command, seconds));
  }
  const mb = (read: (one: Plain) => number | undefined): number | undefined => {
    const values = plain.map(read).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : median(values);
  };
  return {
    runs,
    npmStartMs: await measureNpmStart(runs),
    plainMs: median(plain.map(({ ms }) => ms)),
    restMb: mb(({ restMb }) => restMb),
    loadedMb: mb(({ loadedMb }) => loadedMb),
  };
}
