/** A table that is sorted by clicking its column heads. The order is stored in this browser. */
import { useMemo, useState } from 'preact/hooks';
import { TableBox } from './parts.tsx';
import { keepOrder, nextOrder, readOrder, sortRows } from './sort-order.ts';
import type { ComponentChildren } from 'preact';
import type { Column, SortOrder } from './sort-order.ts';

type Props<Row> = {
  /** The name under which the order is stored. */
  readonly name: string;
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** With `stacks`, each row becomes a list on narrow screens. */
  readonly kind?: string;
  readonly isCard?: boolean;
  readonly children: (row: Row, index: number) => ComponentChildren;
};

export function SortableTable<Row>({ label, columns, kind, isCard = false, children, ...props }: Props<Row>) {
  const { rows, order, sortBy } = useSorted(props.name, props.rows, columns);
  return (
    <TableBox label={label} isCard={isCard}>
      <table class={kind}>
        <thead>
          <tr>
            {columns.map((column, index) =>
              column.title === '' ? (
                <td key={index} />
              ) : (
                <th
                  scope="col"
                  key={index}
                  class={column.isNumber === true ? 'number' : undefined}
                  aria-sort={column.by === undefined ? undefined : directionOf(order, column.title)}
                >
                  <SortButton column={column} order={order} onSort={sortBy} />
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{rows.map(children)}</tbody>
      </table>
    </TableBox>
  );
}

type Sorted<Row> = {
  readonly rows: readonly Row[];
  readonly order: SortOrder | undefined;
  readonly sortBy: (column: Column<Row>) => void;
};

export function useSorted<Row>(
  name: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): Sorted<Row> {
  const [order, setOrder] = useState(() => readOrder(localStorage, name));
  const by = columns.find(({ title }) => title === order?.column)?.by;
  const isDescending = order?.isDescending === true;
  const sorted = useMemo(
    () => (by === undefined ? rows : sortRows(rows, by, isDescending)),
    [rows, by, isDescending],
  );
  const sortBy = ({ title, isNumber = false }: Column<Row>): void => {
    const next = nextOrder(order, title, isNumber);
    setOrder(next);
    keepOrder(localStorage, name, next);
  };
  return { rows: sorted, order, sortBy };
}

export function directionOf(
  order: SortOrder | undefined,
  title: string,
): 'ascending' | 'descending' | 'none' {
  if (order?.column !== title) return 'none';
  return order.isDescending ? 'descending' : 'ascending';
}

export function SortButton<Row>({
  column,
  order,
  onSort,
}: {
  readonly column: Column<Row>;
  readonly order: SortOrder | undefined;
  readonly onSort: (column: Column<Row>) => void;
}) {
  const { title, by } = column;
  if (by === undefined) return <>{title}</>;
  const direction = directionOf(order, title);
  return (
    <button type="button" class={`sort ${direction}`} onClick={() => onSort(column)}>
      {title}
    </button>
  );
}
