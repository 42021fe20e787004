/**
 * Tests of one value of an event. These are the operators of EventBridge's event patterns, which Lambda's filters and
 * SNS's filter policies share (docs/aws §18.5).
 */
import { compilePieces } from '@gatewright/aws/glob';
import { isJsonObject } from '@gatewright/aws/json-object';
import { isWithin, onlyAddress, parseCallerAddress, parseIpBlock } from '@gatewright/aws/ip-address';
import { DefinitionError } from '../../core/errors.ts';

export type Scalar = string | number | boolean | null;
/** Tests a value. The value is undefined if the event does not contain it. */
export type ValueTest = (value: Scalar | undefined) => boolean;

/** An error in a pattern. The code that reads the template adds file and line. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly code = 'EVENT_PATTERN';
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/**
 * Compiles one test of a value.
 * @throws PatternError if the test is invalid
 */
export function compileValueTest(rule: unknown): ValueTest {
  if (isScalar(rule)) return (value) => value === rule;
  const [name, operand] = onlyEntry(rule);
  switch (name) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new PatternError('"exists" must be true or false');
      return (value) => (value !== undefined) === operand;
    case 'prefix':
    case 'suffix':
      return endsTest(name, operand);
    case 'equals-ignore-case': {
      const lower = requireText(name, operand).toLowerCase();
      return (value) => typeof value === 'string' && value.toLowerCase() === lower;
    }
    case 'wildcard':
      return wildcardTest(requireText(name, operand));
    case 'numeric':
      return numericTest(operand);
    case 'cidr':
      return cidrTest(requireText(name, operand));
    case 'anything-but':
      return anythingBut(operand);
    default:
      throw new PatternError(`"${name}" is not an operator of event patterns`);
  }
}

function onlyEntry(rule: unknown): readonly [name: string, operand: unknown] {
  const entries = isJsonObject(rule) ? Object.entries(rule) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1)
    throw new PatternError(
      'a rule must be a string, a number, true, false, null or an object with one operator',
    );
  return entry;
}

function requireText(name: string, operand: unknown): string {
  if (typeof operand !== 'string') throw new PatternError(`"${name}" must be a string`);
  return operand;
}

function endsTest(name: 'prefix' | 'suffix', operand: unknown): ValueTest {
  const ignored = isJsonObject(operand) ? operand['equals-ignore-case'] : undefined;
  const wanted = requireText(name, ignored ?? operand);
  const fold = (text: string): string => (ignored === undefined ? text : text.toLowerCase());
  const end = fold(wanted);
  return (value) =>
    typeof value === 'string' &&
    (name === 'prefix' ? fold(value).startsWith(end) : fold(value).endsWith(end));
}

/** Compiles a `wildcard` test. `*` matches any characters, and `\*` matches an asterisk. */
function wildcardTest(pattern: string): ValueTest {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    const next = pattern[at + 1];
    if (character === '\\' && (next === '*' || next === '\\')) {
      part += next;
      at += 1;
    } else if (character === '*') {
      parts.push(part);
      part = '';
    } else part += character;
  }
  parts.push(part);
  const matches = compilePieces(parts);
  return (value) => typeof value === 'string' && matches(value);
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** Compiles a numeric test such as `["<", 10]` or `[">", 0, "<=", 5]`. */
function numericTest(operand: unknown): ValueTest {
  const list = Array.isArray(operand) ? (operand as readonly unknown[]) : [];
  if (list.length !== 2 && list.length !== 4)
    throw new PatternError('"numeric" must be a list like [">", 0] or [">", 0, "<=", 5]');
  const tests = Array.from({ length: list.length / 2 }, (_unused, index) => {
    const [operator, bound] = [list[2 * index], list[2 * index + 1]];
    const compare =
      typeof operator === 'string' && Object.hasOwn(COMPARISONS, operator)
        ? COMPARISONS[operator]
        : undefined;
    if (compare === undefined || typeof bound !== 'number')
      throw new PatternError('"numeric" must contain =, <, <=, > or >=, each with a number');
    return (value: number) => compare(value, bound);
  });
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function cidrTest(range: string): ValueTest {
  const block = range.includes('/') ? parseIpBlock(range) : undefined;
  if (block === undefined) throw new PatternError(`"${range}" is not a range of addresses`);
  return (value) => {
    const address = typeof value === 'string' ? parseCallerAddress(value) : undefined;
    return address !== undefined && isWithin(onlyAddress(address), block);
  };
}

/** Compiles an `anything-but` test. It matches a value that is present and not in the list. */
function anythingBut(operand: unknown): ValueTest {
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw new PatternError('"anything-but" must contain a value');
  const tests = list.flatMap((rule) => {
    if (!isJsonObject(rule)) return [compileValueTest(rule)];
    const [name, inner] = onlyEntry(rule);
    if (!['prefix', 'suffix', 'wildcard', 'equals-ignore-case'].includes(name))
      throw new PatternError(`"anything-but" does not support "${name}"`);
    const values: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
    return values.map((value) => compileValueTest({ [name]: value }));
  });
  return (value) => value !== undefined && !tests.some((test) => test(value));
}

/**
 * Compiles a pattern that a template contains. @throws DefinitionError with the template's place instead of a
 * PatternError
 */
export function atPlace<T>(place: ConstructorParameters<typeof DefinitionError>[0], compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof PatternError) throw new DefinitionError(place, error.message);
    throw error;
  }
}
