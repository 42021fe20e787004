/** Patterns for lines that are JSON objects, such as `{ ($.status = 5* || $.error IS TRUE) && $.user.name != "x" }`. */
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { LinePattern, PatternText } from './pattern-text.ts';
import { readComparison, readOperator } from './value-test.ts';
import type { ValueTest } from './value-test.ts';

type JsonTest = (line: unknown) => boolean;

const MAX_DEPTH = 20;
const NAME = /[A-Za-z0-9_-]+/y;
/** A value without quotes: letters, digits, and the characters of numbers and wildcards. */
const BARE_VALUE = /[A-Za-z0-9_.*+-]+/y;
/** A step that selects every element of a list. */
const EVERY = Symbol('*');
type Step = string | number | typeof EVERY;

export function readJsonPattern(text: PatternText): LinePattern {
  text.expect('{');
  const test = readAny(text, 0);
  text.expect('}');
  if (!text.isOver) text.fail('there is text after the }');
  return (message) => {
    const line = parseJsonObject(message);
    return line !== undefined && test(line);
  };
}

function readAny(text: PatternText, depth: number): JsonTest {
  const tests = [readAll(text, depth)];
  while (text.take('||')) tests.push(readAll(text, depth));
  return tests.length === 1 ? (tests[0] ?? never) : (line) => tests.some((test) => test(line));
}

function readAll(text: PatternText, depth: number): JsonTest {
  const tests = [readOne(text, depth)];
  while (text.take('&&')) tests.push(readOne(text, depth));
  return tests.length === 1 ? (tests[0] ?? never) : (line) => tests.every((test) => test(line));
}

const never: JsonTest = () => false;

function readOne(text: PatternText, depth: number): JsonTest {
  if (text.take('(')) {
    if (depth >= MAX_DEPTH) text.fail(`the pattern has more than ${MAX_DEPTH} levels of parentheses`);
    const test = readAny(text, depth + 1);
    text.expect(')');
    return test;
  }
  const steps = readSelector(text);
  const test = readTest(text);
  // If the selector finds several values, at least one of them must match. If it finds none, the value counts as
  // absent.
  return (line) => {
    const found = valuesAt(line, steps, 0);
    return found.length === 0 ? test(undefined) : found.some(test);
  };
}

/** Reads a selector such as `$.a.b[0]`, `$.['a.b'].c` or `$.a[*]`. */
function readSelector(text: PatternText): readonly Step[] {
  text.expect('$');
  const steps: Step[] = [];
  for (;;) {
    const hasDot = text.take('.');
    if (text.take('[')) steps.push(readBracket(text));
    else if (hasDot)
      steps.push(text.take('*') ? EVERY : (text.match(NAME) ?? text.fail('a name is missing')));
    else return steps.length > 0 ? steps : text.fail('$ has no property');
  }
}

function readBracket(text: PatternText): Step {
  const quoted = text.match(/'[^']*'/y)?.slice(1, -1) ?? text.quoted();
  const index = quoted === undefined ? text.match(/\d{1,6}/y) : undefined;
  const step =
    quoted ?? (index === undefined ? undefined : Number(index)) ?? (text.take('*') ? EVERY : undefined);
  text.expect(']');
  return step ?? text.fail('an index is missing');
}

function readTest(text: PatternText): ValueTest {
  if (text.takeWord('IS')) {
    if (text.takeWord('NULL')) return (value) => value === null;
    if (text.takeWord('TRUE')) return (value) => value === true;
    if (text.takeWord('FALSE')) return (value) => value === false;
    return text.fail('IS must be followed by NULL, TRUE or FALSE');
  }
  if (text.takeWord('NOT')) {
    if (text.takeWord('EXISTS')) return (value) => value === undefined;
    return text.fail('NOT must be followed by EXISTS');
  }
  const compare = readComparison(text, readOperator(text), BARE_VALUE);
  return (value) => (typeof value === 'object' ? false : compare(value));
}

function valuesAt(value: unknown, steps: readonly Step[], at: number): readonly unknown[] {
  const step = steps[at];
  if (step === undefined) return [value];
  if (step === EVERY) {
    const members = Array.isArray(value)
      ? (value as readonly unknown[])
      : isJsonObject(value)
        ? Object.values(value)
        : [];
    return members.flatMap((member) => valuesAt(member, steps, at + 1));
  }
  if (typeof step === 'number')
    return Array.isArray(value) && step < value.length ? valuesAt(value[step], steps, at + 1) : [];
  return isJsonObject(value) && Object.hasOwn(value, step) ? valuesAt(value[step], steps, at + 1) : [];
}
