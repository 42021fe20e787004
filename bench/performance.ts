/**
 * `npm run bench -- performance [--seconds N --runs N --no-offline]`: throughput, starts and memory in one run, written to
 * docs/performance.md with machine, date and commit. On a machine with nothing else to do; 12 minutes.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { CONNECTIONS, WARMUP_SECONDS } from './measure.ts';
import { isHeld, printPage, startFigures, throughputFigures } from './page.ts';
import { measureStarts } from './starts.ts';
import { ROOT } from './targets.ts';
import { measureThroughput } from './throughput.ts';
import type { Conditions } from './page.ts';

const PAGE = join(ROOT, 'docs/performance.md');

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '5' },
      runs: { type: 'string', default: '3' },
      'no-offline': { type: 'boolean', default: false },
    },
  });
  const [seconds, runs] = [Number(values.seconds), Number(values.runs)];
  if (!(seconds > 0) || !Number.isInteger(runs) || runs < 1)
    throw new Error('--seconds and --runs want positive numbers');
  return { seconds, runs, only: undefined, offline: !values['no-offline'] };
}

function readConditions(): Conditions {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain') !== '';
  const [processor] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: `${git('rev-parse', '--short=8', 'HEAD')}${isChanged ? ' with changes' : ''}`,
    machine: `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    ...{ node: process.version, cores: cpus().length, loadAverage: loadavg()[0] ?? 0 },
  };
}

export async function runPerformance(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const conditions = readConditions();
  const starts = await measureStarts(options.runs, options.seconds);
  const throughput = await measureThroughput(options);
  const parts = [
    {
      title: 'Requests',
      how: `${CONNECTIONS} keep-alive connections, GET, ${options.seconds} s after ${WARMUP_SECONDS} s of warm-up, medians of ${options.runs} interleaved runs. The load generator runs on the same processors.`,
      figures: throughputFigures(throughput),
    },
    {
      title: 'Start and memory',
      how: `Medians of ${options.runs} starts; memory is the resident set of the process and its children, 3 s after the start and after ${options.seconds + 2} s of load by ${CONNECTIONS} connections. Requests are recorded, as they are unless somebody switches it off.`,
      figures: startFigures(starts),
    },
  ];
  const settings = { ...(await resolveConfig(PAGE)), parser: 'markdown' };
  writeFileSync(PAGE, await format(printPage(conditions, parts), settings));
  for (const figure of parts.flatMap(({ figures }) => figures))
    if (isHeld(figure) === false)
      console.log(`missed: ${figure.what}: ${String(figure.value)} ${figure.unit}`);
  console.log('written: docs/performance.md');
}
