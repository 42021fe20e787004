/**
 * Tests of one value of an event. EventBridge's event patterns, Lambda's filters and SNS's filter
 * policies have these operators (docs/aws §18.5). AWS's open-source rule engine, aws/event-ruler, prints
 * the same error messages, and so do recorded errors of EventBridge and SNS. `lab/tools/event-ruler` compares this code
 * with the engine.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { compileCidr, sameAddress } from './address-match.ts';
import { compileNumeric } from './numeric-match.ts';
import { AT_END, readingMember, refusePattern, stopAt } from './pattern-error.ts';
import { compileWildcard } from './wildcard.ts';

type Scalar = string | number | boolean | null;
/** Tests a value that the event contains. */
export type ValueTest = (value: Scalar) => boolean;

/**
 * The service whose patterns are read. SNS uses an earlier version of the engine with fewer operators. It has no
 * `wildcard`, and `anything-but` accepts only values and a single `prefix` (recorded: LocalStack,
 * test_sns_filter_policy, May 2024; SNS developer guide, "String value matching").
 */
export type Dialect = 'events' | 'sns';

/** The rules of one field. A value must match one of them. */
export type FieldRules = {
  readonly tests: readonly ValueTest[];
  /** Whether `{"exists": false}` is one of the rules. */
  readonly takesAbsence: boolean;
  /** The wildcards, whose complexity is limited. The wildcards of one `anything-but` are in one list. */
  readonly wildcards: readonly (readonly string[])[];
};

export function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/**
 * Compiles the list of rules of one field.
 * @throws PatternError if one of them is invalid
 */
export function compileRules(rules: readonly unknown[], dialect: Dialect): FieldRules {
  const tests: ValueTest[] = [];
  const wildcards: (readonly string[])[] = [];
  let takesAbsence = false;
  for (const [index, rule] of rules.entries()) {
    const test = readingMember(index, () => compileRule(rule, dialect));
    if (isJsonObject(rule) && rule['exists'] === false) takesAbsence = true;
    else tests.push(test);
    const found = wildcardsOf(rule);
    if (found.length > 0) wildcards.push(found);
  }
  if (rules.length === 0) refusePattern('Empty arrays are not allowed', AT_END);
  return { tests, takesAbsence, wildcards };
}

const ONE_KEY = 'Only one key allowed in match expression';
const TOO_MANY_ELEMENTS = 'Too many elements in numeric expression';

/** Refuses the second member of an object that may have only one. */
function refuseMore(more: readonly (readonly [string, unknown])[], object: object, reason: string): void {
  const [second] = more;
  if (second !== undefined) refusePattern(reason, stopAt(object, second[0]));
}

function compileRule(rule: unknown, dialect: Dialect): ValueTest {
  if (isScalar(rule)) return exactly(rule);
  if (!isJsonObject(rule)) return refusePattern('Match value must be String, number, true, false, or null');
  const [entry, ...more] = Object.entries(rule);
  if (entry === undefined) return refusePattern('Match expression name not found', AT_END);
  const [name, operand] = entry;
  const test = readingMember(name, () => compileOperator(name, operand, dialect));
  const isOther = name === 'numeric' || name === 'anything-but';
  refuseMore(more, rule, isOther ? TOO_MANY_ELEMENTS : ONE_KEY);
  return test;
}

function compileOperator(name: string, operand: unknown, dialect: Dialect): ValueTest {
  switch (name) {
    case 'exactly':
      return isValue(requireText('exact', operand));
    case 'prefix':
    case 'suffix':
      return compileEnd(name, operand, dialect);
    case 'equals-ignore-case':
      return ignoringCase(requireText(name, operand));
    case 'numeric':
      return compileNumeric(operand);
    case 'anything-but':
      return compileAnythingBut(operand, dialect);
    case 'exists':
      if (typeof operand !== 'boolean')
        return refusePattern('exists match pattern must be either true or false.');
      return () => operand;
    case 'cidr':
      // In this message, the engine names the wrong operator: recorded by LocalStack, error-condition-bad-type.
      return compileCidr(requireText('prefix', operand));
    case 'wildcard':
      if (dialect === 'events') return compileWildcard(requireText(name, operand));
  }
  return refusePattern(`Unrecognized match type ${name}`);
}

function requireText(name: string, operand: unknown): string {
  return typeof operand === 'string' ? operand : refusePattern(`${name} match pattern must be a string`);
}

function exactly(wanted: Scalar): ValueTest {
  const same = typeof wanted === 'string' ? sameAddress(wanted) : undefined;
  return same ?? isValue(wanted);
}

function isValue(wanted: Scalar): ValueTest {
  return (value) => value === wanted;
}

