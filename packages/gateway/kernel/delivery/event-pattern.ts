/**
 * Event patterns of EventBridge and filters of event source mappings (docs/aws §18.5). A pattern is a tree in the
 * event's shape, and its leaves list the tests of a value.
 */
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';
import { compileValueTest, isScalar, PatternError, type Scalar } from './value-match.ts';
import type { ValueTest } from './value-match.ts';

export type EventTest = (event: unknown) => boolean;

/**
 * The maximum nesting depth of a pattern. AWS limits only the length: "You can use event patterns with up to 2048
 * characters" by default. Longer patterns under a raised quota do not need more levels either.
 */
const MAX_DEPTH = 50;

/**
 * Compiles an event pattern.
 * @throws PatternError if the pattern is invalid
 */
export function compileEventPattern(pattern: unknown, depth = 0): EventTest {
  if (!isJsonObject(pattern)) throw new PatternError('an event pattern must be an object');
  if (depth > MAX_DEPTH) throw new PatternError(`an event pattern must not be deeper than ${MAX_DEPTH}`);
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new PatternError('an event pattern must contain a field');
  const tests = entries.map(([name, rules]): EventTest => {
    if (name === '$or' && Array.isArray(rules)) {
      const choices = rules.map((choice: unknown) => compileEventPattern(choice, depth + 1));
      if (choices.length === 0) throw new PatternError('"$or" must contain a pattern');
      return (event) => choices.some((choice) => choice(event));
    }
    const test = compileField(name, rules, depth);
    return (event) => test(memberOf(event, name));
  });
  return (event) => tests.every((test) => test(event));
}

function compileField(name: string, rules: unknown, depth: number): EventTest {
  if (!Array.isArray(rules)) {
    if (!isJsonObject(rules)) throw new PatternError(`"${name}" must be a list of rules or an object`);
    const nested = compileEventPattern(rules, depth + 1);
    // If the value is a list of objects, a field matches if it matches in one of the objects.
    return (value) =>
      Array.isArray(value) ? value.some((element) => nested(element)) : nested(value ?? undefined);
  }
  if (rules.length === 0) throw new PatternError(`"${name}" must contain a rule`);
  const tests = rules.map((rule: unknown) => compileValueTest(rule));
  return (value) => matchesLeaf(value, tests, rules);
}

/**
 * Whether a value matches one of the tests. A list matches if one of its values matches. An object counts as an
 * existing value, so only the test for existence can match it.
 */
function matchesLeaf(value: unknown, tests: readonly ValueTest[], rules: readonly unknown[]): boolean {
  if (isJsonObject(value)) return rules.some((rule) => isJsonObject(rule) && rule['exists'] === true);
  const values: readonly (Scalar | undefined)[] = Array.isArray(value)
    ? value.filter((element) => isScalar(element))
    : [isScalar(value) ? value : undefined];
  const all = values.length === 0 ? [undefined] : values;
  return tests.some((test) => all.some((each) => test(each)));
}

export function compileFilters(criteria: unknown): EventTest | undefined {
  const filters = isJsonObject(criteria) ? criteria['Filters'] : undefined;
  if (!Array.isArray(filters) || filters.length === 0) return undefined;
  const tests = filters.map((filter: unknown) => {
    const pattern = isJsonObject(filter) ? filter['Pattern'] : undefined;
    return compilePattern(pattern);
  });
  return (event) => tests.some((test) => test(event));
}

/**
 * Compiles a pattern, which is an object or JSON text.
 * @throws PatternError if the pattern is invalid
 */
export function compilePattern(pattern: unknown): EventTest {
  return compileEventPattern(typeof pattern === 'string' ? parse(pattern) : pattern);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PatternError('the pattern is not JSON');
  }
}
