/**
 * Functions of metric math, except `METRICS()` and those in `NOT_COMPUTED`.
 * @see CloudWatch user guide, "Metric math syntax and functions"
 */
import { ExpressionError } from './expression.ts';
import { mapPoints, NO_LABEL } from './value.ts';
import type { Grid, Series, Value } from './value.ts';

type MathFunction = (args: readonly Value[], grid: Grid) => Value;

/** AWS's functions that the gateway does not support, mostly because the gateway lacks the data that they need. */
export const NOT_COMPUTED: ReadonlySet<string> = new Set(
  `ANOMALY_DETECTION_BAND DB_PERF_INSIGHTS INSIGHT_RULE_METRIC LAMBDA SEARCH SELECT SERVICE_QUOTA SLICE SORT`.split(
    ' ',
  ),
);

const add = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]): number => add(values) / values.length;

/**
 * Aggregates. Applied to one series, they give a number from its points. Applied to several series, they give a series
 * with one value per timestamp.
 */
const AGGREGATES: Readonly<Record<string, (values: readonly number[]) => number>> = {
  AVG: mean,
  DATAPOINT_COUNT: (values) => values.length,
  MAX: (values) => values.reduce((most, value) => Math.max(most, value), -Infinity),
  MIN: (values) => values.reduce((least, value) => Math.min(least, value), Infinity),
  STDDEV: (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2))),
  SUM: add,
};

const BY_POINT: Readonly<Record<string, (value: number) => number>> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  LOG: Math.log,
  LOG10: Math.log10,
};

const BY_TIME: Readonly<Record<string, (at: Date) => number>> = {
  DATE: (at) => at.getUTCDate(),
  DAY: (at) => at.getUTCDay() || 7,
  EPOCH: (at) => at.getTime() / 1000,
  HOUR: (at) => at.getUTCHours(),
  MINUTE: (at) => at.getUTCMinutes(),
  MONTH: (at) => at.getUTCMonth() + 1,
  YEAR: (at) => at.getUTCFullYear(),
};

