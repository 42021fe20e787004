/** `parse @message "user=*, method:*" as user, method` and `parse @message /user=(?<user>\S+)/`. */
import type { RE2JS } from 're2js';
import type { Command } from './query.ts';
import type { Expression } from './expression.ts';
import type { QueryText } from './query-text.ts';
import { printValue } from './value.ts';
import type { Value } from './value.ts';

type Find = (text: string) => ReadonlyMap<string, Value> | undefined;
type ParseCommand = { readonly command: Command; readonly names: readonly string[] };

export function readParse(text: QueryText): ParseCommand {
  const isQuoted = text.peek(/["'/]/y) !== undefined;
  const field = isQuoted ? '@message' : text.fieldName();
  if (field === undefined) return text.fail('a field, a text with * or a /regex/ is expected');
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
    if (names.length === 0) return text.fail('a regex of parse has named groups: (?<name>…)');
    return { names, find: (value) => findByRegex(value, regex, names) };
  }
  const glob = text.quoted();
  if (glob === undefined) return text.fail('a text with * or a /regex/ is expected');
  const pieces = glob.split('*');
  if (!text.takeWord('as')) return text.fail('"as" is expected');
  const names: string[] = [];
  do names.push(text.fieldName() ?? text.fail('a name is expected'));
  while (text.take(','));
  if (names.length !== pieces.length - 1)
    return text.fail(`the pattern has ${pieces.length - 1} * and there are ${names.length} names`);
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

/** Each `*` ends where the next piece begins; one at the end takes the rest. */
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
