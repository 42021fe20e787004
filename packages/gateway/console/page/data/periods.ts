/** Sums the use of a limit by period, for a chart with a bar for each period. */
import type { ShownUse } from '../../endpoints/customer-model.ts';

type PeriodSum = {
  readonly startSeconds: number;
  readonly counted: number;
};

/**
 * Returns a sum for each period, oldest first. The uses of several keys or routes in one period are added. A chart needs
 * two periods to know how wide a bar is, so a single period gets an empty one before it.
 */
export function sumByPeriod(uses: readonly ShownUse[]): readonly PeriodSum[] {
  const dated = uses.filter(({ periodStart }) => periodStart !== undefined);
  const periods = Map.groupBy(dated, ({ periodStart = '' }) => periodStart);
  const sums = [...periods]
    .map(([start, own]) => ({
      startSeconds: Date.parse(start) / 1000,
      counted: own.reduce((sum, { counted }) => sum + counted, 0),
    }))
    .toSorted((a, b) => a.startSeconds - b.startSeconds);
  const [only] = sums;
  if (only === undefined || sums.length > 1) return sums;
  const end = dated[0]?.periodEnd;
  const lengthSeconds = end === undefined ? 86_400 : Date.parse(end) / 1000 - only.startSeconds;
  return [{ startSeconds: only.startSeconds - lengthSeconds, counted: 0 }, only];
}
