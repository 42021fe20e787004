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

/** A pattern, and what it extracts from a line that it matches. Only a space-delimited pattern extracts values. */
type ExtractingPattern = {
  readonly matches: LinePattern;
  readonly extract: (message: string) => Readonly<Record<string, string>>;
};

/**
 * Compiles a filter pattern.
 * @throws InvalidPattern if the pattern is invalid; the message contains the reason
 */
export function readLinePattern(source: string): LinePattern {
  return readExtractingPattern(source).matches;
}

/**
 * Compiles a filter pattern together with what it extracts.
 * @throws InvalidPattern if the pattern is invalid; the message contains the reason
 */
export function readExtractingPattern(source: string): ExtractingPattern {
  if (source.length > MAX_PATTERN)
    throw new InvalidPattern(`the pattern is longer than ${MAX_PATTERN} characters`);
  const text = new PatternText(source);
  if (text.sees('[')) return readDelimitedPattern(text);
  return { matches: readUndelimited(text), extract: () => ({}) };
}

function readUndelimited(text: PatternText): LinePattern {
  if (text.isOver) return EVERY_LINE;
  return text.sees('{') ? readJsonPattern(text) : readTermPattern(text);
}

/**
 * Space-delimited patterns such as `[ip, user, ..., status = 4*, bytes > 1000]`. They match the words of a line, where
 * `[…]` and `"…"` are one word each.
 */
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const BARE_VALUE = /[^\s,\]&|"%()]+/y;
const WORD = /\[([^\]]*)\]|"([^"]*)"|(\S+)/g;

type Column = {
  /** `name` is undefined for a column without a name, which is written as a comma only. */
  readonly name: string | undefined;
  /** The condition on the column; undefined if there is none. */
  readonly test: ValueTest | undefined;
};

const UNNAMED: Column = { name: undefined, test: undefined };

function readDelimitedPattern(text: PatternText): ExtractingPattern {
  const { before, after } = readColumns(text);
  const columnsOf = (words: readonly string[]): readonly Column[] => {
    if (after === undefined) return before;
    const between = Math.max(0, words.length - before.length - after.length);
    return [...before, ...Array.from({ length: between }, () => UNNAMED), ...after];
  };
  return {
    matches(message) {
      const words = wordsOf(message);
      const columns = columnsOf(words);
      return (
        columns.length === words.length &&
        columns.every(({ test }, index) => test === undefined || test(words[index]))
      );
    },
    extract(message) {
      const words = wordsOf(message);
      const columns = columnsOf(words);
      return Object.fromEntries(words.map((word, index) => [`$${columns[index]?.name ?? index + 1}`, word]));
    },
  };
}

/** Returns the columns before and after the ellipsis. Without an ellipsis, `after` is undefined. */
function readColumns(text: PatternText): {
  readonly before: readonly Column[];
  readonly after: readonly Column[] | undefined;
} {
  text.expect('[');
  const before: Column[] = [];
  // A pattern without columns matches every line.
  let after: Column[] | undefined = text.sees(']') ? [] : undefined;
  while (!text.sees(']')) {
    if (text.take('...')) {
      if (after !== undefined) text.fail('only one ellipsis is allowed');
      after = [];
    } else (after ?? before).push(readColumn(text));
    const hasMore = text.take(',');
    if (!hasMore && !text.sees(']')) text.fail('a comma or ] is expected');
    // A comma before the bracket stands for one more column.
    if (hasMore && text.sees(']')) (after ?? before).push(UNNAMED);
  }
  text.expect(']');
  if (!text.isOver) text.fail('there is text after the ]');
  return { before, after };
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
  if (text.sees(',') || text.sees(']')) return { name, test: undefined };
  const any: ValueTest[][] = [[readComparison(text, readOperator(text), BARE_VALUE)]];
  for (;;) {
    const isAnd = text.take('&&');
    if (!isAnd && !text.take('||')) break;
    if (text.match(NAME) !== name) text.fail(`every condition of the column ${name} must name this column`);
    const test = readComparison(text, readOperator(text), BARE_VALUE);
    if (isAnd) any.at(-1)?.push(test);
    else any.push([test]);
  }
  return { name, test: (value) => any.some((all) => all.every((test) => test(value))) };
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
