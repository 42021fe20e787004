/**
 * The order of a table, which the user chooses by clicking its column heads. The order is stored in this browser, but
 * the rows are not.
 */
import { compareNames } from '@gatewright/aws/text/name-order';

export type SortValue = string | number | undefined;
export type SortOrder = { readonly column: string; readonly isDescending: boolean };

export type Column<Row> = {
  readonly title: string;
  /** The value to sort by; absent for columns of actions. */
  readonly by?: (row: Row) => SortValue;
  readonly isNumber?: boolean;
};

const KEPT = 'gatewright-order';
const MAX_KEPT = 100;

type Store = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Sorts rows. Numbers come before strings in ascending order, and after them in descending order. Rows without a value
 * come last in either direction. Rows with equal values keep their order.
 */
export function sortRows<Row>(
  rows: readonly Row[],
  valueOf: (row: Row) => SortValue,
  isDescending: boolean,
): readonly Row[] {
  const sign = isDescending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: toComparable(valueOf(row)) }));
  keyed.sort(({ value: a }, { value: b }) => {
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return sign * compare(a, b);
  });
  return keyed.map(({ row }) => row);
}

function toComparable(value: SortValue): SortValue {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  return value === undefined || value === '' ? undefined : value.toLowerCase();
}

function compare(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return typeof a === 'string' && typeof b === 'string' ? compareNames(a, b) : Number(a) - Number(b);
}

/**
 * Returns the order after a click on a column head. The clicks select one direction, then the other, then the original
 * order of the rows (undefined). Numbers start with the largest, because large values are usually more interesting.
 */
export function nextOrder(
  before: SortOrder | undefined,
  column: string,
  isNumber: boolean,
): SortOrder | undefined {
  if (before?.column !== column) return { column, isDescending: isNumber };
  return before.isDescending === isNumber ? { column, isDescending: !isNumber } : undefined;
}

export function readOrder(store: Store, table: string): SortOrder | undefined {
  const kept = readAll(store).get(table);
  return kept === undefined || kept.length < 2
    ? undefined
    : { column: kept.slice(1), isDescending: kept.startsWith('-') };
}

export function keepOrder(store: Store, table: string, order: SortOrder | undefined): void {
  const all = readAll(store);
  all.delete(table);
  if (order !== undefined) all.set(table, `${order.isDescending ? '-' : '+'}${order.column}`);
  store.setItem(KEPT, JSON.stringify([...all].slice(-MAX_KEPT)));
}

/** Reads the stored orders. If the stored text cannot be read, there is no order. */
function readAll(store: Store): Map<string, string> {
  try {
    const value: unknown = JSON.parse(store.getItem(KEPT) ?? '[]');
    return new Map(
      (Array.isArray(value) ? value : []).filter(
        (entry: unknown): entry is [string, string] =>
          Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === 'string'),
      ),
    );
  } catch {
    return new Map();
  }
}
