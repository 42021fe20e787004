import { areEqual } from './java/equality.ts';
import { calculate, compareNumbers, type MathOperator, parseInteger, toInt } from './java/numbers.ts';
import { printValue } from './java/printing.ts';
import {
  isJavaNumber,
  JavaDouble,
  JavaList,
  JavaMap,
  JavaMapView,
  type JavaValue,
  RenderedBlock,
} from './java/values.ts';
import { TemplateError } from './java/template-error.ts';
import type { BinaryOperator, Expression } from './ast.ts';
import { type CompiledReference, compileReference } from './reference.ts';
import type { Condition, Evaluator, Renderer, RenderState, Variables } from './runtime.ts';
import { spanLiteral, type Token } from './tokens.ts';

/** Compiles a double-quoted string, which is a template itself. */
type CompileText = (source: string, place: Token) => Renderer;

/**
 * A compiled expression, both as a value and as a condition. The two can differ. For example, the value 5 is not true
 * as a condition.
 */
export type CompiledExpression = {
  readonly evaluate: Evaluator;
  readonly holds: Condition;
  /** The reference, if the expression consists of only a reference. */
  readonly reference?: CompiledReference;
};

/** Returns the condition of a number, a string, arithmetic, a range, a list or a map: false, so `#if(5)` is false. */
const never: Condition = () => false;

/** Compiles an expression. Its operands are compiled first. */
export function compileExpression(expression: Expression, compileText: CompileText): CompiledExpression {
  const valueOf = (inner: Expression) => compileExpression(inner, compileText).evaluate;
  switch (expression.kind) {
    case 'reference': {
      const reference = compileReference(expression, valueOf);
      return { evaluate: reference.evaluate, holds: isTrue(reference.evaluate), reference };
    }
    case 'group':
      return compileExpression(expression.inner, compileText);
    case 'true':
    case 'false':
      return fromCondition(() => expression.kind === 'true');
    case 'not': {
      const { holds } = compileExpression(expression.operand, compileText);
      return fromCondition((state, variables) => !holds(state, variables));
    }
    case 'binary':
      return compileBinary(expression, compileText);
    case 'string':
      return { evaluate: compileString(expression.first, compileText), holds: never };
    case 'range':
      return { evaluate: compileRange(valueOf(expression.from), valueOf(expression.to)), holds: never };
    case 'list':
      return { evaluate: compileList(expression.items.map(valueOf)), holds: never };
    case 'map':
      return {
        evaluate: compileMap(expression.entries.map(([key, value]) => [valueOf(key), valueOf(value)])),
        holds: never,
      };
    case 'word':
      return { evaluate: () => null, holds: never };
    case 'integer':
    case 'float': {
      const value = parseNumber(expression.first);
      return { evaluate: () => value, holds: never };
    }
  }
}

/**
 * Parses a number. If `#` or `$` stands directly before a number, the token includes this character, so it is not a
 * number.
 */
function parseNumber(token: Token): JavaValue {
  if (!/^-?[\d.]/.test(token.image)) throw new TemplateError('TEMPLATE_SYNTAX', 'expected a number', token);
  return token.kind === 'integer' ? parseInteger(token.image) : new JavaDouble(Number(token.image));
}

function fromCondition(holds: Condition): CompiledExpression {
  return { evaluate: holds, holds };
}

/** Returns the condition of a reference. A reference is true unless it is null or false. */
function isTrue(evaluate: Evaluator): Condition {
  return (state, variables) => {
    const value = evaluate(state, variables);
    if (value instanceof RenderedBlock) return value.toText() !== null;
    return value !== null && value !== false;
  };
}

function compileBinary(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  compileText: CompileText,
): CompiledExpression {
  const a = compileExpression(left, compileText);
  const b = compileExpression(right, compileText);
  switch (operator) {
    case 'and':
      return fromCondition((state, variables) => a.holds(state, variables) && b.holds(state, variables));
    case 'or':
      return fromCondition((state, variables) => a.holds(state, variables) || b.holds(state, variables));
    case 'eq':
      return fromCondition(comparing(a.evaluate, b.evaluate, isSame));
    case 'ne':
      return fromCondition(comparing(a.evaluate, b.evaluate, (x, y, state) => !isSame(x, y, state)));
    case 'lt':
    case 'gt':
    case 'le':
    case 'ge':
      return fromCondition(comparing(a.evaluate, b.evaluate, ORDERS[operator]));
    default:
      return { evaluate: compileMath(operator, a.evaluate, b.evaluate, left, right), holds: never };
  }
}

type Comparison = (left: JavaValue, right: JavaValue, state: RenderState) => boolean;

function comparing(left: Evaluator, right: Evaluator, compare: Comparison): Condition {
  return (state, variables) => compare(left(state, variables), right(state, variables), state);
}

