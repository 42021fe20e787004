/**
 * The columns of Traffic with their head, order and width. The page builds the head, the rows and the grid from them.
 */
import type { Column } from './elements/sort-order.ts';
import type { RequestRow } from '../records/model.ts';

/** The layouts that `style.css` distinguishes: a request is open, or the window is wide, medium or narrow. */
export const LAYOUTS = ['usual', 'open', 'wide', 'medium', 'narrow'] as const;
type Layout = (typeof LAYOUTS)[number];

type TrafficColumn = Column<RequestRow> & {
  /** The class of the head and the cells. Numbers have the class `number`. */
  readonly kind?: string;
  /** The grid track in each layout. A layout without its own track uses `usual`. */
  readonly width: { readonly usual: string } & { readonly [Each in Layout]?: string };
};

/** Replaces the track in a layout that does not show the column. */
const HIDDEN = 'hidden';
const WITH_ROOM = { open: HIDDEN, medium: HIDDEN, narrow: HIDDEN };

const COLUMNS = [
  { title: 'Status', by: ({ status }) => status, width: { usual: '3rem', narrow: '2.25rem' } },
  {
    title: 'Method',
    by: ({ method }) => method,
    width: { usual: '5.5rem', open: '5.25rem', narrow: '4.375rem' },
  },
  {
    title: 'Path',
    by: ({ target }) => target,
    // A path is read first, so it gets most of the width that the columns of numbers leave.
    width: { usual: 'minmax(0, 1fr)', wide: 'minmax(0, 56rem)' },
  },
  {
    title: 'API',
    by: ({ api }) => api,
    kind: 'which',
    width: { usual: 'minmax(0, 0.5fr)', wide: '15rem', ...WITH_ROOM },
  },
  {
    title: 'Reason',
    by: ({ notes }) => notes[0],
    kind: 'why',
    // On a phone, the reason of a refusal says more than the time that the request took. The column shows
    // `unauthorized` in full.
    width: {
      usual: 'minmax(0, 0.6fr)',
      wide: 'minmax(14.5rem, 1fr)',
      ...WITH_ROOM,
      narrow: 'minmax(4.75rem, 0.6fr)',
    },
  },
  {
    title: 'Caller',
    by: ({ caller }) => caller,
    kind: 'who',
    // The name of a customer and the beginning of its key are shown in full.
    width: { usual: 'minmax(0, 0.65fr)', wide: '16rem', ...WITH_ROOM },
  },
  {
    title: 'Size',
    by: ({ responseBytes }) => responseBytes,
    isNumber: true,
    width: { usual: '4.5rem', ...WITH_ROOM },
  },
  {
    title: 'Took',
    by: ({ tookMs }) => tookMs,
    isNumber: true,
    width: { usual: '4.5rem', open: '4.25rem', narrow: HIDDEN },
  },
  {
    title: 'Time',
    by: ({ atEpochMs }) => atEpochMs,
    isNumber: true,
    // The column is wide enough for the date of a row of another day.
    width: { usual: '5.75rem', open: HIDDEN, narrow: '4.5rem' },
  },
] as const satisfies readonly TrafficColumn[];

export type TrafficTitle = (typeof COLUMNS)[number]['title'];

export const TRAFFIC_COLUMNS: readonly (TrafficColumn & { readonly title: TrafficTitle })[] = COLUMNS;

/** Returns the columns of a list. Only a list with requests of several APIs has the column that distinguishes them. */
export function columnsFor(apis: number): typeof TRAFFIC_COLUMNS {
  return apis > 1 ? TRAFFIC_COLUMNS : TRAFFIC_COLUMNS.filter(({ title }) => title !== 'API');
}

/**
 * Returns custom properties for `grid-template-columns`. They are set by script, because an inline style sheet would
 * violate the page's content security policy.
 */
export function gridsOf(columns: typeof TRAFFIC_COLUMNS): Readonly<Record<string, string>> {
  return Object.fromEntries(
    LAYOUTS.map((layout) => [
      `--${layout}-columns`,
      columns
        .map(({ width }) => width[layout] ?? width.usual)
        .filter((track) => track !== HIDDEN)
        .join(' '),
    ]),
  );
}

/**
 * Returns the classes of a column's head and cells: the column's kind, and a class such as `not-open` for each layout
 * that does not show the column.
 */
export function classesOf(title: TrafficTitle): string {
  const column = TRAFFIC_COLUMNS.find((one) => one.title === title);
  const hidden = LAYOUTS.filter((layout) => column?.width[layout] === HIDDEN);
  const kind = column?.isNumber === true ? 'number' : (column?.kind ?? '');
  return [kind, ...hidden.map((layout) => `not-${layout}`)].join(' ').trim();
}