function compileEnd(name: 'prefix' | 'suffix', operand: unknown, dialect: Dialect): ValueTest {
  if (dialect === 'sns' || !isJsonObject(operand)) return hasEnd(name, requireText(name, operand));
  const [entry, ...more] = Object.entries(operand);
  const label = name === 'prefix' ? 'Prefix' : 'Suffix';
  if (entry === undefined) return refusePattern(`${label} expression name not found`, AT_END);
  const [inner, value] = entry;
  const end = readingMember(inner, () =>
    inner === 'equals-ignore-case'
      ? requireText(inner, value)
      : refusePattern(`Unsupported ${name} pattern: ${inner}`),
  );
  refuseMore(more, operand, ONE_KEY);
  const isSame = ignoringCase(end);
  return (text) =>
    typeof text === 'string' &&
    text.length >= end.length &&
    isSame(name === 'prefix' ? text.slice(0, end.length) : text.slice(text.length - end.length));
}

function hasEnd(name: 'prefix' | 'suffix', end: string): ValueTest {
  return (value) =>
    typeof value === 'string' && (name === 'prefix' ? value.startsWith(end) : value.endsWith(end));
}

/**
 * Returns a test that compares strings character by character. Each character may be the lower or the upper case of
 * the pattern's character.
 */
function ignoringCase(wanted: string): ValueTest {
  const characters = Array.from(wanted, (each) => [each.toLowerCase(), each.toUpperCase()] as const);
  return (value) => {
    if (typeof value !== 'string' || value.length !== wanted.length) return false;
    let at = 0;
    for (const [lower, upper] of characters) {
      const met = value.startsWith(lower, at) ? lower : value.startsWith(upper, at) ? upper : undefined;
      if (met === undefined) return false;
      at += met.length;
    }
    return at === value.length;
  };
}

/** The tests that an object in `anything-but` may contain, with AWS's message if the operand of a test is refused. */
const NESTED = {
  prefix: {
    compile: (text: string) => hasEnd('prefix', text),
    refusal: 'prefix/suffix match pattern must be a string',
  },
  suffix: {
    compile: (text: string) => hasEnd('suffix', text),
    refusal: 'prefix/suffix match pattern must be a string',
  },
  'equals-ignore-case': {
    compile: ignoringCase,
    refusal: 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
  },
  wildcard: { compile: compileWildcard, refusal: 'wildcard match pattern must be a string' },
} as const;

/**
 * Compiles an `anything-but` test. It matches a value that is present and that none of the listed values or tests
 * matches.
 */
function compileAnythingBut(operand: unknown, dialect: Dialect): ValueTest {
  const tests = isJsonObject(operand) ? nestedTests(operand, dialect) : exceptions(operand);
  // An empty list matches nothing in the engine.
  return (value) => tests.length > 0 && !tests.some((test) => test(value));
}

function exceptions(operand: unknown): readonly ValueTest[] {
  if (!Array.isArray(operand) && typeof operand !== 'string' && typeof operand !== 'number')
    refusePattern('Value of anything-but must be an array or single string/number value.');
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const tests = values.map((value, index) =>
    readingMember(
      index,
      () =>
        typeof value === 'string' || typeof value === 'number'
          ? isValue(value)
          : refusePattern('Inside anything but list, start|null|boolean is not supported.'),
      true,
    ),
  );
  if (new Set(values.map((value) => typeof value)).size !== 1)
    refusePattern(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
      AT_END,
    );
  return tests;
}

function nestedTests(operand: Readonly<Record<string, unknown>>, dialect: Dialect): readonly ValueTest[] {
  const [entry, ...more] = Object.entries(operand);
  if (entry === undefined) return refusePattern('Anything-But expression name not found', AT_END);
  const [name, inner] = entry;
  const tests = readingMember(name, () => {
    if (!isNested(name) || (dialect === 'sns' && name !== 'prefix'))
      return refusePattern(`Unsupported anything-but pattern: ${name}`);
    return dialect === 'sns' ? [NESTED[name].compile(requireText(name, inner))] : innerTests(name, inner);
  });
  // In this case, EventBridge's engine uses the message of `numeric`.
  refuseMore(more, operand, dialect === 'sns' ? ONE_KEY : TOO_MANY_ELEMENTS);
  return tests;
}

function innerTests(name: keyof typeof NESTED, inner: unknown): readonly ValueTest[] {
  const { compile, refusal } = NESTED[name];
  const requireInner = (text: unknown): string => {
    if (typeof text !== 'string') return refusePattern(refusal);
    if (text === '' && (name === 'prefix' || name === 'suffix'))
      refusePattern('Null prefix/suffix not allowed', AT_END);
    return text;
  };
  if (typeof inner === 'string' || typeof inner === 'number') return [compile(requireInner(inner))];
  if (!Array.isArray(inner))
    return refusePattern('Value of anything-but must be an array or single string/number value.');
  return inner
    .map((text: unknown, index) => readingMember(index, () => requireInner(text), true))
    .map(compile);
}

function isNested(name: string): name is keyof typeof NESTED {
  return Object.hasOwn(NESTED, name);
}

function wildcardsOf(rule: unknown): readonly string[] {
  if (!isJsonObject(rule)) return [];
  const { wildcard, 'anything-but': except } = rule;
  const found = wildcard ?? (isJsonObject(except) ? except['wildcard'] : undefined);
  return (Array.isArray(found) ? (found as readonly unknown[]) : [found]).filter(
    (each): each is string => typeof each === 'string',
  );
}
