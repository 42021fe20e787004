/**
 * `npm run bench -- performance [--all | --only GOAL …] [--pairs N] [--seconds N] [--repeats N]`: measures goals, each
 * as a ratio to something that is measured in turns with it, over pairs of fresh processes. Writes them to
 * .build/lab/performance.md. Without `--only` and `--all`, measures the goals of docs/performance.md, and updates that
 * page unless the speed of the host changed. This takes a quarter of an hour at most; `--all` takes 40 to 100 minutes.
 * A pair is measured again if the speed of the host changed, at most `--repeats` times. Run it on an otherwise idle
 * machine.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LAB, readConditions, writePage } from './conditions.ts';
import { GOAL_BENCHES } from './goal-benches.ts';
import { GOALS, judgeGoal } from './goals.ts';
import { describeRefusal, measureHostSpeed, printHostSpeeds } from './host-speed.ts';
import { rankOfBound } from './interval.ts';
import { printPage, printResult, printSummary, renewSummary, SHOWN } from './page.ts';
import { measureSteadily, MOST_REPEATS } from './steady-pairs.ts';
import { ROOT } from './targets.ts';
import type { BenchName, Goal, Result } from './goals.ts';
import type { SteadyPair } from './steady-pairs.ts';

const PAGE = join(ROOT, 'docs/performance.md');
const NAMES = Object.values(GOALS).flatMap((goals) => goals.map(({ name }) => name));

type Options = {
  readonly only: ReadonlySet<string>;
  readonly pairs: number;
  readonly seconds: number;
  readonly repeats: number;
};

function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      all: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      pairs: { type: 'string', default: '6' },
      seconds: { type: 'string', default: '1' },
      // With more repetitions, a run on a host whose speed changes often would take too long.
      repeats: { type: 'string', default: '1' },
    },
  });
  const [pairs, repeats, seconds] = [Number(values.pairs), Number(values.repeats), Number(values.seconds)];
  if (!Number.isInteger(pairs) || pairs < 1 || !(seconds > 0))
    throw new Error('--pairs and --seconds must be positive numbers');
  if (!Number.isInteger(repeats) || repeats < 0 || repeats > MOST_REPEATS)
    throw new Error(`--repeats must be a number from 0 to ${MOST_REPEATS}`);
  const only = values.only ?? (values.all ? NAMES : SHOWN);
  const unknown = only.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0)
    throw new Error(`--only must be one or more of ${NAMES.join(', ')}, not ${unknown.join(', ')}`);
  return { only: new Set(only), pairs, seconds, repeats };
}

export async function runPerformance(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const conditions = readConditions();
  // The first loops of a process are slower, because they are compiled at that time.
  await measureHostSpeed();
  const before = await measureHostSpeed();
  const results: Result[] = [];
  const pairs: SteadyPair[] = [];
  for (const name of Object.keys(GOALS) as BenchName[]) {
    const measured = await measureGoals(name, options);
    for (const result of measured.results) console.log(printResult(result));
    results.push(...measured.results);
    pairs.push(...measured.pairs);
  }
  const after = await measureHostSpeed();
  const host = printHostSpeeds(before, after);
  await writePage(join(LAB, 'performance.md'), printPage(conditions, host, results, pairs));
  console.log('written: .build/lab/performance.md');
  const measured = new Set(results.filter(({ row }) => row !== undefined).map(({ goal }) => goal.name));
  if (!SHOWN.every((name) => measured.has(name)) || rankOfBound(options.pairs) === 0) return;
  const refusal = describeRefusal(before, after);
  if (refusal !== undefined) {
    console.error(`bench: ${refusal}`);
    process.exitCode = 1;
    return;
  }
  await writePage(PAGE, renewSummary(readFileSync(PAGE, 'utf8'), printSummary(conditions, host, results)));
  console.log('written: docs/performance.md');
}

/** Measures the goals. If a goal cannot be measured, the long run continues, and its exit code is 1. */
async function measureGoals(
  name: BenchName,
  { only, pairs, seconds, repeats }: Options,
): Promise<{ readonly results: readonly Result[]; readonly pairs: readonly SteadyPair[] }> {
  const goals = (GOALS[name] as readonly Goal[]).filter((goal) => only.has(goal.name));
  if (goals.length === 0) return { results: [], pairs: [] };
  console.error(`${name}…`);
  try {
    const measurePair = await GOAL_BENCHES[name](new Set(goals.map((goal) => goal.name)), seconds);
    const measured = await measureSteadily(pairs, measurePair, measureHostSpeed, repeats);
    return { results: goals.map((goal) => judgeGoal(goal, measured)), pairs: measured };
  } catch (error) {
    console.error(`bench: ${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return { results: goals.map((goal) => ({ goal, row: undefined, marked: 0 })), pairs: [] };
  }
}
