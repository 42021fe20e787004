/** A compiled query. Its commands are applied in order, each to the rows that the previous command returns. */
import type { Expression } from './expression.ts';
import type { Row } from './row.ts';
import type { Value } from './value.ts';

/** A command that handles one row at a time. `apply` returns undefined to drop the row. */
type RowCommand = { readonly kind: 'row'; readonly apply: (row: Row) => Row | undefined };
type SortCommand = { readonly kind: 'sort'; readonly keys: readonly SortKey[] };
type LimitCommand = { readonly kind: 'limit'; readonly count: number };
export type StatsCommand = {
  readonly kind: 'stats';
  readonly groups: readonly NamedExpression[];
  readonly aggregates: readonly Aggregate[];
};

export type Command = RowCommand | SortCommand | LimitCommand | StatsCommand;

export type SortKey = { readonly by: Expression; readonly isDescending: boolean };
export type NamedExpression = { readonly name: string; readonly value: Expression };
export type Aggregate = { readonly name: string; readonly start: () => Accumulator };

export interface Accumulator {
  add(row: Row): void;
  result(): Value;
}

export type Query = {
  readonly commands: readonly Command[];
  /** Names of the columns, in their order. */
  readonly columns: readonly string[];
  /** Whether the rows are single events and not aggregates. Events have a pointer, and the latest come first. */
  readonly isOfEvents: boolean;
};
