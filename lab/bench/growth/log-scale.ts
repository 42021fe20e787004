/** A logarithmic scale: the position of a value, and the round values that have ticks. */

type Tick = { readonly value: number; readonly at: number; readonly label: string };

export type LogScale = {
  /** Returns the position of a value, between `from` and `to`. */
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
};

const THOUSAND = 1_000;
/**
 * Number of powers of ten that a scale must span to have ticks at powers of ten only. A scale that spans fewer also has
 * ticks at 2 and 5 times each power of ten.
 */
const FEW_DECADES = 2;

/**
 * Makes a scale that covers the values and extends to the next ticks.
 * @throws RangeError if a value has no logarithm
 */
export function logScale(values: readonly number[], from: number, to: number): LogScale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!(least > 0) || !Number.isFinite(most)) throw new RangeError('no logarithm');
  const decades = Math.log10(most / least);
  const steps = decades < FEW_DECADES ? [1, 2, 5] : [1];
  const ticks = ticksAround(least, most, steps);
  const [first = least, last = most] = [ticks[0], ticks.at(-1)];
  const span = Math.log(last / first);
  const at = (value: number): number => from + ((to - from) * Math.log(value / first)) / span;
  return { at, ticks: ticks.map((value) => ({ value, at: at(value), label: shorten(value) })) };
}

/** Ticks from the last one that is not above `least` to the first one that is not below `most`; at least two. */
function ticksAround(least: number, most: number, steps: readonly number[]): readonly number[] {
  const ticks: number[] = [];
  for (let decade = Math.floor(Math.log10(least)) - 1; decade <= Math.ceil(Math.log10(most)) + 1; decade += 1)
    for (const step of steps) ticks.push(step * 10 ** decade);
  const first = ticks.findLastIndex((tick) => tick <= least * (1 + Number.EPSILON));
  const last = ticks.findIndex((tick) => tick >= most * (1 - Number.EPSILON));
  return ticks.slice(first, Math.max(last, first + 1) + 1);
}

/** Shortens a number: `20k`, `1M`. Values below one stay as they are. */
export function shorten(value: number): string {
  if (value >= THOUSAND ** 2) return `${round(value / THOUSAND ** 2)}M`;
  if (value >= THOUSAND) return `${round(value / THOUSAND)}k`;
  return round(value);
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
