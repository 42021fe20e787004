/** The values that metric math computes with. */
export type Series = {
  readonly kind: 'series';
  readonly label: string;
  readonly periodSeconds: number;
  /** The values by the start time of their period in epoch milliseconds, in ascending order. */
  readonly points: ReadonlyMap<number, number>;
};

export type Value =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | Series
  | { readonly kind: 'list'; readonly items: readonly Series[] };

/** The start times of all periods of a query, ascending. */
export type Grid = { readonly starts: readonly number[]; readonly periodSeconds: number };

/** Marks a result that has no label of its own. The id of the query is used as its label. */
export const NO_LABEL = '';

/** Maps the points of a series. Points without a finite value are dropped. */
export function mapPoints(
  series: Series,
  run: (value: number, at: number, index: number) => number | undefined,
): Series {
  const points = new Map<number, number>();
  let index = 0;
  for (const [at, value] of series.points) {
    const computed = run(value, at, index);
    index += 1;
    if (computed !== undefined && Number.isFinite(computed)) points.set(at, computed);
  }
  return { ...series, points };
}
