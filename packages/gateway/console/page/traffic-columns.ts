/**
 * The columns of Traffic with their head, order and width. The page builds the head, the rows and the grid from them.
 */
import type { Column } from './elements/sort-order.ts';
import type { RequestRow } from '../records/model.ts';

/** The layouts with one line for each request: a request is open, or the window is wide or medium. */
export const LAYOUTS = ['usual', 'open', 'wide', 'medium'] as const;
type Layout = (typeof LAYOUTS)[number];

/**
 * The layout of narrow windows, such as phones. It has two lines for each request, because the path, the reason and the
 * caller would be unreadable on one line. `style.css` sets the places of the columns by their `kind`.
 */
const NARROW = 'narrow';

type TrafficColumn = Column<RequestRow> & {
  /** The class of the head and the cells. Numbers also have the class `number`. */
  readonly kind?: string;
  /** The grid track in each layout. A layout without its own track uses `usual`. */
  readonly width: { readonly usual: string } & { readonly [Each in Layout]?: string };
  readonly isHiddenIfNarrow?: true;
};

/** Replaces the track in a layout that does not show the column. */
const HIDDEN = 'hidden';
const WITH_ROOM = { open: HIDDEN, medium: HIDDEN };

const COLUMNS = [
  { title: 'Status', by: ({ status }) => status, kind: 'code', width: { usual: '3rem' } },
  {
    title: 'Method',
    by: ({ method }) => method,
    kind: 'verb',
    width: { usual: '5.5rem', open: '5.25rem' },
  },
  {
    title: 'Path',
    by: ({ target }) => target,
    kind: 'what',
    // A path is read first, so it gets most of the width that the columns of numbers leave.
    width: { usual: 'minmax(0, 1fr)', wide: 'minmax(0, 56rem)' },
  },
  {
    title: 'API',
    by: ({ api }) => api,
    kind: 'which',
    width: { usual: 'minmax(0, 0.5fr)', wide: '15rem', ...WITH_ROOM },
    isHiddenIfNarrow: true,
  },
  {
    title: 'Reason',
    by: ({ notes }) => notes[0],
    kind: 'why',
    width: { usual: 'minmax(0, 0.6fr)', wide: 'minmax(14.5rem, 1fr)', ...WITH_ROOM },
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
    isHiddenIfNarrow: true,
  },
  {
    title: 'Took',
    by: ({ tookMs }) => tookMs,
    isNumber: true,
    width: { usual: '4.5rem', open: '4.25rem' },
    isHiddenIfNarrow: true,
  },
  {
    title: 'Time',
    by: ({ atEpochMs }) => atEpochMs,
    kind: 'when',
    isNumber: true,
    // The column is wide enough for the date of a row of another day.
    width: { usual: '5.75rem', open: HIDDEN },
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
  const hidden: readonly string[] = [
    ...LAYOUTS.filter((layout) => column?.width[layout] === HIDDEN),
    ...(column?.isHiddenIfNarrow === true ? [NARROW] : []),
  ];
  const number = column?.isNumber === true ? 'number' : '';
  return [column?.kind ?? '', number, ...hidden.map((layout) => `not-${layout}`)].filter(Boolean).join(' ');
}
