/** Computes values of metric math: numbers, time series and lists of time series. */
import { ExpressionError, NotComputed } from './expression.ts';
import { FUNCTIONS, NOT_COMPUTED } from './functions.ts';
import { mapPoints, NO_LABEL } from './value.ts';
import type { BinaryOperator, Expression } from './expression.ts';
import type { Grid, Series, Value } from './value.ts';

/** The values that an expression refers to. */
type Surroundings = {
  readonly grid: Grid;
  /**
   * Returns the value of the query with this id.
   * @throws ExpressionError if no query has this id
   */
  readonly valueOf: (id: string) => Value;
  /** The series of all metric queries with their ids, for `METRICS()`. */
  readonly metrics: () => readonly (readonly [id: string, series: Series])[];
};

/**
 * Computes the value of an expression.
 * @throws ExpressionError if it cannot be computed
 */
export function compute(expression: Expression, around: Surroundings): Value {
  switch (expression.kind) {
    case 'number':
      return { kind: 'number', value: expression.value };
    case 'text':
      return expression;
    case 'name':
      return /^[a-z]/.test(expression.name)
        ? around.valueOf(expression.name)
        : { kind: 'text', value: expression.name };
    case 'list':
      return { kind: 'list', items: expression.items.flatMap((item) => seriesIn(compute(item, around))) };
    case 'unary':
      return apply1(expression.operator, compute(expression.operand, around));
    case 'binary':
      return apply2(expression.operator, compute(expression.left, around), compute(expression.right, around));
    case 'call':
      return call(expression, around);
  }
}

function call({ name, args }: Extract<Expression, { kind: 'call' }>, around: Surroundings): Value {
  const { grid, metrics } = around;
  if (name === 'METRICS') {
    const [filter] = args;
    const part = filter?.kind === 'text' ? filter.value : '';
    return { kind: 'list', items: metrics().flatMap(([id, one]) => (id.includes(part) ? [one] : [])) };
  }
  const run = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (run === undefined)
    throw NOT_COMPUTED.has(name)
      ? new NotComputed(`uses ${name}, which the gateway does not support`)
      : new ExpressionError(`uses ${name}, an unknown function`);
  return run(
    args.map((arg) => compute(arg, around)),
    grid,
  );
}

function seriesIn(value: Value): readonly Series[] {
  if (value.kind === 'list') return value.items;
  if (value.kind === 'series') return [value];
  throw new ExpressionError('has a list with an item that is not a time series');
}

function apply1(operator: '-' | '!', operand: Value): Value {
  const run = operator === '-' ? (value: number) => -value : (value: number) => (value === 0 ? 1 : 0);
  if (operand.kind === 'number') return { kind: 'number', value: run(operand.value) };
  if (operand.kind === 'series') return mapPoints(operand, run);
  if (operand.kind === 'list')
    return { kind: 'list', items: operand.items.map((one) => mapPoints(one, run)) };
  throw new ExpressionError(`applies "${operator}" to a string`);
}

const flag = (isTrue: boolean): number => (isTrue ? 1 : 0);

const OPERATORS: Readonly<Record<BinaryOperator, (left: number, right: number) => number>> = {
  '||': (left, right) => flag(left !== 0 || right !== 0),
  '&&': (left, right) => flag(left !== 0 && right !== 0),
  '==': (left, right) => flag(left === right),
  '!=': (left, right) => flag(left !== right),
  '<': (left, right) => flag(left < right),
  '<=': (left, right) => flag(left <= right),
  '>': (left, right) => flag(left > right),
  '>=': (left, right) => flag(left >= right),
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
};

/**
 * Applies an operator. If both values are series, the result has a point at each time at which both have a point. A
 * division by zero gives no point.
 */
function apply2(operator: BinaryOperator, left: Value, right: Value): Value {
  const run = OPERATORS[operator];
  if (left.kind === 'number' && right.kind === 'number')
    return { kind: 'number', value: run(left.value, right.value) };
  if (left.kind === 'list' && right.kind !== 'list')
    return { kind: 'list', items: left.items.flatMap((one) => seriesIn(apply2(operator, one, right))) };
  if (right.kind === 'list' && left.kind !== 'list')
    return { kind: 'list', items: right.items.flatMap((one) => seriesIn(apply2(operator, left, one))) };
  if (left.kind === 'series' && right.kind === 'number')
    return mapPoints(left, (value) => run(value, right.value));
  if (left.kind === 'number' && right.kind === 'series')
    return mapPoints(right, (value) => run(left.value, value));
  if (left.kind === 'series' && right.kind === 'series')
    return mapPoints({ ...left, label: NO_LABEL }, (value, at) => {
      const other = right.points.get(at);
      return other === undefined ? undefined : run(value, other);
    });
  throw new ExpressionError(`applies "${operator}" to two lists, or to a string`);
}
