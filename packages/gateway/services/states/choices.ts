/**
 * The rules of a Choice state.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
 */
import { asList, isJsonList, membersOf, textOf } from '@gatewright/aws/json-object';
import { compilePieces } from '@gatewright/aws/glob';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { readPath } from './paths.ts';
import type { Scope } from './paths.ts';
import { RuntimeFailure } from './state-failure.ts';

type Compare = (order: number) => boolean;

const COMPARISONS: Readonly<Record<string, Compare>> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  GreaterThan: (order) => order > 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThanEquals: (order) => order >= 0,
};

/** RFC 3339, as the Amazon States Language requires it: with an upper-case T, and with an offset. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/;

export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value !== 'string' || !TIMESTAMP.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

/** Tests for the type of a value; their argument says which result is expected. */
const TYPE_TESTS: Readonly<Record<string, (value: Json | undefined) => boolean>> = {
  IsPresent: (value) => value !== undefined,
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: (value) => typeof value === 'number',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => parseTimestamp(value) !== undefined,
};

const OPERATOR =
  /^(?:(?:String|Numeric|Timestamp)(?:Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(?:Path)?|BooleanEquals(?:Path)?|StringMatches|Is(?:Present|Null|String|Numeric|Boolean|Timestamp))$/;
const NO_OPERATORS: ReadonlySet<string> = new Set(['Variable', 'Next', 'Comment', 'Assign']);

/**
 * Returns the first member of the rule, or of a rule within it, that is not an operator; undefined if all members are
 * operators.
 */
export function findUnknownOperator(rule: Json): string | undefined {
  const { And: all, Or: any, Not: not, ...others } = membersOf(rule);
  const own = Object.keys(others).find((name) => !NO_OPERATORS.has(name) && !OPERATOR.test(name));
  if (own !== undefined) return own;
  const inner = [...asList(all), ...asList(any), ...(not === undefined ? [] : [not])];
  return inner.map(findUnknownOperator).find((one) => one !== undefined);
}

/** Returns whether the rule applies. */
function matches(rule: JsonObject, scope: Scope): boolean {
  const { And: all, Or: any, Not: not } = rule;
  if (isJsonList(all)) return all.every((one) => matches(membersOf(one), scope));
  if (isJsonList(any)) return any.some((one) => matches(membersOf(one), scope));
  if (not !== undefined) return !matches(membersOf(not), scope);
  const variable = textOf(rule, 'Variable');
  const value = readPath(variable, scope);
  const [operator = '', operand = null] =
    Object.entries(rule).find(([name]) => !NO_OPERATORS.has(name)) ?? [];
  const typeTest = Object.hasOwn(TYPE_TESTS, operator) ? TYPE_TESTS[operator] : undefined;
  if (typeTest !== undefined && (operator === 'IsPresent' || value !== undefined))
    return typeTest(value) === operand;
  if (value === undefined) throw unreadable(variable);
  return compare(operator, value, operandOf(operator, operand, scope));
}

/** Public threads such as https://stackoverflow.com/q/62063616 quote this cause. */
function unreadable(path: string): RuntimeFailure {
  return new RuntimeFailure(
    `Invalid path '${path}': The choice state's condition path references an invalid value.`,
  );
}

function operandOf(operator: string, operand: Json, scope: Scope): Json {
  if (!operator.endsWith('Path') || typeof operand !== 'string') return operand;
  const value = readPath(operand, scope);
  if (value === undefined) throw unreadable(operand);
  return value;
}

function compare(operator: string, value: Json, operand: Json): boolean {
  const [, type = '', name = ''] = /^(String|Numeric|Boolean|Timestamp)(\w+?)(?:Path)?$/.exec(operator) ?? [];
  if (operator === 'StringMatches')
    return typeof value === 'string' && typeof operand === 'string' && likeOf(operand)(value);
  const order = orderOf(type, value, operand);
  return order !== undefined && COMPARISONS[name]?.(order) === true;
}

/** Returns the order of two values; undefined if one of them has another type, so that the rule does not apply. */
function orderOf(type: string, value: Json, operand: Json): number | undefined {
  if (type === 'Boolean')
    return typeof value === 'boolean' && typeof operand === 'boolean'
      ? Number(value) - Number(operand)
      : undefined;
  if (type === 'Timestamp') {
    const [left, right] = [parseTimestamp(value), parseTimestamp(operand)];
    return left === undefined || right === undefined ? undefined : left - right;
  }
  if (type === 'Numeric')
    return typeof value === 'number' && typeof operand === 'number' ? value - operand : undefined;
  if (typeof value !== 'string' || typeof operand !== 'string') return undefined;
  return value < operand ? -1 : Number(value > operand);
}

/** In StringMatches, `*` stands for any characters, and a backslash escapes it. */
function likeOf(pattern: string): (text: string) => boolean {
  const pieces = [''];
  for (const part of pattern.match(/\\[^]|[^]/g) ?? [])
    if (part === '*') pieces.push('');
    else pieces.push(`${pieces.pop() ?? ''}${part.length > 1 ? part.slice(1) : part}`);
  return compilePieces(pieces);
}

/** Returns the name of the next state; undefined if no rule applies and there is no default. */
export function chooseNext(state: JsonObject, scope: Scope): string | undefined {
  const rule = asList(state['Choices']).find((one) => matches(membersOf(one), scope));
  const next = rule === undefined ? textOf(state, 'Default') : textOf(membersOf(rule), 'Next');
  return next === '' ? undefined : next;
}
