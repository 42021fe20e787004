/** `[ip, user, ..., status = 4*, bytes > 1000]`: words of a line, where `[…]` and `"…"` are one word each. */
import type { LinePattern, PatternText } from './pattern-text.ts';
import { readComparison, readOperator } from './value-test.ts';
import type { ValueTest } from './value-test.ts';

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const BARE_VALUE = /[^\s,\]&|"%()]+/y;
const WORD = /\[([^\]]*)\]|"([^"]*)"|(\S+)/g;

/** Undefined: no condition. */
type Column = ValueTest | undefined;

export function readDelimitedPattern(text: PatternText): LinePattern {
  text.expect('[');
  const before: Column[] = [];
  let after: Column[] | undefined;
  while (!text.sees(']')) {
    if (text.take('...')) {
      if (after !== undefined) text.fail('the ellipsis is there twice');
      after = [];
    } else (after ?? before).push(readColumn(text));
    if (!text.take(',') && !text.sees(']')) text.fail('a comma or ] is expected');
  }
  text.expect(']');
  if (!text.isOver) text.fail('something follows the ]');
  return (message) => {
    const words = wordsOf(message);
    const least = before.length + (after?.length ?? 0);
    if (words.length < least || (after === undefined && words.length !== least)) return false;
    const rest = words.slice(words.length - (after?.length ?? 0));
    return fit(before, words) && fit(after ?? [], rest);
  };
}

function fit(columns: readonly Column[], words: readonly string[]): boolean {
  return columns.every((test, index) => test === undefined || test(words[index]));
}

function wordsOf(message: string): readonly string[] {
  return [...message.matchAll(WORD)].map(
    ([, bracketed, quoted, plain]) => bracketed ?? quoted ?? plain ?? '',
  );
}

/** A name alone, or conditions on it: `status = 404 || status = 410`. */
function readColumn(text: PatternText): Column {
  const name = text.match(NAME);
  if (name === undefined) return text.fail('the name of a column is missing');
  if (text.sees(',') || text.sees(']')) return undefined;
  const any: ValueTest[][] = [[readComparison(text, readOperator(text), BARE_VALUE)]];
  for (;;) {
    const isAnd = text.take('&&');
    if (!isAnd && !text.take('||')) break;
    if (text.match(NAME) !== name) text.fail(`conditions of a column name the same column, here ${name}`);
    const test = readComparison(text, readOperator(text), BARE_VALUE);
    if (isAnd) any.at(-1)?.push(test);
    else any.push([test]);
  }
  return (value) => any.some((all) => all.every((test) => test(value)));
}
