/**
 * Runs a query over events. First, the commands that handle single rows are applied to each event. Then, the commands
 * that need all rows run.
 */
import { MAX_ROWS } from './read-query.ts';
import type { Accumulator, Command, Query, SortKey, StatsCommand } from './query.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';
import { compareKeys, orderKeyOf, printValue } from './value.ts';
import type { OrderKey, Value } from './value.ts';

export type ResultRow = readonly { readonly field: string; readonly value: string }[];

/** Collects the rows of all events for the first command that needs all of them. */
type Collected = { add(row: Row): void; rows(): readonly Row[] };

const LATEST_FIRST: readonly SortKey[] = [{ by: (row) => row.get('@timestamp'), isDescending: true }];

export class QueryRun {
  readonly #query: Query;
  /** The commands before the first command that is not for single rows. `#later` contains the remaining commands. */
  readonly #first: readonly Command[];
  readonly #later: readonly Command[];
  readonly #collected: Collected;
  #matched = 0;

  constructor(query: Query) {
    const { commands } = query;
    const at = commands.findIndex(({ kind }) => kind !== 'row');
    const end = at === -1 ? commands.length : at;
    const blocking = commands[end];
    this.#query = query;
    this.#first = commands.slice(0, end);
    this.#collected = collect(blocking);
    const isCollected = blocking?.kind === 'stats' || blocking?.kind === 'sort';
    this.#later = commands.slice(isCollected ? end + 1 : end);
  }

  get matched(): number {
    return this.#matched;
  }

  add(event: Row): void {
    const row = applyAll(this.#first, event);
    if (row === undefined) return;
    this.#matched += 1;
    this.#collected.add(row);
  }

  /**
   * Returns the result rows.
   * @param limit the limit of the call, which applies if the query sets no limit
   */
  finish(limit: number): readonly ResultRow[] {
    const { columns, isOfEvents, commands } = this.#query;
    let rows = this.#collected.rows();
    for (const command of this.#later) rows = applyToAll(command, rows);
    const hasLimit = commands.some(({ kind }) => kind === 'limit');
    const shown = isOfEvents ? [...columns, '@ptr'] : columns;
    return rows.slice(0, hasLimit ? MAX_ROWS : limit).map((row) => printRow(row, shown));
  }
}

/** Returns the collector for a command. If no command sorts the events, the latest come first. */
function collect(command: Command | undefined): Collected {
  if (command?.kind === 'stats') return new GroupedRows(command);
  return new SortedRows(command?.kind === 'sort' ? command.keys : LATEST_FIRST);
}

function applyAll(commands: readonly Command[], row: Row): Row | undefined {
  let current: Row | undefined = row;
  for (const command of commands)
    if (command.kind === 'row' && current !== undefined) current = command.apply(current);
  return current;
}

function applyToAll(command: Command, rows: readonly Row[]): readonly Row[] {
  if (command.kind === 'row') return rows.flatMap((row) => command.apply(row) ?? []);
  if (command.kind === 'limit') return rows.slice(0, command.count);
  const collected = collect(command);
  for (const row of rows) collected.add(row);
  return collected.rows();
}

/**
 * Collects rows for sorting. The sort keys are read in pieces, so that other work can run in between, but the sort
 * itself runs in one piece.
 */
class SortedRows implements Collected {
  readonly #keys: readonly SortKey[];
  readonly #rows: { readonly row: Row; readonly values: readonly OrderKey[] }[] = [];

  constructor(keys: readonly SortKey[]) {
    this.#keys = keys;
  }

  add(row: Row): void {
    this.#rows.push({ row, values: this.#keys.map(({ by }) => orderKeyOf(by(row))) });
  }

  rows(): readonly Row[] {
    const keys = this.#keys;
    this.#rows.sort((one, other) => {
      // This loop runs millions of times, so it uses no iterator.
      for (let index = 0; index < keys.length; index += 1) {
        const order = compareKeys(one.values[index], other.values[index]);
        if (order !== 0) return keys[index]?.isDescending === true ? -order : order;
      }
      return 0;
    });
    return this.#rows.map(({ row }) => row);
  }
}

/** Formats a row. Fields that the row lacks are omitted. */
function printRow(row: Row, columns: readonly string[]): ResultRow {
  return columns.flatMap((field) => {
    const value = row.get(field);
    return value === undefined ? [] : [{ field, value: printValue(value) }];
  });
}

type Group = { readonly values: readonly Value[]; readonly sums: readonly Accumulator[] };

class GroupedRows implements Collected {
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

  /** Returns one row per group. Without grouping there is one row, even if there are no events. */
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
