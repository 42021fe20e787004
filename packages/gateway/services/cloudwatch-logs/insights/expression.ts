/** Expressions of `fields`, `filter` and `stats` (Logs Insights QL, "Supported operations and functions"). */
import type { QueryText } from './query-text.ts';
import type { Row } from './row.ts';
import { areEqual, compare, numberOf, printValue } from './value.ts';
import type { Value } from './value.ts';

export type Expression = (row: Row) => Value;

const MAX_DEPTH = 50;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
/** A period, as in `bin(5m)` ("Datetime functions"). */
const PERIOD = /(\d{1,6})(ms|mo|s|m|h|d|w|q|y)\b/y;
const PERIOD_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

const RESERVED = new Set(['and', 'as', 'asc', 'by', 'desc', 'in', 'like', 'not', 'or']);

/** Whether a value is true. Comparisons return 1 for true and 0 for false, and only 1 counts as true. */
export function isTrue(value: Value): boolean {
  return value === 1;
}

const truth = (value: boolean): Value => (value ? 1 : 0);

export function readExpression(text: QueryText, depth = 0): Expression {
  if (depth > MAX_DEPTH) return text.fail(`there are more than ${MAX_DEPTH} levels of parentheses`);
  let left = readAnd(text, depth);
  while (text.takeWord('or')) {
    const [one, other] = [left, readAnd(text, depth)];
    left = (row) => truth(isTrue(one(row)) || isTrue(other(row)));
  }
  return left;
}

function readAnd(text: QueryText, depth: number): Expression {
  let left = readNot(text, depth);
  while (text.takeWord('and')) {
    const [one, other] = [left, readNot(text, depth)];
    left = (row) => truth(isTrue(one(row)) && isTrue(other(row)));
  }
  return left;
}

function readNot(text: QueryText, depth: number): Expression {
  if (!text.takeWord('not')) return readComparison(text, depth);
  if (depth > MAX_DEPTH) return text.fail(`there are more than ${MAX_DEPTH} levels of "not"`);
  const test = readNot(text, depth + 1);
  return (row) => truth(!isTrue(test(row)));
}

function readComparison(text: QueryText, depth: number): Expression {
  const left = readSum(text, depth);
  const isNegated = text.takeWord('not');
  if (text.takeWord('like') || (!isNegated && text.take('=~')))
    return negated(isNegated, readLike(text, left));
  if (text.takeWord('in')) return negated(isNegated, readIn(text, left, depth));
  if (isNegated) return text.fail('"like" or "in" is expected');
  const operator = text.match(/!=|<=|>=|=|<|>/y);
  if (operator === undefined) return left;
  const right = readSum(text, depth);
  if (operator === '=') return (row) => truth(areEqual(left(row), right(row)));
  if (operator === '!=') return (row) => truth(!areEqual(left(row), right(row)));
  const holds = HOLDS[operator] ?? (() => false);
  return (row) => {
    const order = compare(left(row), right(row));
    return truth(order !== undefined && holds(order));
  };
}

const HOLDS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function negated(isNegated: boolean, test: Expression): Expression {
  return isNegated ? (row) => truth(!isTrue(test(row))) : test;
}

/**
 * Reads the right side of `like`. The condition is true if the value on the left contains the text on the right. The
 * comparison is case-sensitive.
 */
function readLike(text: QueryText, left: Expression): Expression {
  const regex = text.regex();
  const part = regex === undefined ? text.quoted() : undefined;
  if (regex === undefined && part === undefined) return text.fail('a string or a /regex/ is expected');
  const test = (value: string): boolean => regex?.test(value) ?? value.includes(part ?? '');
  return (row) => {
    const value = left(row);
    return truth(value !== undefined && test(printValue(value)));
  };
}

function readIn(text: QueryText, left: Expression, depth: number): Expression {
  text.expect('[');
  const items: Expression[] = [];
  do items.push(readSum(text, depth + 1));
  while (text.take(','));
  text.expect(']');
  return (row) => {
    const value = left(row);
    return truth(items.some((item) => areEqual(value, item(row))));
  };
}

