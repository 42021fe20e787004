/** The measurements of one period: their sum and extremes, and the number of occurrences of each value. */
import type { DataPoint, StatisticSet } from './metric.ts';

/**
 * The maximum number of values that are stored exactly. Further values are rounded to three digits, to limit the size.
 */
const MAX_EXACT = 500;
/** The estimated memory of one value and its count in a map. */
const VALUE_BYTES = 56;

export class Sample implements StatisticSet {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  #values: Map<number, number> | undefined = new Map();
  /**
   * The value that was added last, and how often it has been added since `#values` was last updated. Most counts are 1
   * or 0.
   */
  #last = NaN;
  #uncounted = 0;

  /**
   * Returns the number of times that each value occurred; undefined after a statistic set was added, because its values
   * are unknown.
   */
  get values(): ReadonlyMap<number, number> | undefined {
    if (this.#uncounted > 0)
      this.#values?.set(this.#last, (this.#values.get(this.#last) ?? 0) + this.#uncounted);
    this.#uncounted = 0;
    return this.#values;
  }

  get bytes(): number {
    return (this.#values?.size ?? 0) * VALUE_BYTES;
  }

  add(sample: DataPoint['sample']): void {
    if ('count' in sample) this.#addSet(sample);
    else for (const [value, count] of sample) this.addValue(value, count);
  }

  merge(other: Sample): void {
    if (other.values === undefined) this.#addSet(other);
    else for (const [value, count] of other.values) this.addValue(value, count);
  }

  /**
   * Adds a statistic set. Percentiles cannot be computed afterwards, unless the set has a single value.
   * @see CloudWatch user guide, "CloudWatch statistics definitions"
   */
  #addSet(set: StatisticSet): void {
    if (set.count <= 0) return;
    if (set.min === set.max) {
      this.addValue(set.min, set.count);
      return;
    }
    this.#addTotals(set);
    this.#values = undefined;
  }

  /** @returns the number of additional bytes that the value needs */
  addValue(value: number, count: number): number {
    if (count <= 0) return 0;
    this.count += count;
    this.sum += value * count;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (value === this.#last) {
      this.#uncounted += count;
      return 0;
    }
    const values = this.#values;
    if (values === undefined) return 0;
    if (this.#uncounted > 0) values.set(this.#last, (values.get(this.#last) ?? 0) + this.#uncounted);
    this.#uncounted = 0;
    const { size } = values;
    const kept = size < MAX_EXACT || values.has(value) ? value : roundToThreeDigits(value);
    values.set(kept, (values.get(kept) ?? 0) + count);
    this.#last = kept;
    return (values.size - size) * VALUE_BYTES;
  }

  #addTotals({ count, sum, min, max }: StatisticSet): void {
    this.count += count;
    this.sum += sum;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }
}

/**
 * Rounds like `toPrecision(3)`, but takes only a fifth of the time. The time matters, because this runs for every
 * request.
 */
function roundToThreeDigits(value: number): number {
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  // Powers of ten above 10^22 are not exact, and 0 has no logarithm.
  if (!(Math.abs(digits) <= 22)) return Number(value.toPrecision(3));
  const power = 10 ** Math.abs(digits);
  return digits > 0 ? Math.round(value * power) / power : Math.round(value / power) * power;
}
