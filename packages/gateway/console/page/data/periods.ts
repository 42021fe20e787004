/** Sums the use of a limit by period, for a chart with a bar for each period. */
import type { ShownUse } from '../../endpoints/customer-model.ts';

type PeriodSum = {
  readonly startSeconds: number;
  readonly counted: number;
};

/**
 * Returns a sum for each period, oldest first. The uses of several keys or routes in one period are added.
 */
export function sumByPeriod(uses: readonly ShownUse[]): readonly PeriodSum[] {
  const dated = uses.filter(({ periodStart }) => periodStart !== undefined);
  const periods = Map.groupBy(dated, ({ periodStart = '' }) => periodStart);
  return [...periods]
    .map(([start, own]) => ({
      startSeconds: Date.parse(start) / 1000,
      counted: own.reduce((sum, { counted }) => sum + counted, 0),
    }))
    .toSorted((a, b) => a.startSeconds - b.startSeconds);
}
