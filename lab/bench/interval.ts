/** The median of a ratio over pairs of measurements, with an interval that assumes no distribution. */

export type Interval = {
  readonly median: number;
  /** Lower end of the interval. It is infinite if there are too few values for the confidence. */
  readonly low: number;
  readonly high: number;
};

/** `open`: the interval contains the bound, so the measurement is not conclusive. */
export type Verdict = 'kept' | 'missed' | 'open';

/** Maximum number of values. For more values, 2 ** -n is too small to be represented. */
const MOST_VALUES = 1_000;

/**
 * Returns the rank of the value that bounds the interval of the median. The rank is counted from 1, from either end of
 * the sorted values. It follows the sign test, in which each value is above or below the median with equal probability.
 * Returns 0 if there are too few values.
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

/** @throws RangeError if there is no value */
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

/** The side of a bound on which a figure must be. */
export type BoundSide = 'at least' | 'at most';

/**
 * Judges an interval. A bound is missed only if the whole interval is on the wrong side of the bound, so that noise
 * alone does not fail a run.
 */
export function judge({ low, high }: Interval, bound: number, side: BoundSide = 'at least'): Verdict {
  const [worst, best, least] = side === 'at least' ? [low, high, bound] : [-high, -low, -bound];
  if (best < least) return 'missed';
  return worst >= least ? 'kept' : 'open';
}
