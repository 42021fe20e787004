/**
 * Reads filter patterns of `FilterLogEvents`: terms, JSON patterns and space-delimited patterns (CloudWatch Logs user
 * guide, "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail").
 */
import { readJsonPattern } from './json-pattern.ts';
import { InvalidPattern, InvalidTerm, PatternText } from './pattern-text.ts';
import type { LinePattern } from './pattern-text.ts';
import { readComparison, readOperator } from './value-test.ts';
import type { ValueTest } from './value-test.ts';

/** AWS's limit for the length of a pattern. */
const MAX_PATTERN = 1024;

const EVERY_LINE: LinePattern = () => true;

/**
 * Compiles a filter pattern.
 * @throws InvalidPattern if the pattern is invalid; the message contains the reason
 */
export function readLinePattern(source: string): LinePattern {
  if (source.length > MAX_PATTERN) throw new InvalidPattern(`it is longer than ${MAX_PATTERN} characters`);
  const text = new PatternText(source);
  if (text.isOver) return EVERY_LINE;
  if (text.sees('{')) return readJsonPattern(text);
  if (text.sees('[')) return readDelimitedPattern(text);
  return readTermPattern(text);
}

/**
 * Space-delimited patterns such as `[ip, user, ..., status = 4*, bytes > 1000]`. They match the words of a line, where
 * `[…]` and `"…"` are one word each.
 */
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const BARE_VALUE = /[^\s,\]&|"%()]+/y;
const WORD = /\[([^\]]*)\]|"([^"]*)"|(\S+)/g;

/** The condition on a column; undefined if there is none. */
type Column = ValueTest | undefined;

function readDelimitedPattern(text: PatternText): LinePattern {
  text.expect('[');
  const before: Column[] = [];
  let after: Column[] | undefined;
  while (!text.sees(']')) {
    if (text.take('...')) {
      if (after !== undefined) text.fail('only one ellipsis is allowed');
      after = [];
    } else (after ?? before).push(readColumn(text));
    if (!text.take(',') && !text.sees(']')) text.fail('a comma or ] is expected');
  }
  text.expect(']');
  if (!text.isOver) text.fail('unexpected text after the ]');
  return (message) => {
    const words = wordsOf(message);
    const minWords = before.length + (after?.length ?? 0);
    if (words.length < minWords || (after === undefined && words.length !== minWords)) return false;
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

/** Reads a column: a name alone, or conditions on it such as `status = 404 || status = 410`. */
function readColumn(text: PatternText): Column {
  const name = text.match(NAME);
  if (name === undefined) return text.fail('the name of a column is missing');
  if (text.sees(',') || text.sees(']')) return undefined;
  const any: ValueTest[][] = [[readComparison(text, readOperator(text), BARE_VALUE)]];
  for (;;) {
    const isAnd = text.take('&&');
    if (!isAnd && !text.take('||')) break;
    if (text.match(NAME) !== name)
      text.fail(`all conditions of a column must name the same column, here ${name}`);
    const test = readComparison(text, readOperator(text), BARE_VALUE);
    if (isAnd) any.at(-1)?.push(test);
    else any.push([test]);
  }
  return (value) => any.some((all) => all.every((test) => test(value)));
}

/** Terms of lines without structure, such as `ERROR "not found" -timeout ?one ?other %re%`. They are case-sensitive. */
const TERM = /[^\s"%]+/y;
/**
 * "You must enclose terms that contain characters other than alphanumeric and underscore in double quotation marks."
 */
const PLAIN_TERM = /^[\p{L}\p{N}_]+$/u;

function readTermPattern(text: PatternText): LinePattern {
  const required: LinePattern[] = [];
  const optional: LinePattern[] = [];
  const excluded: LinePattern[] = [];
  while (!text.isOver) {
    if (text.take('-')) excluded.push(readTerm(text));
    else if (text.take('?')) optional.push(readTerm(text));
    else required.push(readTerm(text));
  }
  // Optional terms are tested only if there are no other terms, because AWS ignores them otherwise.
  if (required.length + excluded.length === 0) return (message) => optional.some((test) => test(message));
  return (message) => required.every((test) => test(message)) && !excluded.some((test) => test(message));
}

function readTerm(text: PatternText): LinePattern {
  const regex = text.regex();
  if (regex !== undefined) return (message) => regex.test(message);
  const quoted = text.quoted();
  // "To match everything in your log events, use … double quotation marks with a space between them."
  if (quoted?.trim() === '') return EVERY_LINE;
  const term = quoted ?? text.match(TERM);
  if (term === undefined) return text.fail('a term is missing');
  if (quoted === undefined && !PLAIN_TERM.test(term)) throw new InvalidTerm(term);
  return (message) => message.includes(term);
}
