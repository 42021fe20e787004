/** Use of a limit by period, for a chart with a bar for each period. */
import type { Use } from '@gatewright/handlers/portal/answers';

type History = {
  readonly limit: string;
  readonly seconds: readonly number[];
  readonly values: readonly number[];
};

/**
 * Returns a history for each limit, in the order in which the limits appear. If several keys, routes or plans used a
 * limit in one period, their uses are summed.
 */
export function historiesOf(uses: readonly Use[]): readonly History[] {
  return [...Map.groupBy(uses, ({ limit }) => limit)].flatMap(([limit, own]) => {
    const periods = [...Map.groupBy(own, ({ periodStart }) => periodStart)]
      .map(([start, each]) => ({
        start: Date.parse(start) / 1000,
        used: each.reduce((sum, { used }) => sum + used, 0),
      }))
      .filter(({ start }) => !Number.isNaN(start))
      .toSorted((a, b) => a.start - b.start);
    if (periods.length === 0) return [];
    return [{ limit, seconds: periods.map(({ start }) => start), values: periods.map(({ used }) => used) }];
  });
}

/** Returns the used share of the allowance in percent, from 0 to 100. */
export function shareOf({ counted, allowance }: Pick<Use, 'counted' | 'allowance'>): number {
  if (allowance <= 0) return counted > 0 ? 100 : 0;
  return Math.min(100, Math.max(0, Math.round((counted / allowance) * 100)));
}
