/** Decides whether the resources that a gateway uses grow, from measurements after all clients have left. */

/**
 * Returns the median of the slopes between any two values, per measurement. A single unusual value does not change it.
 */
export function medianSlope(values: readonly number[]): number {
  const slopes = values.flatMap((from, first) =>
    values.slice(first + 1).map((to, between) => (to - from) / (between + 1)),
  );
  return slopes.length === 0 ? 0 : median(slopes);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = low] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

type Bound = { readonly share: number; readonly atLeast: number };

/**
 * Compares the growth with the allowed variation. The growth is the median slope after the first third, over all later
 * measurements. The allowed variation is a share of the median, but at least `atLeast`.
 */
export function judgeLevel(
  looks: readonly number[],
  { share, atLeast }: Bound,
): { readonly isLevel: boolean; readonly growth: number; readonly allowed: number } {
  const settled = looks.slice(Math.floor(looks.length / 3));
  const growth = medianSlope(settled) * Math.max(0, settled.length - 1);
  const allowed = Math.max(atLeast, share * median(settled));
  return { isLevel: growth <= allowed, growth, allowed };
}
