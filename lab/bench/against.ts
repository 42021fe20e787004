/**
 * `npm run bench -- --against COMMIT [--pairs N] [--seconds N] [--target NAME …] [--bound RATIO]`: compares this
 * checkout with another commit in one run. Pairs of fresh processes are measured in turns (ABBA), so that noise of the
 * machine affects both sides. Prints a table of median ratios with their 95 % intervals; the last line on stdout is
 * JSON. A ratio above 1 means that this checkout is faster; for the p99 of the response time, a ratio below 1 does. The
 * exit code is 1 if a whole interval is on the wrong side of the bound.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { DELAY, startAuthorizers, startGateways } from './against-sides.ts';
import type { Figures, Side, Sides } from './against-sides.ts';
import { checkOut, resolveCommit } from './checkout.ts';
import { judge, medianInterval } from './interval.ts';
import type { BoundSide, Interval, Verdict } from './interval.ts';
import { median, printColumns } from './report.ts';
import { SCENARIOS, WITH_BODY } from './scenarios.ts';
import { BUILD, ROOT } from './targets.ts';

const MEASURED = [...SCENARIOS, ...WITH_BODY];
const TARGETS = [...MEASURED.map(({ name }) => name), 'authorizer'];
const DEFAULT_TARGETS = ['rest', 'http', 'authorizer'];
const MOST_PAIRS = 500;

type Options = {
  readonly against: string;
  readonly pairs: number;
  readonly seconds: number;
  readonly targets: readonly string[];
  readonly bound: number;
};

/** One figure, measured on both sides. */
export type Pair = { readonly figure: string; readonly ours: number; readonly theirs: number };

export type AgainstRow = Interval & {
  readonly figure: string;
  readonly pairs: number;
  readonly ours: number;
  readonly theirs: number;
  readonly verdict: Verdict;
};

/** @returns false if a bound is missed */
export async function runAgainst(args: readonly string[]): Promise<boolean> {
  const { rows } = await measureAgainst(parseOptions(args));
  return rows.every(({ verdict }) => verdict !== 'missed');
}

/**
 * Compares this checkout with another commit and prints the results at the end.
 * @throws Error if there is no such commit
 */
export async function measureAgainst(
  options: Options,
): Promise<{ readonly commit: string; readonly rows: readonly AgainstRow[] }> {
  const commit = await resolveCommit(ROOT, options.against);
  console.error(`checking out ${commit.slice(0, 12)}…`);
  await using theirs = await checkOut(ROOT, `${BUILD}/against`, commit, { withPackages: true });
  const measured = await measurePairs(theirs.root, options);
  const isDelay = ({ figure }: Pair): boolean => figure.endsWith(DELAY);
  const rows = [
    ...summarisePairs(
      measured.filter((pair) => !isDelay(pair)),
      options.bound,
    ),
    ...summarisePairs(measured.filter(isDelay), 1 / options.bound, 'at most'),
  ];
  console.log(
    `this checkout compared with ${commit.slice(0, 12)}: ${options.pairs} alternating pairs, ${options.seconds} s each side; ` +
      `ratio: median with its 95 % interval; above 1, or below 1 for ${DELAY}, this checkout is faster; the bound is ${options.bound}\n`,
  );
  console.log(printRows(rows));
  const conditions = { ...options, against: commit, cpus: cpus().length, node: process.version };
  console.log(`\n${JSON.stringify({ conditions, rows })}`);
  return { commit, rows };
}

