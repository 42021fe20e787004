/**
 * `npm run bench -- starts --against COMMIT [--pairs N]`: compares how long the gateway takes to start with a plain
 * template, until it prints the ready line. Each pair consists of one start of this checkout and one start of the other
 * commit. Both the command of the checkout, as `npm start` runs it, and the command of the built package are measured.
 * Prints the median of the ratios with its 95 % interval; a ratio above 1 means that this checkout starts faster. The
 * last line on stdout is JSON.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isOursFirst } from './against.ts';
import { checkOut, resolveCommit, scriptWords } from './checkout.ts';
import { medianInterval } from './interval.ts';
import { ANY_PORTS, plainSource, plainTemplate, start } from './plain-stack.ts';
import { median, printColumns } from './report.ts';
import { BUILD, ROOT, stop } from './targets.ts';
import type { Interval } from './interval.ts';
import type { Side } from './against-sides.ts';

const MOST_PAIRS = 500;
const FORMS = ['checkout', 'package'] as const;
type Form = (typeof FORMS)[number];

/** Milliseconds from the start to the ready line. */
export type StartPair = { readonly form: Form; readonly ours: number; readonly theirs: number };

type StartOptions = { readonly against: string; readonly pairs: number };

type StartRow = Interval & StartPair & { readonly pairs: number };

export async function runAgainstStarts(args: readonly string[]): Promise<void> {
  const { against, pairs } = parseStartOptions(args);
  const commit = await resolveCommit(ROOT, against);
  console.error(`checking out ${commit.slice(0, 12)}…`);
  await using theirs = await checkOut(ROOT, `${BUILD}/against`, commit, { withPackages: true });
  const roots = { ours: ROOT, theirs: theirs.root };
  for (const root of Object.values(roots)) buildPackage(root);
  const rows = summariseStarts(await measureStartPairs(roots, pairs));
  console.log(
    `time from starting the gateway with a plain template to its ready line, this checkout compared with ${commit.slice(0, 12)}: ${pairs} interleaved pairs\n`,
  );
  console.log(printStarts(rows));
  const conditions = { against: commit, pairs, cpus: cpus().length, node: process.version };
  console.log(`\n${JSON.stringify({ conditions, rows })}`);
}

export function parseStartOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { against: { type: 'string' }, pairs: { type: 'string', default: '15' } },
  });
  const pairs = Number(values.pairs);
  if (values.against === undefined)
    throw new Error('the bench "starts" requires --against COMMIT, the commit to compare this checkout with');
  if (!Number.isInteger(pairs) || pairs < 1 || pairs > MOST_PAIRS)
    throw new Error(`--pairs must be a number from 1 to ${MOST_PAIRS}`);
  return { against: values.against, pairs };
}

function buildPackage(root: string): void {
  console.error(`building the package of ${root}…`);
  execFileSync(process.execPath, scriptWords(root, 'build:package'), { cwd: root, stdio: 'ignore' });
}

/** Returns the arguments that `node` is started with. */
function wordsOf(root: string, form: Form): readonly string[] {
  const built = join(root, '.build/npm/gatewright/bin/gatewright.cjs');
  return form === 'package' ? [built] : scriptWords(root, 'gatewright');
}

/** Measures pairs of starts. Each side is first started once in each form, to fill the caches of compiled code. */
async function measureStartPairs(
  roots: Readonly<Record<Side, string>>,
  pairs: number,
): Promise<readonly StartPair[]> {
  const scratch = join(BUILD, 'against-starts');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const once = (side: Side, form: Form): Promise<number> =>
    startOnce(wordsOf(roots[side], form), scratch, join(scratch, `home-${side}-${form}`));
  const measured: StartPair[] = [];
  for (const form of FORMS) for (const side of ['ours', 'theirs'] as const) await once(side, form);
  for (let pair = 0; pair < pairs; pair += 1) {
    console.error(`pair ${pair + 1}/${pairs}`);
    const order: readonly Side[] = isOursFirst(pair) ? ['ours', 'theirs'] : ['theirs', 'ours'];
    for (const form of FORMS) {
      const took = { ours: 0, theirs: 0 };
      for (const side of order) took[side] = await once(side, form);
      measured.push({ form, ...took });
    }
  }
  return measured;
}

/** Starts the gateway in a new folder, so that nothing is left of an earlier start. */
async function startOnce(words: readonly string[], scratch: string, home: string): Promise<number> {
  const cwd = mkdtempSync(join(scratch, 'start-'));
  writeFileSync(join(cwd, 'template.json'), JSON.stringify(plainTemplate(1, plainSource())));
  const all = [process.execPath, ...words, 'start', 'template.json', ...ANY_PORTS];
  const started = await start(all, { cwd, more: { GATEWRIGHT_HOME: home } });
  await stop(started);
  rmSync(cwd, { recursive: true, force: true });
  return started.ms;
}

export function summariseStarts(measured: readonly StartPair[]): readonly StartRow[] {
  return [...Map.groupBy(measured, ({ form }) => form)].map(([form, own]) => ({
    form,
    pairs: own.length,
    ours: median(own.map(({ ours }) => ours)),
    theirs: median(own.map(({ theirs }) => theirs)),
    ...medianInterval(own.map(({ ours, theirs }) => theirs / ours)),
  }));
}

function printStarts(rows: readonly StartRow[]): string {
  const three = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : '-');
  return printColumns(
    ['start by', 'pairs', 'ours ms', 'theirs ms', 'ratio', 'from', 'to'],
    rows.map(({ form, pairs, ours, theirs, median: ratio, low, high }) => {
      const milliseconds = [ours, theirs].map((ms) => Math.round(ms));
      return [form, pairs, ...milliseconds, ...[ratio, low, high].map(three)];
    }),
  );
}