type Arithmetic = (one: number, other: number) => number;
const SUMS: Readonly<Record<string, Arithmetic>> = { '+': (a, b) => a + b, '-': (a, b) => a - b };
const PRODUCTS: Readonly<Record<string, Arithmetic>> = {
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
const POWERS: Readonly<Record<string, Arithmetic>> = { '^': (a, b) => a ** b };

function readSum(text: QueryText, depth: number): Expression {
  return readChain(text, SUMS, /[+-]/y, () =>
    readChain(text, PRODUCTS, /[*/%]/y, () => readPower(text, depth)),
  );
}

function readPower(text: QueryText, depth: number): Expression {
  return readChain(text, POWERS, /\^/y, () => readOperand(text, depth));
}

function readChain(
  text: QueryText,
  operators: Readonly<Record<string, Arithmetic>>,
  shape: RegExp,
  next: () => Expression,
): Expression {
  let left = next();
  for (let sign = text.match(shape); sign !== undefined; sign = text.match(shape)) {
    const [one, other, calculate] = [left, next(), operators[sign]];
    left = (row) => {
      const [a, b] = [numberOf(one(row)), numberOf(other(row))];
      const result = a === undefined || b === undefined ? undefined : calculate?.(a, b);
      return result !== undefined && Number.isFinite(result) ? result : undefined;
    };
  }
  return left;
}

function readOperand(text: QueryText, depth: number): Expression {
  if (text.take('(')) {
    const inner = readExpression(text, depth + 1);
    text.expect(')');
    return inner;
  }
  if (text.take('-')) {
    if (depth > MAX_DEPTH) return text.fail(`there are more than ${MAX_DEPTH} nested minus signs`);
    const inner = readOperand(text, depth + 1);
    return (row) => {
      const value = numberOf(inner(row));
      return value === undefined ? undefined : -value;
    };
  }
  const constant = text.quoted();
  if (constant !== undefined) return () => constant;
  const number = text.match(NUMBER);
  if (number !== undefined) return () => Number(number);
  const start = text.position;
  const name = text.fieldName();
  const isQuoted = text.textFrom(start).startsWith('`');
  if (name === undefined || (!isQuoted && RESERVED.has(name.toLowerCase())))
    return text.fail('a field or a value is expected', start);
  if (isQuoted || !text.take('(')) return (row) => row.get(name);
  return readCall(text, name, depth);
}

function readCall(text: QueryText, called: string, depth: number): Expression {
  const name = called.toLowerCase();
  if (name === 'bin') return readBin(text);
  if (!hasFunction(name)) return text.fail(`the function ${called} is not supported`);
  const inputs: Expression[] = [];
  if (!text.take(')')) {
    do inputs.push(readExpression(text, depth + 1));
    while (text.take(','));
    text.expect(')');
  }
  return (row) =>
    evaluateFunction(
      name,
      inputs.map((input) => input(row)),
    );
}

/** Reads the argument of `bin(…)`, which is a period. The event's time is rounded down to a multiple of the period. */
function readBin(text: QueryText): Expression {
  const [, count = '', unit = ''] = /^(\d+)([a-z]+)$/.exec(text.match(PERIOD) ?? '') ?? [];
  const unitMs = PERIOD_MS[unit];
  if (unitMs === undefined || Number(count) === 0)
    return text.fail(
      `bin needs a period such as 30s, 5m, 1h, 1d or 1w${unit === '' ? '' : `; ${unit} is not supported`}`,
    );
  text.expect(')');
  const periodMs = Number(count) * unitMs;
  return (row) => {
    const epochMs = numberOf(row.get('@timestamp'));
    return epochMs === undefined ? undefined : { epochMs: Math.floor(epochMs / periodMs) * periodMs };
  };
}

/**
 * Evaluates a function for one row (Logs Insights QL, "General functions", "Numeric operators", "String functions").
 */
type Evaluate = (inputs: readonly Value[]) => Value;

const ofText = (evaluate: (text: string) => Value): Evaluate => {
  return ([value]) => (value === undefined ? undefined : evaluate(printValue(value)));
};
const ofNumber = (evaluate: (number: number) => number): Evaluate => {
  return ([value]) => {
    const number = numberOf(value);
    return number === undefined ? undefined : evaluate(number);
  };
};

const FUNCTIONS: Readonly<Record<string, Evaluate>> = {
  ispresent: ([value]) => (value === undefined ? 0 : 1),
  isempty: ([value]) => (value === undefined || value === '' ? 1 : 0),
  isblank: ([value]) => (value === undefined || printValue(value).trim() === '' ? 1 : 0),
  coalesce: (values) => values.find((value) => value !== undefined),
  strlen: ofText((text) => text.length),
  tolower: ofText((text) => text.toLowerCase()),
  toupper: ofText((text) => text.toUpperCase()),
  trim: ofText((text) => text.trim()),
  concat: (values) => values.map((value) => (value === undefined ? '' : printValue(value))).join(''),
  abs: ofNumber(Math.abs),
  ceil: ofNumber(Math.ceil),
  floor: ofNumber(Math.floor),
};

function hasFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name);
}

function evaluateFunction(name: string, inputs: readonly Value[]): Value {
  return FUNCTIONS[name]?.(inputs);
}
