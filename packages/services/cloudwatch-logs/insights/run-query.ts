/** Runs a query over events: commands on rows as they come, the others once all are there. */
import { MAX_ROWS } from './read-query.ts';
import type { Accumulator, Command, Query, SortKey, StatsCommand } from './query.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';
import { compareForSort, numberOf, printValue } from './value.ts';
import type { Value } from './value.ts';

export type ResultRow = readonly { readonly field: string; readonly value: string }[];

export class QueryRun {
  readonly #query: Query;
  /** Commands up to the first that needs all rows, and the others. */
  readonly #first: readonly Command[];
  readonly #later: readonly Command[];
  readonly #rows: Row[] = [];
  readonly #groups: GroupedRows | undefined;
  #matched = 0;

  constructor(query: Query) {
    const at = query.commands.findIndex(({ kind }) => kind !== 'row');
    const end = at === -1 ? query.commands.length : at;
    this.#query = query;
    this.#first = query.commands.slice(0, end);
    const blocking = query.commands[end];
    this.#groups = blocking?.kind === 'stats' ? new GroupedRows(blocking) : undefined;
    this.#later = query.commands.slice(this.#groups === undefined ? end : end + 1);
  }

  get matched(): number {
    return this.#matched;
  }

  add(event: Row): void {
    const row = applyAll(this.#first, event);
    if (row === undefined) return;
    this.#matched += 1;
    if (this.#groups === undefined) this.#rows.push(row);
    else this.#groups.add(row);
  }

  /** @param limit of the call, where the query has none */
  finish(limit: number): readonly ResultRow[] {
    let rows: readonly Row[] = this.#groups?.rows() ?? this.#rows;
    const { columns, isOfEvents, commands } = this.#query;
    if (isOfEvents) rows = rows.toSorted(latestFirst);
    for (const command of this.#later) rows = applyToAll(command, rows);
    const hasLimit = commands.some(({ kind }) => kind === 'limit');
    const shown = isOfEvents ? [...columns, '@ptr'] : columns;
    return rows.slice(0, hasLimit ? MAX_ROWS : limit).map((row) => printRow(row, shown));
  }
}

function latestFirst(one: Row, other: Row): number {
  return (numberOf(other.get('@timestamp')) ?? 0) - (numberOf(one.get('@timestamp')) ?? 0);
}

function applyAll(commands: readonly Command[], row: Row): Row | undefined {
  let current: Row | undefined = row;
  for (const command of commands)
    if (command.kind === 'row' && current !== undefined) current = command.apply(current);
  return current;
}

function applyToAll(command: Command, rows: readonly Row[]): readonly Row[] {
  switch (command.kind) {
    case 'row':
      return rows.flatMap((row) => command.apply(row) ?? []);
    case 'sort':
      return sortRows(rows, command.keys);
    case 'limit':
      return rows.slice(0, command.count);
    case 'stats': {
      const groups = new GroupedRows(command);
      for (const row of rows) groups.add(row);
      return groups.rows();
    }
  }
}

function sortRows(rows: readonly Row[], keys: readonly SortKey[]): readonly Row[] {
  const keyed = rows.map((row) => ({ row, values: keys.map(({ by }) => by(row)) }));
  keyed.sort((one, other) => {
    for (const [index, { isDescending }] of keys.entries()) {
      const order = compareForSort(one.values[index], other.values[index]);
      if (order !== 0) return isDescending ? -order : order;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

/** A field that a row lacks is left out of it. */
function printRow(row: Row, columns: readonly string[]): ResultRow {
  return columns.flatMap((field) => {
    const value = row.get(field);
    return value === undefined ? [] : [{ field, value: printValue(value) }];
  });
}

type Group = { readonly values: readonly Value[]; readonly sums: readonly Accumulator[] };

class GroupedRows {
  readonly #command: StatsCommand;
  readonly #groups = new Map<string, Group>();

  constructor(command: StatsCommand) {
    this.#command = command;
  }

  add(row: Row): void {
    const { groups, aggregates } = this.#command;
    const values = groups.map(({ value }) => value(row));
    const key = JSON.stringify(values.map((value) => (value === undefined ? null : printValue(value))));
    const group = this.#groups.get(key) ?? { values, sums: aggregates.map(({ start }) => start()) };
    this.#groups.set(key, group);
    for (const sum of group.sums) sum.add(row);
  }

  /** Without groups there is one row, also for no events. */
  rows(): readonly Row[] {
    const { groups, aggregates } = this.#command;
    const empty: Group = { values: [], sums: aggregates.map(({ start }) => start()) };
    const found = this.#groups.size === 0 && groups.length === 0 ? [empty] : [...this.#groups.values()];
    return found.map(({ values, sums }) =>
      rowOf(
        new Map([
          ...groups.map(({ name }, index): [string, Value] => [name, values[index]]),
          ...aggregates.map(({ name }, index): [string, Value] => [name, sums[index]?.result()]),
        ]),
      ),
    );
  }
}
