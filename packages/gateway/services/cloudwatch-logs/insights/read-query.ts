/** Reads queries of Logs Insights (CloudWatch Logs user guide, "Supported commands"). */
import { isTrue, readExpression } from './expression.ts';
import { QueryText } from './query-text.ts';
import type { Aggregate, Command, NamedExpression, Query, SortKey, Accumulator } from './query.ts';
import type { Expression } from './expression.ts';
import { numberOf, printValue } from './value.ts';
import type { Value } from './value.ts';
import type { RE2JS } from 're2js';

/** AWS's limits for a query: the number of characters, of result rows and of commands. */
const MAX_QUERY = 10_000;
export const MAX_ROWS = 10_000;
const MAX_COMMANDS = 100;
const DEFAULT_COLUMNS = ['@timestamp', '@message'];

/** The parts that a command adds to the query. */
type Read = { readonly commands: readonly Command[] } & (
  | { readonly adds: readonly string[] }
  | { readonly shows: readonly string[] }
);
const ADDS_NOTHING: readonly string[] = [];

const COMMANDS: Readonly<Record<string, (text: QueryText) => Read>> = {
  fields(text) {
    const fields = readNamed(text);
    return { commands: computed(fields), adds: fields.map(({ name }) => name) };
  },
  display(text) {
    const fields = readNamed(text);
    return { commands: computed(fields), shows: fields.map(({ name }) => name) };
  },
  filter(text) {
    const test = readExpression(text);
    const command: Command = { kind: 'row', apply: (row) => (isTrue(test(row)) ? row : undefined) };
    return { commands: [command], adds: ADDS_NOTHING };
  },
  parse(text) {
    const { command, names } = readParse(text);
    return { commands: [command], adds: names };
  },
  stats: readStats,
  sort(text) {
    const keys: SortKey[] = [];
    do keys.push(readSortKey(text));
    while (text.take(','));
    return { commands: [{ kind: 'sort', keys }], adds: ADDS_NOTHING };
  },
  limit(text) {
    const count = Number(text.match(/\d{1,9}/y) ?? NaN);
    if (!(count >= 1 && count <= MAX_ROWS)) text.fail(`limit must be a number from 1 to ${MAX_ROWS}`);
    return { commands: [{ kind: 'limit', count }], adds: ADDS_NOTHING };
  },
};

/**
 * Compiles a query.
 * @throws MalformedQuery if the query is invalid
 */
export function readQuery(source: string): Query {
  const text = new QueryText(source);
  if (source.length > MAX_QUERY) return text.fail(`the query is longer than ${MAX_QUERY} characters`);
  const commands: Command[] = [];
  let columns: readonly string[] = [];
  let isOfEvents = true;
  do {
    if (commands.length >= MAX_COMMANDS) text.fail(`there are more than ${MAX_COMMANDS} commands`);
    const start = text.position;
    const name = text.match(/[A-Za-z]\w*/y) ?? text.fail('a command is expected');
    const read = Object.hasOwn(COMMANDS, name.toLowerCase()) ? COMMANDS[name.toLowerCase()] : undefined;
    if (read === undefined)
      return text.fail(
        `the command ${name} is not supported (supported: ${Object.keys(COMMANDS).join(', ')})`,
        start,
      );
    const result = read(text);
    commands.push(...result.commands);
    columns = 'shows' in result ? result.shows : [...new Set([...columns, ...result.adds])];
    if (result.commands.some(({ kind }) => kind === 'stats')) isOfEvents = false;
  } while (text.take('|'));
  if (!text.isOver) text.fail('"|" or the end is expected');
  return { commands, columns: columns.length === 0 ? DEFAULT_COLUMNS : columns, isOfEvents };
}

/** Reads fields such as `a, b as c, strlen(d) as e`. Without `as`, the text of a field is its name. */
function readNamed(text: QueryText): readonly NamedExpression[] {
  const fields: NamedExpression[] = [];
  do {
    const start = text.position;
    const value = readExpression(text);
    fields.push({ name: readName(text, start), value });
  } while (text.take(','));
  return fields;
}

function readName(text: QueryText, start: number): string {
  const written = text.textFrom(start);
  if (text.takeWord('as')) return text.fieldName() ?? text.fail('a name is expected');
  return written.replace(/^`(.+)`$/, '$1');
}

/** Returns the command that adds these fields to a row. */
function computed(fields: readonly NamedExpression[]): readonly Command[] {
  return [
    {
      kind: 'row',
      apply: (row) => row.with(new Map(fields.map(({ name, value }) => [name, value(row)]))),
    },
  ];
}

function readStats(text: QueryText): Read {
  const aggregates: Aggregate[] = [];
  do {
    const start = text.position;
    const called = text.match(/[A-Za-z]\w*/y) ?? text.fail('a function is expected');
    text.expect('(');
    const begin = readAggregate(text, called);
    aggregates.push({ name: readName(text, start), start: begin });
  } while (text.take(','));
  const groups = text.takeWord('by') ? readNamed(text) : [];
  return {
    commands: [{ kind: 'stats', groups, aggregates }],
    shows: [...groups, ...aggregates].map(({ name }) => name),
  };
}

