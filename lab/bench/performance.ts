/**
 * `npm run bench -- performance [--seconds N --runs N --minutes N --no-offline]`: throughput, starts, memory and functions in one run.
 * All figures go to .build/lab/performance.md; six of them and the missed goals to docs/performance.md. On a machine with nothing
 * else to do; 30 minutes, and `--minutes` more for the run in which memory is watched.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LAB, readConditions, writePage } from './conditions.ts';
import { functionFigures } from './functions/page.ts';
import { measureSides } from './functions/run.ts';
import { measureHostSpeed, printHostSpeeds } from './host-speed.ts';
import { CONNECTIONS, WARMUP_SECONDS } from './measure.ts';
import { measureInstances } from './instances.ts';
import { instanceFigures, isHeld, printPage, startFigures, throughputFigures } from './page.ts';
import { buildCommand } from './plain-stack.ts';
import { CROWDS, SCENARIOS, WITH_BODY } from './scenarios.ts';
import { measureStarts } from './starts.ts';
import { printSummary, renewSummary } from './summary.ts';
import { ROOT } from './targets.ts';
import { measureThroughput } from './throughput.ts';

const PAGE = join(ROOT, 'docs/performance.md');
const SAVES = 10;

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '5' },
      runs: { type: 'string', default: '3' },
      minutes: { type: 'string', default: '0' },
      'no-offline': { type: 'boolean', default: false },
    },
  });
  const [seconds, runs, minutes] = [values.seconds, values.runs, values.minutes].map(Number) as [
    number,
    number,
    number,
  ];
  if (!(seconds > 0) || !Number.isInteger(runs) || runs < 1)
    throw new Error('--seconds and --runs want positive numbers');
  if (!(minutes >= 0)) throw new Error('--minutes wants a number');
  const scenarios = [...SCENARIOS, ...WITH_BODY, ...CROWDS];
  return { seconds, runs, minutes, scenarios, offline: !values['no-offline'] };
}

export async function runPerformance(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const conditions = readConditions();
  const command = buildCommand();
  const hostBefore = await measureHostSpeed();
  const starts = await measureStarts(command, options.runs, options.seconds);
  const instances = await measureInstances(command, options);
  const throughput = await measureThroughput(options);
  const { measured } = await measureSides({ ...options, saves: SAVES });
  const host = printHostSpeeds(hostBefore, await measureHostSpeed());
  const parts = [
    {
      title: 'Requests',
      how: `${CONNECTIONS} keep-alive connections where no other number is said, ${options.seconds} s after ${WARMUP_SECONDS} s of warm-up, medians of ${options.runs} interleaved runs. The load generator runs on the same processors.`,
      figures: throughputFigures(throughput),
    },
    {
      title: 'Start and memory',
      how: `Medians of ${options.runs} starts; memory is the resident set of the process and its children, 3 s after the start and after ${options.seconds + 2} s of load by ${CONNECTIONS} connections. Requests are recorded, as they are unless somebody switches it off.`,
      figures: startFigures(starts),
    },
    {
      title: 'Instances of functions',
      how: `Medians of ${options.runs} starts of the package's command. Busy ones: four callers, ${options.seconds} s after six. Further functions: ten beside one, each called once, all with the same few lines of code; a bare worker is a thread of \`node:worker_threads\` that has run these lines once. The long run (\`--minutes 10\`): the last tenth beside the second.`,
      figures: instanceFigures(instances),
    },
    {
      title: 'Functions',
      how: 'The first request to a function in a fresh process, and from a save of its source to the new answer, as `npm run bench -- functions` has them.',
      figures: functionFigures(measured),
    },
  ];
  const all = parts.flatMap(({ figures }) => figures);
  await writePage(join(LAB, 'performance.md'), printPage(conditions, host, parts));
  await writePage(PAGE, renewSummary(readFileSync(PAGE, 'utf8'), printSummary(conditions, all)));
  for (const figure of all)
    if (isHeld(figure) === false)
      console.log(`missed: ${figure.what}: ${String(figure.value)} ${figure.unit}`);
  console.log('written: docs/performance.md, .build/lab/performance.md');
}
