/** What pairs of measurements say of a ratio: its median, with an interval that assumes nothing of how it is distributed. */

export type Interval = {
  readonly median: number;
  /** Infinite where there are too few values for the confidence. */
  readonly low: number;
  readonly high: number;
};

/** `open`: the interval holds the bound, so the measurement says neither. */
export type Verdict = 'kept' | 'missed' | 'open';

/** Above it 2 ** -n is no number any more. */
const MOST_VALUES = 1_000;

/**
 * Which of n sorted values, counted from 1 and from either end, bound the median: by the sign test, where each value
 * is above the median or below it with equal chance. 0: no two of so few do.
 */
export function rankOfBound(n: number, confidence = 0.95): number {
  if (!Number.isInteger(n) || n < 0 || n > MOST_VALUES) throw new RangeError(`${n} values`);
  let rank = 0;
  let chance = 2 ** -n;
  for (let below = chance; 2 * below <= 1 - confidence && rank < n / 2; below += chance) {
    rank += 1;
    chance *= (n - rank + 1) / rank;
  }
  return rank;
}

/** @throws RangeError without a value */
export function medianInterval(values: readonly number[], confidence = 0.95): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const [lower, upper] = [sorted[(n - 1) >> 1], sorted[n >> 1]];
  if (lower === undefined || upper === undefined) throw new RangeError('no values');
  const rank = rankOfBound(n, confidence);
  return {
    median: lower + (upper - lower) / 2,
    low: sorted[rank - 1] ?? -Infinity,
    high: rank === 0 ? Infinity : (sorted[n - rank] ?? Infinity),
  };
}

/** On which side of a bound a figure has to be. */
export type BoundSide = 'at least' | 'at most';

/** A bound is missed only where the whole interval is on its wrong side: noise alone fails no run. */
export function judge({ low, high }: Interval, bound: number, side: BoundSide = 'at least'): Verdict {
  const [worst, best, least] = side === 'at least' ? [low, high, bound] : [-high, -low, -bound];
  if (best < least) return 'missed';
  return worst >= least ? 'kept' : 'open';
}
