/** Periods of limits, and months. */
import type { ShownUse } from '../../endpoints/customer-model.ts';

type PeriodSum = {
  readonly startSeconds: number;
  readonly counted: number;
};

/**
 * Returns a sum for each period, oldest first, for a chart with one bar for each period. The uses of several keys or
 * routes in one period are added.
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

/** Returns the month before the current one, such as `2026-11`: the newest month that has ended and can be invoiced. */
export function lastWholeMonth(nowEpochMs: number): string {
  const now = new Date(nowEpochMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}