export const FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  ...Object.fromEntries(Object.entries(AGGREGATES).map(([name, run]) => [name, aggregate(name, run)])),
  ...Object.fromEntries(
    Object.entries(BY_POINT).map(([name, run]) => [
      name,
      (args: readonly Value[]): Value => {
        const [value] = args;
        return value?.kind === 'number'
          ? { kind: 'number', value: run(value.value) }
          : eachSeries(name, value, (series) => mapPoints(series, run));
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(BY_TIME).map(([name, run]) => [
      name,
      ([value]: readonly Value[]): Value =>
        eachSeries(name, value, (series) => mapPoints(series, (_, at) => run(new Date(at)))),
    ]),
  ),
  DIFF: ([value]) => eachSeries('DIFF', value, (series) => differences(series, (change) => change)),
  DIFF_TIME: ([value]) =>
    eachSeries('DIFF_TIME', value, (series) => differences(series, (_, seconds) => seconds)),
  RATE: ([value]) =>
    eachSeries('RATE', value, (series) => differences(series, (change, seconds) => change / seconds)),
  RUNNING_SUM: ([value]) =>
    eachSeries('RUNNING_SUM', value, (series) => {
      let sum = 0;
      return mapPoints(series, (point) => (sum += point));
    }),
  FILL: ([value, filler], grid) => eachSeries('FILL', value, (series) => fill(series, filler, grid)),
  FIRST: ([value]) => firstOf(listOf('FIRST', value)),
  LAST: ([value]) => firstOf(listOf('LAST', value).toReversed()),
  IF: chooseBranch,
  METRIC_COUNT: ([value]) => ({ kind: 'number', value: listOf('METRIC_COUNT', value).length }),
  PERIOD: ([value]) => ({ kind: 'number', value: seriesOf('PERIOD', value).periodSeconds }),
  REMOVE_EMPTY: ([value]) => ({
    kind: 'list',
    items: listOf('REMOVE_EMPTY', value).filter(({ points }) => points.size > 0),
  }),
  TIME_SERIES: ([value], { starts, periodSeconds }) => {
    if (value?.kind !== 'number') throw new ExpressionError('must pass a number to TIME_SERIES');
    return {
      kind: 'series',
      label: NO_LABEL,
      periodSeconds,
      points: new Map(starts.map((at) => [at, value.value])),
    };
  },
};

function aggregate(name: string, run: (values: readonly number[]) => number): MathFunction {
  return ([value], { periodSeconds }) => {
    if (value?.kind === 'number') return value;
    if (value?.kind === 'series') {
      const values = [...value.points.values()];
      return { kind: 'number', value: values.length === 0 ? NaN : run(values) };
    }
    const items = listOf(name, value);
    const byTime = new Map<number, number[]>();
    for (const { points } of items)
      for (const [at, point] of points) {
        const known = byTime.get(at);
        if (known === undefined) byTime.set(at, [point]);
        else known.push(point);
      }
    const points = [...byTime].toSorted(([one], [other]) => one - other);
    return {
      kind: 'series',
      label: NO_LABEL,
      periodSeconds: items[0]?.periodSeconds ?? periodSeconds,
      points: new Map(points.map(([at, values]) => [at, run(values)])),
    };
  };
}

function differences(series: Series, run: (change: number, seconds: number) => number): Series {
  let before: { readonly at: number; readonly value: number } | undefined;
  return mapPoints(series, (value, at) => {
    const last = before;
    before = { at, value };
    return last === undefined ? undefined : run(value - last.value, (at - last.at) / 1000);
  });
}

function fill(series: Series, filler: Value | undefined, grid: Grid): Series {
  const { points } = series;
  const known = [...points].toSorted(([one], [other]) => one - other);
  const fillerOf = (at: number): number | undefined => {
    if (filler?.kind === 'number') return filler.value;
    if (filler?.kind === 'series') return filler.points.get(at);
    if (filler?.kind !== 'text')
      throw new ExpressionError('must pass a number, a series, REPEAT or LINEAR to FILL');
    const before = known.findLast(([one]) => one < at);
    const after = known.find(([one]) => one > at);
    if (filler.value === 'REPEAT') return before?.[1];
    if (filler.value !== 'LINEAR')
      throw new ExpressionError(`passes ${filler.value} to FILL, which does not support it`);
    if (before === undefined || after === undefined) return undefined;
    const share = (at - before[0]) / (after[0] - before[0]);
    return before[1] + share * (after[1] - before[1]);
  };
  const filled = grid.starts.flatMap((at): [number, number][] => {
    const value = points.get(at) ?? fillerOf(at);
    return value === undefined ? [] : [[at, value]];
  });
  return { ...series, points: new Map(filled) };
}

/** Computes `IF(condition, then, else)`. Without `else`, points for which the condition is false are missing. */
function chooseBranch([condition, then, otherwise]: readonly Value[]): Value {
  if (condition === undefined || then === undefined)
    throw new ExpressionError('must pass two or three values to IF');
  if (condition.kind === 'number') {
    const chosen = condition.value === 0 ? otherwise : then;
    return chosen ?? { kind: 'list', items: [] };
  }
  const { points, periodSeconds } = seriesOf('IF', condition);
  const at = (branch: Value | undefined, time: number): number | undefined => {
    if (branch === undefined) return undefined;
    return branch.kind === 'number' ? branch.value : seriesOf('IF', branch).points.get(time);
  };
  const chosen: Series = { kind: 'series', label: NO_LABEL, periodSeconds, points };
  return mapPoints(chosen, (value, time) => at(value === 0 ? otherwise : then, time));
}

function firstOf(items: readonly Series[]): Series {
  const [first] = items;
  if (first === undefined) throw new ExpressionError('takes the FIRST or LAST of an empty list');
  return first;
}

function eachSeries(name: string, value: Value | undefined, run: (series: Series) => Series): Value {
  return value?.kind === 'list' ? { kind: 'list', items: value.items.map(run) } : run(seriesOf(name, value));
}

function seriesOf(name: string, value: Value | undefined): Series {
  if (value?.kind !== 'series') throw new ExpressionError(`must pass a time series to ${name}`);
  return value;
}

function listOf(name: string, value: Value | undefined): readonly Series[] {
  if (value?.kind === 'list') return value.items;
  return [seriesOf(name, value)];
}
