/** Queries of Logs Insights (CloudWatch Logs user guide, "Supported commands"). */
import { readAggregate } from './aggregates.ts';
import { isTrue, readExpression } from './expression.ts';
import { readParse } from './parse-command.ts';
import { QueryText } from './query-text.ts';
import type { Aggregate, Command, NamedExpression, Query, SortKey } from './query.ts';

/** AWS's limits. */
const MAX_QUERY = 10_000;
export const MAX_ROWS = 10_000;
const MAX_COMMANDS = 100;
const DEFAULT_COLUMNS = ['@timestamp', '@message'];

/** What a command adds to the query. */
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
    if (!(count >= 1 && count <= MAX_ROWS)) text.fail(`limit takes a number from 1 to ${MAX_ROWS}`);
    return { commands: [{ kind: 'limit', count }], adds: ADDS_NOTHING };
  },
};

/** @throws MalformedQuery */
export function readQuery(source: string): Query {
  const text = new QueryText(source);
  if (source.length > MAX_QUERY) return text.fail(`the query is longer than ${MAX_QUERY} characters`);
  const commands: Command[] = [];
  let columns: readonly string[] = [];
  let isOfEvents = true;
  do {
    if (commands.length >= MAX_COMMANDS) text.fail(`more than ${MAX_COMMANDS} commands`);
    const start = text.position;
    const name = text.match(/[A-Za-z]\w*/y) ?? text.fail('a command is expected');
    const read = Object.hasOwn(COMMANDS, name.toLowerCase()) ? COMMANDS[name.toLowerCase()] : undefined;
    if (read === undefined)
      return text.fail(
        `the command ${name} is not done here (there are ${Object.keys(COMMANDS).join(', ')})`,
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

/** `a, b as c, strlen(d) as e`; without `as`, the text is the name. */
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

/** Plain fields are already there. */
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
  // A column of `stats` has the text of its call for a name: `sort count(*) desc`.
  const name = isCall ? text.match(/[A-Za-z]\w*\s*\([^()]*\)/y) : undefined;
  const written = text.textFrom(start);
  const by =
    name === undefined ? readExpression(text) : (row: Parameters<SortKey['by']>[0]) => row.get(written);
  const isDescending = text.takeWord('desc');
  if (!isDescending) text.takeWord('asc');
  return { by, isDescending };
}
