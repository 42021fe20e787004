/** Comparisons that JSON and space-delimited patterns share. */
import { compilePieces } from '@gatewright/aws/glob';
import type { PatternText } from './pattern-text.ts';

/** Tests a value, which is undefined if the event has no such value. */
export type ValueTest = (value: unknown) => boolean;

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';

const OPERATORS: readonly Operator[] = ['!=', '<=', '>=', '=', '<', '>'];
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

export function readOperator(text: PatternText): Operator {
  return OPERATORS.find((operator) => text.take(operator)) ?? text.fail('an operator is missing');
}

/**
 * Reads the value after a comparison operator and returns the test.
 * @param word the form of values without quotes
 */
export function readComparison(text: PatternText, operator: Operator, word: RegExp): ValueTest {
  const isEquality = operator === '=' || operator === '!=';
  const regex = text.regex();
  if (regex !== undefined) {
    if (!isEquality) return text.fail('a regex can be compared only with = and !=');
    return negated(operator, (value) => regex.test(printOperand(value)));
  }
  const quoted = text.quoted();
  const operand = quoted ?? text.match(word);
  if (operand === undefined) return text.fail('a value is missing');
  if (quoted === undefined && NUMBER.test(operand)) return compareNumbers(operator, Number(operand));
  if (!isEquality) return text.fail(`${operator} compares numbers, but ${operand} is not a number`);
  const matches = compilePieces(operand.split('*'));
  return negated(operator, (value) => matches(printOperand(value)));
}

/** Applies the operator `=` or `!=` to a test. An absent value matches neither operator. */
function negated(operator: Operator, test: ValueTest): ValueTest {
  return (value) => value !== undefined && test(value) === (operator === '=');
}

function compareNumbers(operator: Operator, operand: number): ValueTest {
  return (value) => {
    if (value === undefined) return false;
    const text = printOperand(value);
    const number = NUMBER.test(text) ? Number(text) : NaN;
    switch (operator) {
      case '=':
        return number === operand;
      case '!=':
        return number !== operand;
      case '<':
        return number < operand;
      case '<=':
        return number <= operand;
      case '>':
        return number > operand;
      case '>=':
        return number >= operand;
    }
  };
}

function printOperand(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
