/** A row of Traffic and its head: one grid of cells, of which the path is the link. */
import { Status } from '../elements/parts.tsx';
import { directionOf, SortButton } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import { isOfEarlierStart } from '../traffic/row-list.ts';
import { bytes, clockTime, ms, readableTarget } from '../texts.ts';
import type { Column } from '../elements/sortable-table.tsx';
import type { SortOrder } from '../elements/sort-order.ts';
import type { RequestRow } from '../../records/model.ts';

type TrafficColumn = Column<RequestRow> & { readonly kind?: string };

export const TRAFFIC_COLUMNS: readonly TrafficColumn[] = [
  { title: 'Status', by: ({ status }) => status },
  { title: 'Method', by: ({ method }) => method },
  { title: 'Path', by: ({ target }) => target },
  { title: 'Reason', by: ({ notes }) => notes[0], kind: 'why' },
  { title: 'Caller', by: ({ caller }) => caller, kind: 'who' },
  { title: 'Size', by: ({ responseBytes }) => responseBytes, isNumber: true, kind: 'size' },
  { title: 'Took', by: ({ tookMs }) => tookMs, isNumber: true, kind: 'took' },
  { title: 'Time', by: ({ atEpochMs }) => atEpochMs, isNumber: true, kind: 'at' },
];

export function TrafficHead({
  order,
  onSort,
}: {
  readonly order: SortOrder | undefined;
  readonly onSort: (column: Column<RequestRow>) => void;
}) {
  return (
    <>
      {TRAFFIC_COLUMNS.map((column) => (
        <span
          key={column.title}
          role="columnheader"
          class={column.kind}
          aria-sort={directionOf(order, column.title)}
        >
          <SortButton column={column} order={order} onSort={onSort} />
        </span>
      ))}
    </>
  );
}

type Props = {
  readonly row: RequestRow;
  readonly index: number;
  readonly isOpen: boolean;
  readonly isPinned: boolean;
};

export function TrafficRow({ row, index, isOpen, isPinned }: Props) {
  return (
    <div class={`line ${isOpen ? 'open' : ''}`} role="row" aria-rowindex={index + 2}>
      <span role="cell">
        <Status value={row.status} />
      </span>
      <span class="method" role="cell" title={row.method}>
        {row.method}
      </span>
      <span class="target" role="cell" title={row.target}>
        {isPinned ? <span class="badge">pinned</span> : null}{' '}
        {isOfEarlierStart(row) ? <span class="badge">earlier start</span> : null}{' '}
        <a class="line-link" href={linkTo('traffic', row.id)} aria-current={isOpen ? 'true' : undefined}>
          {readableTarget(row.target)}
        </a>{' '}
        {row.text === undefined ? null : <span class="soft">{row.text}</span>}
      </span>
      <span class="why soft" role="cell" title={row.failure}>
        {row.notes[0]}
      </span>
      <span class="who soft" role="cell">
        {row.caller ?? ''}
      </span>
      <span class="size" role="cell">
        {bytes(row.responseBytes)}
      </span>
      <span class="took" role="cell">
        {ms(row.tookMs)}
      </span>
      <time class="at soft" role="cell">
        {clockTime(row.atEpochMs).slice(0, 8)}
      </time>
    </div>
  );
}
