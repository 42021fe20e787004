/** Aggregations of `stats` (Logs Insights QL, "stats"). */
import { readExpression } from './expression.ts';
import type { Expression } from './expression.ts';
import type { Accumulator } from './query.ts';
import type { QueryText } from './query-text.ts';
import { numberOf } from './value.ts';
import type { Value } from './value.ts';

const FOLDS: Readonly<Record<string, (by: Expression) => Accumulator>> = {
  sum: (by) => fold(by, (values) => values.reduce((sum, value) => sum + value, 0)),
  avg: (by) => fold(by, (values) => values.reduce((sum, value) => sum + value, 0) / values.length),
  min: (by) => fold(by, (values) => values.reduce((least, value) => Math.min(least, value), Infinity)),
  max: (by) => fold(by, (values) => values.reduce((most, value) => Math.max(most, value), -Infinity)),
};

/** Reads what follows the name and the opening parenthesis, the closing one included. */
export function readAggregate(text: QueryText, called: string): () => Accumulator {
  const name = called.toLowerCase();
  if (name === 'count') {
    const isOfAll = text.take('*') || text.peek(/\)/y) !== undefined;
    const by = isOfAll ? undefined : readExpression(text);
    text.expect(')');
    return () => counter(by);
  }
  const isPercentile = name === 'pct' || name === 'percentile';
  const make = Object.hasOwn(FOLDS, name) ? FOLDS[name] : undefined;
  if (!isPercentile && make === undefined) return text.fail(`the function ${called} is not done here`);
  const by = readExpression(text);
  if (make !== undefined) {
    text.expect(')');
    return () => make(by);
  }
  text.expect(',');
  const percent = Number(text.match(/\d+(?:\.\d+)?/y) ?? NaN);
  if (!(percent >= 0 && percent <= 100)) text.fail('a percentile from 0 to 100 is expected');
  text.expect(')');
  return () => fold(by, (values) => percentileOf(values, percent));
}

function counter(by: Expression | undefined): Accumulator {
  let count = 0;
  return {
    add(row) {
      if (by === undefined || by(row) !== undefined) count += 1;
    },
    result: () => count,
  };
}

/** Rows without a number there do not count; without any, there is no result. The kept lines bound the values. */
function fold(by: Expression, finish: (values: readonly number[]) => number): Accumulator {
  const values: number[] = [];
  return {
    add(row) {
      const value = numberOf(by(row));
      if (value !== undefined) values.push(value);
    },
    result: (): Value => (values.length === 0 ? undefined : finish(values)),
  };
}

/** The smallest value that so many percent of all do not exceed. */
function percentileOf(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? NaN;
}
