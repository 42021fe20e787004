/**
 * Writes .build/lab/performance.md with all goals of one run, and docs/performance.md with six goals and the missed
 * goals.
 */
import { SPENDERS } from './against-sides.ts';
import { causeOf } from './causes.ts';
import { describeRun, markdownTable } from './pages.ts';
import type { Conditions } from './conditions.ts';
import { median } from './report.ts';
import type { Goal, Result } from './goals.ts';
import type { SteadyPair } from './steady-pairs.ts';

/** Goals that docs/performance.md shows. A run measures only these goals unless its arguments name others. */
export const SHOWN: readonly string[] = [
  'rest',
  'rest-p99',
  'rest-offline',
  'first-answer',
  'memory-at-rest',
  'save-plain',
];
const COMMAND = 'npm run bench -- performance';
const FLOOR =
  'The floor is `node:http` with one worker thread that receives the same event and does nothing else (`lab/bench/floor.ts`).';

/** @param pairs all figures, including those that belong to no goal */
export function printPage(
  conditions: Conditions,
  host: string,
  results: readonly Result[],
  pairs: readonly SteadyPair[] = [],
): string {
  const lines = results.map(({ goal, row, marked }) => [
    `\`${goal.name}\``,
    goal.what,
    printOwn(row?.ours, goal),
    `${printOwn(row?.theirs, goal)} ${goal.beside}`,
    printRatio({ goal, row, marked }),
    printBound(goal),
    printVerdict({ goal, row, marked }),
    goal.limit,
  ]);
  return `# Performance

${describeRun(conditions, COMMAND)} ${FLOOR}

${host}

${markdownTable(['name', 'figure', 'measured', 'compared with', 'ratio, 95 % interval', 'goal', '', 'limit'], lines)}

${printMissed(results)}

${printCauses(results)}

${printSpenders(results, pairs)}`;
}

/**
 * Prints the processor times that explain missed goals. They come from the same run, because times that were measured
 * in different runs are not comparable.
 */
function printSpenders(results: readonly Result[], pairs: readonly SteadyPair[]): string {
  const lines = results.flatMap(({ goal: { name } }) => {
    const cells = SPENDERS.map((spender) => {
      const own = pairs.filter(({ figure }) => figure === `${name}: ${spender}`);
      const [ours, theirs] = [median(own.map((pair) => pair.ours)), median(own.map((pair) => pair.theirs))];
      return `${ours.toFixed(1)} / ${theirs.toFixed(1)}`;
    });
    return pairs.some(({ figure }) => figure.startsWith(`${name}: `)) ? [[`\`${name}\``, ...cells]] : [];
  });
  if (lines.length === 0) return '';
  return `## Processor time per request in this run, µs, ours / the floor's

${markdownTable(['name', ...SPENDERS], lines)}
`;
}

export function printSummary(conditions: Conditions, host: string, results: readonly Result[]): string {
  const lines = SHOWN.flatMap((name) => results.filter(({ goal }) => goal.name === name)).map((result) => [
    describeGoal(result.goal),
    printRatio(result),
    printBound(result.goal),
    printVerdict(result),
  ]);
  return `${describeRun(conditions, COMMAND)} ${host}

${markdownTable(['figure', 'ratio, 95 % interval', 'goal', ''], lines)}

${printMissed(results)}`;
}

/**
 * Returns the page with the figures of a run in place of the previous ones.
 * @throws Error if the page has no place for the figures
 */
export function renewSummary(page: string, summary: string): string {
  const place = /(<!-- figures -->\n)[\s\S]*(\n<!-- end -->)/;
  if (!place.test(page)) throw new Error('docs/performance.md has no <!-- figures --> … <!-- end -->');
  return page.replace(place, (_, from: string, to: string) => `${from}\n${summary}\n${to}`);
}

export function printResult(result: Result): string {
  return `${result.goal.name}: ${printRatio(result)}, goal ${printBound(result.goal)}: ${printVerdict(result)}`;
}

/** Lists missed goals with the name for `--only`, ratio and bound. The page of all goals contains the rest. */
function printMissed(results: readonly Result[]): string {
  const of = (verdict: string): string =>
    results
      .filter(({ row }) => row?.verdict === verdict)
      .map((result) => {
        const ratio = printTimes(result.row?.median ?? NaN);
        return `\`${result.goal.name}\` ${ratio} (${printBound(result.goal).replaceAll(/ |×/g, '')})`;
      })
      .join(', ');
  const [missed, open] = [of('missed'), of('open')];
  return [
    missed === '' ? 'No measured goal is missed.' : `Missed: ${missed}.`,
    ...(open === '' ? [] : [`Open, because the interval includes the goal: ${open}.`]),
  ].join(' ');
}

/** Prints only causes that have been shown, never guesses. */
function printCauses(results: readonly Result[]): string {
  return results
    .filter(({ row }) => row?.verdict === 'missed')
    .map(({ goal }) => `- \`${goal.name}\`: ${causeOf(goal) ?? 'the cause is not known yet'}`)
    .join('\n');
}

function describeGoal({ what, beside }: Goal): string {
  return `${what}, compared with ${beside}`;
}

function printOwn(value: number | undefined, { unit }: Goal): string {
  if (value === undefined) return '';
  return `${value.toFixed(unit === 'ms' && value < 100 ? 1 : 0)} ${unit}`;
}

function printRatio({ row, marked }: Result): string {
  if (row === undefined) return 'not measured';
  const interval = Number.isFinite(row.high)
    ? `${printTimes(row.low)} to ${printTimes(row.high)}`
    : 'too few pairs for an interval';
  const host = marked === 0 ? '' : `; the host changed in ${marked} of ${row.pairs} pairs`;
  return `${printTimes(row.median)} × (${interval}${host})`;
}

function printTimes(ratio: number): string {
  return ratio.toFixed(ratio < 0.1 ? 3 : 2);
}

function printBound({ is, bound }: Goal): string {
  return `${is === 'at least' ? '≥' : '≤'} ${bound} ×`;
}

function printVerdict({ row }: Result): string {
  if (row === undefined) return '';
  return { kept: 'held', missed: '**missed**', open: 'open' }[row.verdict];
}