/** Returns a comparison such as `<`. Only numbers can be ordered, so it is false for all other values. */
function ordered(holds: (difference: number) => boolean): Comparison {
  return (left, right) => {
    if (left === null || right === null || !isJavaNumber(left) || !isJavaNumber(right)) return false;
    return holds(compareNumbers(left, right));
  };
}

const ORDERS: Readonly<Record<Extract<BinaryOperator, 'lt' | 'gt' | 'le' | 'ge'>, Comparison>> = {
  lt: ordered((difference) => difference < 0),
  gt: ordered((difference) => difference > 0),
  le: ordered((difference) => difference <= 0),
  ge: ordered((difference) => difference >= 0),
};

/**
 * Whether two values are equal. Numbers are compared by value, values of the same class by `equals`, and all other
 * values by their texts.
 */
function isSame(left: JavaValue, right: JavaValue, state: RenderState): boolean {
  if (left === null || right === null) return left === right;
  if (isJavaNumber(left) && isJavaNumber(right)) return compareNumbers(left, right) === 0;
  if (areOfOneClass(left, right)) return areEqual(left, right, state.budget);
  return printValue(left, state.budget) === printValue(right, state.budget);
}

function areOfOneClass(left: JavaValue, right: JavaValue): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return typeof left === typeof right;
  if (left instanceof JavaList && right instanceof JavaList)
    return (left.kind === 'array') === (right.kind === 'array');
  if (left instanceof JavaMapView && right instanceof JavaMapView) return left.shows === right.shows;
  return left?.constructor === right?.constructor;
}

function compileMath(
  operator: MathOperator,
  left: Evaluator,
  right: Evaluator,
  leftNode: Expression,
  rightNode: Expression,
): Evaluator {
  const leftText = spanLiteral(leftNode) ?? '';
  const rightText = spanLiteral(rightNode) ?? '';
  return (state, variables) => {
    const a = left(state, variables);
    const b = right(state, variables);
    if (operator === 'plus' && (typeof a === 'string' || typeof b === 'string')) {
      // In a concatenation, a missing value is printed as its source text.
      const text = printOr(a, leftText, state) + printOr(b, rightText, state);
      state.budget.checkLength(text.length);
      state.budget.spendChars(text.length);
      return text;
    }
    if (a === null || b === null || !isJavaNumber(a) || !isJavaNumber(b)) return null;
    return calculate(operator, a, b);
  };
}

function printOr(value: JavaValue, literal: string, state: RenderState): string {
  return value === null ? literal : printValue(value, state.budget);
}

function compileRange(from: Evaluator, to: Evaluator): Evaluator {
  return (state, variables) => {
    const [first, last] = [from(state, variables), to(state, variables)];
    if (first === null || last === null || !isJavaNumber(first) || !isJavaNumber(last)) return null;
    const start = toInt(first);
    const end = toInt(last);
    const count = Math.abs(end - start) + 1;
    state.budget.spend(count);
    const step = start >= end ? -1 : 1;
    return new JavaList(Array.from({ length: count }, (_, at) => start + at * step));
  };
}

function compileList(items: readonly Evaluator[]): Evaluator {
  return (state, variables) => new JavaList(items.map((item) => item(state, variables)));
}

function compileMap(entries: readonly (readonly [Evaluator, Evaluator])[]): Evaluator {
  return (state, variables) => {
    const map = new JavaMap();
    for (const [key, value] of entries) map.put(key(state, variables), value(state, variables));
    return map;
  };
}

/**
 * Compiles a string. A single-quoted string is literal, and a double-quoted string is a template. In both, a doubled
 * quote represents one quote.
 */
function compileString(token: Token, compileText: CompileText): Evaluator {
  const quote = token.image.charAt(0);
  const inner = token.image.slice(1, -1);
  const text = (quote === '"' ? unescapeUnicode(inner, token) : inner).replaceAll(quote + quote, quote);
  if (quote === "'" || !/[$#]/.test(inner)) return () => text;
  // The added space ends a trailing `$` or `#` and is removed again. No space is added if the text has a comment,
  // because the comment would include the space.
  const hasComment = text.includes('##');
  const render = compileText(hasComment ? text : `${text} `, token);
  return (state: RenderState, variables: Variables) => {
    const result = state.capture(() => render(state, variables));
    return hasComment ? result : result.slice(0, -1);
  };
}

function unescapeUnicode(text: string, token: Token): string {
  return text.replace(/\\u(.{0,4})/gs, (_, hex: string) => {
    if (/^[\da-fA-F]{4}$/.test(hex)) return String.fromCharCode(Number.parseInt(hex, 16));
    throw new TemplateError('TEMPLATE_SYNTAX', 'expected four hex digits after "\\u" in a string', token);
  });
}