export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      against: { type: 'string', default: '' },
      pairs: { type: 'string', default: '11' },
      seconds: { type: 'string', default: '1.5' },
      target: { type: 'string', multiple: true, default: DEFAULT_TARGETS },
      bound: { type: 'string', default: '0.95' },
    },
  });
  const [pairs, seconds, bound] = [values.pairs, values.seconds, values.bound].map(Number) as [
    number,
    number,
    number,
  ];
  if (values.against === '') throw new Error('--against must name the commit to compare this checkout with');
  if (!Number.isInteger(pairs) || pairs < 1 || pairs > MOST_PAIRS)
    throw new Error(`--pairs must be a number from 1 to ${MOST_PAIRS}`);
  if (!(seconds > 0) || !(bound > 0)) throw new Error('--seconds and --bound must be positive numbers');
  const targets = [...new Set(values.target)];
  const unknown = targets.filter((target) => !TARGETS.includes(target));
  if (unknown.length > 0)
    throw new Error(`--target must be one of ${TARGETS.join(', ')}, not ${unknown.join(', ')}`);
  return { against: values.against, pairs, seconds, targets, bound };
}

/** Returns whether our side is started and measured first. */
export function isOursFirst(pair: number): boolean {
  return pair % 2 === 0;
}

async function measurePairs(theirRoot: string, options: Options): Promise<readonly Pair[]> {
  const measured: Pair[] = [];
  const scenarios = MEASURED.filter(({ name }) => options.targets.includes(name));
  for (let pair = 0; pair < options.pairs; pair += 1) {
    const order = { seconds: options.seconds, isOursFirst: isOursFirst(pair) };
    const starters: (() => Promise<Sides>)[] = [];
    if (scenarios.length > 0)
      starters.push(() =>
        startGateways({ ours: { root: ROOT }, theirs: { root: theirRoot } }, scenarios, order),
      );
    if (options.targets.includes('authorizer'))
      starters.push(() => startAuthorizers(theirRoot, options.seconds));
    for (const start of starters) {
      await using sides = await start();
      console.error(`pair ${pair + 1}/${options.pairs}: ${sides.name}`);
      measured.push(...(await measurePair(sides, order.isOursFirst)));
    }
  }
  return measured;
}

export async function measurePair({ figures }: Sides, oursFirst: boolean): Promise<readonly Pair[]> {
  const [first, second] = oursFirst ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
  const pairs: Pair[] = [];
  for (const measure of figures) {
    const turns: { readonly side: Side; readonly figures: Figures }[] = [];
    for (const side of [first, second, second, first]) turns.push({ side, figures: await measure(side) });
    const meanOf = (side: Side, figure: string): number =>
      mean(turns.filter((turn) => turn.side === side).map((turn) => turn.figures[figure] ?? Number.NaN));
    for (const figure of Object.keys(turns[0]?.figures ?? {}))
      pairs.push({ figure, ours: meanOf('ours', figure), theirs: meanOf('theirs', figure) });
  }
  return pairs;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @throws Error if a side has no figure, which means that nothing was measured */
export function summarisePairs(
  pairs: readonly Pair[],
  bound: number,
  side: BoundSide = 'at least',
): readonly AgainstRow[] {
  const figures = [...new Set(pairs.map(({ figure }) => figure))];
  return figures.map((figure) => {
    const own = pairs.filter((pair) => pair.figure === figure);
    const broken = own.find(({ ours, theirs }) => !(ours > 0) || !(theirs > 0));
    if (broken !== undefined)
      throw new Error(
        `${figure}: ${broken.ours} (ours) and ${broken.theirs} (theirs) cannot be compared, because both must be greater than 0`,
      );
    const interval = medianInterval(own.map(({ ours, theirs }) => ours / theirs));
    return {
      figure,
      pairs: own.length,
      ours: median(own.map(({ ours }) => ours)),
      theirs: median(own.map(({ theirs }) => theirs)),
      ...interval,
      verdict: judge(interval, bound, side),
    };
  });
}

export function printRows(rows: readonly AgainstRow[]): string {
  const three = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : '-');
  return printColumns(
    ['figure', 'bound', 'pairs', 'ours', 'theirs', 'ratio', 'from', 'to'],
    rows.map(({ figure, verdict, pairs, ours, theirs, median: ratio, low, high }) => [
      figure,
      verdict,
      pairs,
      Math.round(ours),
      Math.round(theirs),
      three(ratio),
      three(low),
      three(high),
    ]),
  );
}
