/** A row of the Traffic table, and the header row of the table. In a row, the path is a link to the request. */
import { Status } from '../elements/parts.tsx';
import { directionOf, SortButton } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import { nameCaller } from '../traffic/customer-names.ts';
import { isOfEarlierStart } from '../traffic/row-list.ts';
import { bytes, dateTime, ms, readableTarget, rowTime } from '../texts.ts';
import { classesOf } from '../traffic-columns.ts';
import type { ComponentChildren } from 'preact';
import type { Column, SortOrder } from '../elements/sort-order.ts';
import type { TRAFFIC_COLUMNS, TrafficTitle } from '../traffic-columns.ts';
import type { CustomerNames } from '../../records/traffic-query.ts';
import type { RequestRow } from '../../records/model.ts';

export function TrafficHead({
  columns,
  order,
  onSort,
}: {
  readonly columns: typeof TRAFFIC_COLUMNS;
  readonly order: SortOrder | undefined;
  readonly onSort: (column: Column<RequestRow>) => void;
}) {
  return (
    <>
      {columns.map((column) => (
        <span
          key={column.title}
          role="columnheader"
          class={classesOf(column.title)}
          aria-sort={directionOf(order, column.title)}
        >
          <SortButton column={column} order={order} onSort={onSort} />
        </span>
      ))}
    </>
  );
}

type Props = {
  readonly columns: typeof TRAFFIC_COLUMNS;
  readonly row: RequestRow;
  readonly index: number;
  readonly isOpen: boolean;
  readonly isPinned: boolean;
  readonly names: CustomerNames;
  /** The time of the newest row. Rows of other days show their date. */
  readonly newestEpochMs: number;
};

type Cell = {
  readonly shown: ComponentChildren;
  /** The class of the cell. It does not apply to the cell's head. */
  readonly kind?: string;
  /** The full text, or the reason in full, which is shown when the pointer rests on the cell. */
  readonly title?: string | undefined;
};

const CELLS: Readonly<Record<TrafficTitle, (props: Props) => Cell>> = {
  Status: ({ row }) => ({ shown: <Status value={row.status} /> }),
  Method: ({ row }) => ({ kind: 'method', title: row.method, shown: row.method }),
  Path: ({ row, isOpen, isPinned }) => ({
    kind: 'target',
    title: row.target,
    shown: (
      <>
        {isPinned ? <span class="badge">pinned</span> : null}{' '}
        {isOfEarlierStart(row) ? <span class="badge">earlier run</span> : null}{' '}
        <a class="line-link" href={linkTo('traffic', row.id)} aria-current={isOpen ? 'true' : undefined}>
          {readableTarget(row.target)}
        </a>{' '}
        {row.text === undefined ? null : <span class="soft">{row.text}</span>}
      </>
    ),
  }),
  API: ({ row }) => ({ kind: 'soft', title: row.api, shown: row.api }),
  Reason: ({ row }) => ({
    kind: 'soft',
    title: row.failure ?? row.notes.join(', '),
    shown: row.notes.join(', '),
  }),
  Caller: ({ row, names }) => ({ kind: 'soft', ...nameCaller(row, names) }),
  Size: ({ row }) => ({ shown: bytes(row.responseBytes) }),
  Took: ({ row }) => ({ shown: ms(row.tookMs) }),
  Time: ({ row, newestEpochMs }) => ({
    kind: 'soft',
    title: dateTime(row.atEpochMs),
    shown: rowTime(row.atEpochMs, newestEpochMs),
  }),
};

export function TrafficRow(props: Props) {
  return (
    <div class={`line ${props.isOpen ? 'open' : ''}`} role="row" aria-rowindex={props.index + 2}>
      {props.columns.map((column) => {
        const { shown, kind = '', title } = CELLS[column.title](props);
        return (
          <span
            key={column.title}
            class={`${classesOf(column.title)} ${kind}`.trim()}
            role="cell"
            title={title}
          >
            {shown}
          </span>
        );
      })}
    </div>
  );
}
