/**
 * `npm run bench -- growth [--only AXIS …] [--seconds N]`: measures how the cost of requests, starts and memory grows
 * with the number of things. It takes about 15 minutes on an otherwise idle machine. Finished points are stored in
 * .build/growth for the state of the code, so an interrupted sweep continues with the same command. When all points are
 * there, a page with an image for each axis is written to .build/lab (page.ts).
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ResumableWork } from '../../tools/resumable-work.ts';
import { LAB, readConditions, writePage } from '../conditions.ts';
import { printColumns } from '../report.ts';
import { ROOT } from '../targets.ts';
import { AXES } from './axes.ts';
import type { Point } from './axis.ts';
import { judge, plotsOf, printGrowth } from './page.ts';
import type { Measured } from './page.ts';
import { drawPlots } from './plot.ts';
import { isComplete, measureAxes, readAxes } from './sweep.ts';

const USUAL_SECONDS = 3;

export async function runGrowth(args: readonly string[]): Promise<void> {
  const names = AXES.map(({ name }) => name);
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: names },
      seconds: { type: 'string', default: String(USUAL_SECONDS) },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error('--seconds must be a positive number');
  const wrong = values.only.find((name) => !names.includes(name));
  if (wrong !== undefined) throw new Error(`--only must be one of ${names.join(', ')}, not ${wrong}`);
  const axes = AXES.filter(({ name }) => values.only.includes(name));
  const conditions = readConditions();
  const kept = ResumableWork.in<Point>(join(ROOT, '.build/growth/points'), stateOfCode());
  await measureAxes(axes, kept, { ...conditions, seconds }, (text) => console.error(text));
  for (const measured of readAxes(axes, kept, seconds)) console.log(printFigures(measured));
  const all = readAxes(AXES, kept, seconds);
  const open = all.filter((measured) => !isComplete(measured)).map(({ axis }) => axis.name);
  if (open.length > 0) {
    console.log(
      `The page is written once these axes are measured: ${open.join(', ')}. Run the same command without --only to continue.`,
    );
    return;
  }
  await writeAll(printGrowth(conditions, seconds, all), all);
}

/**
 * Identifies the code: the commit, and a hash of uncommitted changes. docs/ is excluded, because the page that the
 * sweep writes does not affect the measurement.
 */
function stateOfCode(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', [...args, '--', '.', ':!docs'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim();
  const changes = `${git('status', '--porcelain')}${git('diff', 'HEAD')}`;
  if (changes === '') return commit;
  return `${commit}-${createHash('sha256').update(changes).digest('hex').slice(0, 12)}`;
}

function printFigures(measured: Measured): string {
  const { axis, points } = measured;
  const fits = new Map(judge(measured).map(({ column, fit }) => [column, fit]));
  return printColumns(
    [axis.name, '', ...axis.columns.map(({ title }) => title)],
    [
      ...points.map(({ size, figures }) => [
        size,
        null,
        ...axis.columns.map(({ key, digits = 0 }) => figures[key]?.toFixed(digits) ?? null),
      ]),
      ['exponent', null, ...axis.columns.map((column) => fits.get(column)?.overall.toFixed(2) ?? null)],
      ['at the end', null, ...axis.columns.map((column) => fits.get(column)?.atEnd.toFixed(2) ?? null)],
      ['verdict', null, ...axis.columns.map((column) => fits.get(column)?.growth ?? null)],
    ],
  );
}

async function writeAll(text: string, all: readonly Measured[]): Promise<void> {
  const file = join(LAB, 'growth.md');
  await writePage(file, text);
  for (const measured of all) {
    const { name, title, counts } = measured.axis;
    writeFileSync(join(LAB, `${name}.svg`), drawPlots(title, counts, plotsOf(measured)));
  }
  console.log(`wrote ${relative(ROOT, file)}, and an image for each axis`);
}
