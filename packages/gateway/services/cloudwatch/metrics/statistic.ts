/**
 * Computes statistics of a sample by their names, such as `Sum`, `p99.9` and `TM(10%:90%)`.
 * @see CloudWatch user guide, "CloudWatch statistics definitions"
 */
import type { Sample } from './sample.ts';

/** Computes a statistic; undefined if the sample does not have it. */
type Statistic = (sample: Sample) => number | undefined;

export const SIMPLE_STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;

const SIMPLE: Readonly<Record<string, Statistic>> = {
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Sum: ({ sum }) => sum,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
} satisfies Record<(typeof SIMPLE_STATISTICS)[number], Statistic>;

const SHORT = /^(p|tm|tc|ts|wm)(\d{1,3}(?:\.\d{1,10})?)$/i;
const RANGE = /^(tm|tc|ts|wm|pr)\((-?[\d.]*)(%?):(-?[\d.]*)(%?)\)$/i;

/** A value, and the positions at which it begins and ends in the sample. The values are in ascending order. */
type Placed = { readonly value: number; readonly from: number; readonly to: number };

/** Returns the statistic with a name; undefined for an unknown name. */
export function compileStatistic(name: string): Statistic | undefined {
  const simple = Object.hasOwn(SIMPLE, name) ? SIMPLE[name] : undefined;
  const extended = simple === undefined ? compileExtended(name) : undefined;
  const compute = simple ?? extended;
  return compute && ((sample) => (sample.count > 0 ? compute(sample) : undefined));
}

/**
 * Returns the percentage of a percentile such as `p99`, for the rule on low samples; undefined for other statistics.
 */
export function percentileOf(name: string): number | undefined {
  const [, kind = '', percent] = SHORT.exec(name) ?? [];
  return kind.toLowerCase() === 'p' && percent !== undefined ? Number(percent) : undefined;
}

function compileExtended(name: string): Statistic | undefined {
  if (/^iqm$/i.test(name)) return ofShares('tm', 0.25, 0.75);
  const [, short, percent] = SHORT.exec(name) ?? [];
  if (short !== undefined) {
    const share = Number(percent) / 100;
    if (share > 1) return undefined;
    const kind = short.toLowerCase();
    return kind === 'p' ? (sample) => percentile(sample, share) : ofShares(kind, 0, share);
  }
  const [, long, low = '', lowPercent, high = '', highPercent] = RANGE.exec(name) ?? [];
  if (long === undefined) return undefined;
  const kind = long.toLowerCase();
  const isShare = lowPercent === '%' || highPercent === '%';
  const least = low === '' ? -Infinity : Number(low);
  const most = high === '' ? Infinity : Number(high);
  if (Number.isNaN(least) || Number.isNaN(most)) return undefined;
  if (kind === 'pr') return isShare ? undefined : (sample) => percentRank(sample, least, most);
  return isShare
    ? ofShares(kind, Math.max(0, least / 100), Math.min(1, most / 100))
    : ofValues(kind, least, most);
}

function place({ values }: Sample): readonly Placed[] | undefined {
  if (values === undefined) return undefined;
  let at = 0;
  return [...values]
    .toSorted(([one], [other]) => one - other)
    .map(([value, count]) => ({ value, from: at, to: (at += count) }));
}

/**
 * Returns the smallest value for which at least this share of the sample is equal to it or lower; undefined if the
 * single values are unknown.
 */
function percentile(sample: Sample, share: number): number | undefined {
  const wanted = share * sample.count;
  // Counts are floating-point sums, so they may add up to slightly less than the total. In this case, the last value is
  // the highest percentile.
  return (place(sample)?.find(({ to }) => to >= wanted - 1e-9) ?? place(sample)?.at(-1))?.value;
}

/** Returns the statistic `tm`, `tc`, `ts` or `wm` for the values between two shares of the sample. */
function ofShares(kind: string, low: number, high: number): Statistic {
  return (sample) => {
    const placed = place(sample);
    if (placed === undefined) return undefined;
    const least = low * sample.count;
    const most = high * sample.count;
    const inside = placed.flatMap(({ value, from, to }) => {
      const count = Math.min(to, most) - Math.max(from, least);
      return count > 0 ? [{ value, count }] : [];
    });
    const ends = { low: least, high: sample.count - most };
    return kind === 'wm' ? winsorized(inside, ends) : trimmed(kind, inside);
  };
}

function ofValues(kind: string, least: number, most: number): Statistic {
  return (sample) => {
    if (sample.values === undefined) return undefined;
    const all = [...sample.values].toSorted(([one], [other]) => one - other);
    const inside = all
      .filter(([value]) => value >= least && value <= most)
      .map(([value, count]) => ({ value, count }));
    const countOf = (isOut: (value: number) => boolean): number =>
      all.reduce((sum, [value, count]) => (isOut(value) ? sum + count : sum), 0);
    const ends = { low: countOf((value) => value < least), high: countOf((value) => value > most) };
    return kind === 'wm' ? winsorized(inside, ends) : trimmed(kind, inside);
  };
}

type Counted = { readonly value: number; readonly count: number };

function trimmed(kind: string, inside: readonly Counted[]): number | undefined {
  const count = inside.reduce((sum, one) => sum + one.count, 0);
  const sum = inside.reduce((total, one) => total + one.value * one.count, 0);
  if (kind === 'tc') return count;
  if (kind === 'ts') return sum;
  return count === 0 ? undefined : sum / count;
}

/** Computes the winsorized mean, for which values outside the bounds count as the nearest bound. */
function winsorized(
  inside: readonly Counted[],
  ends: { readonly low: number; readonly high: number },
): number | undefined {
  const [first] = inside;
  const last = inside.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const low = { value: first.value, count: ends.low };
  return trimmed('tm', [low, ...inside, { value: last.value, count: ends.high }]);
}

/**
 * Returns the percentage of the values that are above the lower bound and not above the upper bound; undefined if the
 * single values are unknown.
 */
function percentRank(sample: Sample, least: number, most: number): number | undefined {
  if (sample.values === undefined) return undefined;
  const inside = [...sample.values].reduce(
    (sum, [value, count]) => (value > least && value <= most ? sum + count : sum),
    0,
  );
  return (100 * inside) / sample.count;
}
