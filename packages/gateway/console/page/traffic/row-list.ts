/**
 * The rows of Traffic, newest first. Each run counts its rows from zero. Rows of earlier runs stay, with negative
 * sequences.
 */
import type { RequestRow } from '../../records/model.ts';

/** Maximum number of rows in the browser. The gateway's ring may contain fewer rows. */
const MAX_ROWS = 10_000;

type Numbered = Pick<RequestRow, 'sequence'>;

/** Returns whether the row belongs to an earlier run. The row's details were deleted when that run ended. */
export function isOfEarlierStart({ sequence }: Numbered): boolean {
  return sequence < 0;
}

/**
 * Adds the rows of a new run.
 * @param first rows of the current run
 */
export function addStart<Row extends Numbered>(
  before: readonly Row[],
  first: readonly Row[],
): readonly Row[] {
  const shift = Math.max(0, (before[0]?.sequence ?? -1) + 1);
  const earlier = before.map((row) => ({ ...row, sequence: row.sequence - shift }));
  return [...first, ...earlier].slice(0, MAX_ROWS);
}

/** Adds older rows. Has no effect if the list was cleared meanwhile. */
export function addOlder<Row extends Numbered>(
  newest: readonly Row[],
  older: readonly Row[],
): readonly Row[] {
  const earlier = newest.findIndex(isOfEarlierStart);
  const end = earlier === -1 ? newest.length : earlier;
  const [first] = older;
  const oldest = newest[end - 1]?.sequence ?? 0;
  if (first === undefined || first.sequence >= oldest) return newest;
  return [...newest.slice(0, end), ...older, ...newest.slice(end)].slice(0, MAX_ROWS);
}

/**
 * Merges new rows into the list.
 * @param coming oldest first; some rows may already be in the list
 */
export function mergeRows<Row extends Numbered>(
  before: readonly Row[],
  coming: readonly Row[],
): readonly Row[] {
  const newest = before[0]?.sequence ?? -1;
  const fresh = coming.filter(({ sequence }) => sequence > newest);
  return [...fresh.toReversed(), ...before].slice(0, MAX_ROWS);
}

/**
 * Returns the id after the open one, or before it with the step -1, or the first id if no item of the list is open;
 * undefined beyond either end of the list.
 * @param open the id of the open item, or the beginning of that id
 */
export function idAfter(
  items: readonly { readonly id: string }[],
  open: string | undefined,
  step: 1 | -1,
): string | undefined {
  const at = open === undefined ? -1 : items.findIndex(({ id }) => id.startsWith(open));
  return items[at === -1 ? 0 : at + step]?.id;
}
