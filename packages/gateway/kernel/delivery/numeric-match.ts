/** The operator `numeric` of event patterns: a number, a bound or a range (docs/aws §18.5). */
import { AT_END, readingMember, refusePattern, stopAt } from './pattern-error.ts';

type Comparison = (value: number, bound: number) => boolean;

const LOWER: ReadonlyMap<string, Comparison> = new Map([
  ['>=', (value: number, bound: number) => value >= bound],
  ['>', (value: number, bound: number) => value > bound],
]);
const UPPER: ReadonlyMap<string, Comparison> = new Map([
  ['<=', (value: number, bound: number) => value <= bound],
  ['<', (value: number, bound: number) => value < bound],
]);

/**
 * Compiles a numeric test such as `["<", 10]` or `[">", 0, "<=", 5]`. A range begins with its lower bound.
 * @throws PatternError with the words of AWS's engine
 */
export function compileNumeric(operand: unknown): (value: unknown) => boolean {
  if (!Array.isArray(operand)) return refusePattern('Value of numeric must be an array.');
  const [operator, bound, ...rest] = operand as readonly unknown[];
  if (typeof operator !== 'string')
    return refusePattern(`Invalid member in numeric match: ${printMember(operand, 0)}`, stopAt(operand, 0));
  const lower = LOWER.get(operator);
  const compare = operator === '=' ? Object.is : (lower ?? UPPER.get(operator));
  if (compare === undefined)
    return refusePattern(`Unrecognized numeric range operator: ${operator}`, stopAt(operand, 1));
  if (typeof bound !== 'number')
    return refusePattern(
      `Value of ${operator === '=' ? 'equals' : operator} must be numeric`,
      stopAt(operand, 1),
    );
  if (rest.length === 0) return (value) => typeof value === 'number' && compare(value, bound);
  if (lower === undefined)
    return refusePattern('Too many elements in numeric expression', stopAt(operand, 2));
  return compileRange(operand, lower, bound);
}

function compileRange(
  operand: readonly unknown[],
  lower: Comparison,
  bottom: number,
): (value: unknown) => boolean {
  const [, , operator, top, ...more] = operand;
  if (typeof operator !== 'string')
    return refusePattern(`Bad value in numeric range: ${printMember(operand, 2)}`, stopAt(operand, 2));
  const upper = UPPER.get(operator);
  if (upper === undefined)
    return readingMember(2, () => refusePattern(`Bad numeric range operator: ${operator}`, AT_END));
  if (typeof top !== 'number')
    return refusePattern(`Value of ${operator} must be numeric`, stopAt(operand, 3));
  if (more.length > 0) return refusePattern('Too many terms in numeric range expression', stopAt(operand, 4));
  if (bottom >= top) return refusePattern('Bottom must be less than top', AT_END);
  return (value) => typeof value === 'number' && lower(value, bottom) && upper(value, top);
}

/** The engine's message contains the token that it found: the end of the list, or the opening bracket of a value. */
function printMember(operand: readonly unknown[], index: number): string {
  if (index >= operand.length) return ']';
  const member = operand[index];
  if (Array.isArray(member)) return '[';
  return typeof member === 'object' && member !== null ? '{' : String(member);
}
