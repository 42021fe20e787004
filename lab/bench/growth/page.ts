/** Writes the page of a sweep, which shows the figures of each axis, how each figure grows, and why. */
import { anchorOf } from '../../tools/heading-anchor.ts';
import { QUIET_LOAD } from '../conditions.ts';
import type { Conditions } from '../conditions.ts';
import type { Axis, Column, Point } from './axis.ts';
import type { Plot } from './plot.ts';
import { fitGrowth, isWithin, worstOf } from './slope.ts';
import type { Fit, Growth, Pair } from './slope.ts';

export type Measured = { readonly axis: Axis; readonly points: readonly Point[] };

const GROWTHS: readonly Growth[] = ['flat', 'linear', 'worse than linear'];

/** Returns the values of a column that are judged and drawn. A rate is converted to the time per operation. */
function costsOf(column: Column, points: readonly Point[]): readonly Pair[] {
  return points.flatMap(({ size, figures }): Pair[] => {
    const value = figures[column.key];
    if (value === undefined) return [];
    return [[size, column.isRate === true ? 1 / value : value]];
  });
}

type Judged = { readonly column: Column; readonly fit: Fit; readonly isExpected: boolean };

/** Judges the columns that have a limit. Columns with too few figures for a slope are omitted. */
export function judge({ axis, points }: Measured): readonly Judged[] {
  return axis.columns.flatMap((column) => {
    const fit = column.atMost === undefined ? undefined : fitGrowth(costsOf(column, points));
    if (fit === undefined || column.atMost === undefined) return [];
    return [{ column, fit, isExpected: isWithin(fit.growth, column.atMost) }];
  });
}

export function plotsOf({ axis, points }: Measured): readonly Plot[] {
  return axis.columns
    .filter(({ atMost, key }) => atMost !== undefined || key === 'p99Ms')
    .map(({ key, title }) => ({
      title,
      pairs: points.flatMap(({ size, figures }): Pair[] => {
        const value = figures[key];
        return value === undefined || value <= 0 ? [] : [[size, value]];
      }),
    }));
}

/** @param conditions the conditions of the measurement, without the values that each sweep reports itself */
export function printGrowth(
  { commit, machine, cores, node }: Omit<Conditions, 'date' | 'loadAverage'>,
  seconds: number,
  all: readonly Measured[],
): string {
  const points = all.flatMap((measured) => measured.points);
  const dates = [...new Set(points.map(({ date }) => date))].sort();
  const load = Math.max(0, ...points.map(({ loadAverage }) => loadAverage));
  const busy = `\n**The machine was not quiet**: its load average was ${load.toFixed(1)} on ${cores} processors when a sweep began. Processor time per request and memory are still valid; requests per second, p99 and startup times show what was measured, not what the gateway can do.\n`;
  return `# How cost grows

Written by \`npm run bench -- growth\`: ${dates.join(' to ')}, commit ${commit}, ${machine}, Node ${node}, load average
${load.toFixed(1)} before the sweep. Each size is measured with a separate gateway, in a process of its own, that records requests as it does by default. The load comes from
another process on the same processors: ${seconds} s, after every item of the axis has been requested once, over 32 connections unless the axis says otherwise.
${load > QUIET_LOAD ? busy : ''}
The exponent is the slope on logarithmic scales: 0 is flat, 1 is linear, 2 is quadratic. It is fitted over all
sizes, and again between the two largest, where a constant cost matters least. The steeper slope decides: flat up to 0.2,
linear up to 1.2. For requests per second, it is the exponent of the time per request. Work is also counted independently of the machine:
\`test/packages/gateway/engine/behaviour/work.test.ts\`.

| axis | sizes | verdict | flat | linear | worse than linear |
| --- | --- | --- | --- | --- | --- |
${all.map(printSummary).join('\n')}

${all.map(printAxis).join('\n')}`;
}

function printSummary(measured: Measured): string {
  const { axis, points } = measured;
  const judged = judge(measured);
  const verdict = worstOf(judged.map(({ fit }) => fit.growth));
  const lists = GROWTHS.map((growth) =>
    judged
      .filter(({ fit }) => fit.growth === growth)
      .map(({ column, isExpected }) => (isExpected ? column.title : `**${column.title}**`))
      .join('; '),
  );
  const sizes = `${group(points[0]?.size)} … ${group(points.at(-1)?.size)}`;
  return `| [${axis.title}](#${anchorOf(axis.title)}) | ${sizes} | ${verdict} | ${lists.join(' | ')} |`;
}

function printAxis(measured: Measured): string {
  const { axis, points } = measured;
  const judged = new Map(judge(measured).map((one) => [one.column, one]));
  const row = (name: string, cell: (column: Column) => string): string =>
    `| ${name} | ${axis.columns.map(cell).join(' | ')} |`;
  const fitted = (read: (one: Judged) => string) => (column: Column) => {
    const one = judged.get(column);
    return one === undefined ? '' : read(one);
  };
  const rows = [
    row(axis.counts, ({ title }) => title),
    row('---:', () => '---:'),
    ...points.map(({ size, figures }) =>
      row(group(size), ({ key, digits = 0 }) => group(figures[key], digits)),
    ),
    row(
      'exponent',
      fitted(({ fit }) => fit.overall.toFixed(2)),
    ),
    row(
      'at the end',
      fitted(({ fit }) => fit.atEnd.toFixed(2)),
    ),
    row(
      'verdict',
      fitted(({ fit, isExpected }) => (isExpected ? fit.growth : `**${fit.growth}**`)),
    ),
  ];
  const sooner = [...judged.values()].filter(({ isExpected }) => !isExpected);
  const missed = sooner.map(({ column }) => `\n**More than ${column.atMost ?? ''}**: ${column.title}.\n`);
  return `## ${axis.title}

${axis.how}

![${axis.title}](${axis.name}.svg)

${rows.join('\n')}

${axis.why}
${missed.join('')}`;
}

function group(value: number | undefined, digits = 0): string {
  return value === undefined
    ? ''
    : value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