function readSortKey(text: QueryText): SortKey {
  const start = text.position;
  const isCall = text.peek(/[A-Za-z]\w*\s*\(/y) !== undefined;
  // The name of a `stats` column is the text of its call, as in `sort count(*) desc`.
  const name = isCall ? text.match(/[A-Za-z]\w*\s*\([^()]*\)/y) : undefined;
  const written = text.textFrom(start);
  const by =
    name === undefined ? readExpression(text) : (row: Parameters<SortKey['by']>[0]) => row.get(written);
  const isDescending = text.takeWord('desc');
  if (!isDescending) text.takeWord('asc');
  return { by, isDescending };
}

/** Aggregations of `stats` (Logs Insights QL, "stats"). */
const FOLDS: Readonly<Record<string, (by: Expression) => Accumulator>> = {
  sum: (by) => fold(by, (values) => values.reduce((sum, value) => sum + value, 0)),
  avg: (by) => fold(by, (values) => values.reduce((sum, value) => sum + value, 0) / values.length),
  min: (by) => fold(by, (values) => values.reduce((least, value) => Math.min(least, value), Infinity)),
  max: (by) => fold(by, (values) => values.reduce((most, value) => Math.max(most, value), -Infinity)),
};

/** Reads the rest of an aggregate function, from its argument to the closing parenthesis. */
function readAggregate(text: QueryText, called: string): () => Accumulator {
  const name = called.toLowerCase();
  if (name === 'count') {
    const isOfAll = text.take('*') || text.peek(/\)/y) !== undefined;
    const by = isOfAll ? undefined : readExpression(text);
    text.expect(')');
    return () => counter(by);
  }
  const isPercentile = name === 'pct' || name === 'percentile';
  const make = Object.hasOwn(FOLDS, name) ? FOLDS[name] : undefined;
  if (!isPercentile && make === undefined) return text.fail(`the function ${called} is not supported`);
  const by = readExpression(text);
  if (make !== undefined) {
    text.expect(')');
    return () => make(by);
  }
  text.expect(',');
  const percent = Number(text.match(/\d+(?:\.\d+)?/y) ?? NaN);
  if (!(percent >= 0 && percent <= 100)) text.fail('a percentile from 0 to 100 is expected');
  text.expect(')');
  return () => fold(by, (values) => percentileOf(values, percent));
}

function counter(by: Expression | undefined): Accumulator {
  let count = 0;
  return {
    add(row) {
      if (by === undefined || by(row) !== undefined) count += 1;
    },
    result: () => count,
  };
}

/**
 * Aggregates the numbers of all rows. Rows without a number are ignored. If no row has a number, there is no result.
 * The memory is limited, because the number of stored log lines is limited.
 */
function fold(by: Expression, finish: (values: readonly number[]) => number): Accumulator {
  const values: number[] = [];
  return {
    add(row) {
      const value = numberOf(by(row));
      if (value !== undefined) values.push(value);
    },
    result: (): Value => (values.length === 0 ? undefined : finish(values)),
  };
}

/** Returns the smallest value for which at least `percent` percent of all values are equal to it or lower. */
function percentileOf(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? NaN;
}

/**
 * Finds the fields of `parse @message "user=*, method:*" as user, method` and `parse @message /user=(?<user>\S+)/` in a
 * text.
 */
type Find = (text: string) => ReadonlyMap<string, Value> | undefined;
type ParseCommand = { readonly command: Command; readonly names: readonly string[] };

function readParse(text: QueryText): ParseCommand {
  const isQuoted = text.peek(/["'/]/y) !== undefined;
  const field = isQuoted ? '@message' : text.fieldName();
  if (field === undefined) return text.fail('a field, a string with * or a /regex/ is expected');
  const by: Expression = (row) => row.get(field);
  const { names, find } = readFind(text);
  const command: Command = {
    kind: 'row',
    apply(row) {
      const value = by(row);
      const found = value === undefined ? undefined : find(printValue(value));
      return found === undefined ? row : row.with(found);
    },
  };
  return { command, names };
}

function readFind(text: QueryText): { readonly names: readonly string[]; readonly find: Find } {
  const regex = text.regex();
  if (regex !== undefined) {
    const names = Object.keys(regex.namedGroups());
    if (names.length === 0) return text.fail('the regex of parse must have named groups: (?<name>…)');
    return { names, find: (value) => findByRegex(value, regex, names) };
  }
  const glob = text.quoted();
  if (glob === undefined) return text.fail('a string with * or a /regex/ is expected');
  const pieces = glob.split('*');
  if (!text.takeWord('as')) return text.fail('"as" is expected');
  const names: string[] = [];
  do names.push(text.fieldName() ?? text.fail('a name is expected'));
  while (text.take(','));
  if (names.length !== pieces.length - 1)
    return text.fail(
      `the number of names (${names.length}) differs from the number of * in the pattern (${pieces.length - 1})`,
    );
  return { names, find: (value) => findByGlob(value, pieces, names) };
}

function findByRegex(
  value: string,
  regex: RE2JS,
  names: readonly string[],
): ReadonlyMap<string, Value> | undefined {
  const matcher = regex.matcher(value);
  if (!matcher.find()) return undefined;
  return new Map(
    names.flatMap((name): [string, Value][] => {
      const found = matcher.group(name);
      return found === null ? [] : [[name, found]];
    }),
  );
}

/**
 * Finds the texts that the stars in a pattern match. The text of a star ends where the next piece of the pattern
 * begins. A star at the end matches the rest.
 */
function findByGlob(
  value: string,
  [first = '', ...rest]: readonly string[],
  names: readonly string[],
): ReadonlyMap<string, Value> | undefined {
  const start = value.indexOf(first);
  if (start === -1) return undefined;
  let at = start + first.length;
  const found = new Map<string, Value>();
  for (const [index, piece] of rest.entries()) {
    const isRest = piece === '' && index === rest.length - 1;
    const end = isRest ? value.length : value.indexOf(piece, at);
    if (end === -1) return undefined;
    found.set(names[index] ?? '', value.slice(at, end));
    at = end + piece.length;
  }
  return found;
}
