/**
 * Describes how a figure grows with a size. The exponent of the growth decides; it is the slope if both scales are
 * logarithmic.
 */

export type Growth = 'flat' | 'linear' | 'worse than linear';
export type Pair = readonly [size: number, cost: number];

/** Maximum slope that counts as flat. It is above 0 because figures differ by a few percent from run to run. */
const FLAT = 0.2;
const LINEAR = 1.2;

/** Fits the logarithms by least squares. Returns undefined for fewer than two sizes. */
export function fitSlope(pairs: readonly Pair[]): number | undefined {
  const logs = pairs
    .filter(([size, cost]) => size > 0 && cost > 0 && Number.isFinite(cost))
    .map(([size, cost]) => [Math.log(size), Math.log(cost)] as const);
  if (new Set(logs.map(([x]) => x)).size < 2) return undefined;
  const mean = (index: 0 | 1): number => logs.reduce((sum, one) => sum + one[index], 0) / logs.length;
  const [middleX, middleY] = [mean(0), mean(1)];
  const spread = logs.reduce((sum, [x]) => sum + (x - middleX) ** 2, 0);
  return logs.reduce((sum, [x, y]) => sum + (x - middleX) * (y - middleY), 0) / spread;
}

export type Fit = {
  /** Slope over all sizes. */
  readonly overall: number;
  /** Slope between the two largest sizes, where fixed costs no longer hide the growth. */
  readonly atEnd: number;
  readonly growth: Growth;
};

/**
 * Classifies the growth by the steeper of two slopes: the slope over all sizes, and the slope between the two largest
 * sizes. The second is needed if a fixed cost, such as a second for every start, hides the growth at small sizes.
 */
export function fitGrowth(pairs: readonly Pair[]): Fit | undefined {
  const sorted = [...pairs].sort(([one], [other]) => one - other);
  const [overall, atEnd] = [fitSlope(sorted), fitSlope(sorted.slice(-2))];
  if (overall === undefined || atEnd === undefined) return undefined;
  const steepest = Math.max(overall, atEnd);
  const growth = steepest <= FLAT ? 'flat' : steepest <= LINEAR ? 'linear' : 'worse than linear';
  return { overall, atEnd, growth };
}

const ORDER: readonly Growth[] = ['flat', 'linear', 'worse than linear'];

export function isWithin(growth: Growth, atMost: Growth): boolean {
  return ORDER.indexOf(growth) <= ORDER.indexOf(atMost);
}

export function worstOf(growths: readonly Growth[]): Growth {
  return ORDER[Math.max(0, ...growths.map((growth) => ORDER.indexOf(growth)))] ?? 'flat';
}
