export const WHOLE_STEPS = Array.from({ length: 10 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

/**
 * Returns the top of an axis of counts: a value with a line of the grid, so that no bar is higher than the highest
 * line.
 * @param space the minimum distance between two lines, in the unit of `height`
 */
export function topOf(most: number, height: number, space: number): number {
  for (const step of WHOLE_STEPS) {
    const top = Math.max(1, Math.ceil(most / step)) * step;
    if ((height * step) / top >= space) return top;
  }
  return most;
}

/** Replaces each 0 between zeros by null, because a line along the axis would look like errors. */
export function withoutRest(values: readonly number[]): readonly (number | null)[] {
  return values.map((value, index) =>
    value === 0 && (values[index - 1] ?? 0) === 0 && (values[index + 1] ?? 0) === 0 ? null : value,
  );
}
