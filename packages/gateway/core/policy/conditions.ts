/** The `Condition` block of a policy statement (IAM user guide, "Condition"). */
import { quote } from '../routing/quote.ts';
import { OPERATORS } from './condition-operators.ts';
import type { Operator, ValueTest } from './condition-operators.ts';
import type { ConditionValues } from './model.ts';
import { PolicyInvalid, readRecord, readingAt } from './policy-invalid.ts';

export type Condition = (values: ConditionValues) => boolean;

type Quantifier = 'ForAllValues' | 'ForAnyValue' | undefined;

type OperatorUse = {
  readonly operator: Operator;
  readonly quantifier: Quantifier;
  readonly ifExists: boolean;
};

const ALWAYS: Condition = () => true;

/**
 * Compiles a block, such as `{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}`. All keys of all operators must be
 * satisfied. `holds` and `compileNull` decide whether a key is satisfied.
 * @throws PolicyInvalid for an invalid block or an unknown operator. If an unknown operator were ignored, the statement
 *   would allow more than its author intended
 */
export function compileConditions(block: unknown, hasVariables: boolean): Condition {
  if (block === undefined) return ALWAYS;
  const conditions = Object.entries(readRecord(block, 'Condition')).flatMap(([name, keys]) =>
    readingAt(['Condition', name], () =>
      Object.entries(readRecord(keys, `Condition ${quote(name)}`)).map(([key, value]) =>
        readingAt([key], () =>
          compileCondition(name, key.toLowerCase(), readValues(value, key), hasVariables),
        ),
      ),
    ),
  );
  if (conditions.length === 0) return ALWAYS;
  return (values) => conditions.every((condition) => condition(values));
}

/** Reads the policy's values for a key. Numbers and booleans do not need quotes. */
function readValues(value: unknown, key: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new PolicyInvalid(`Condition key ${quote(key)} has no values`);
  return list.map((item) => {
    if (typeof item === 'string') return item;
    if (typeof item === 'number' || typeof item === 'boolean') return String(item);
    throw new PolicyInvalid(`Condition key ${quote(key)} has a value that is not a scalar`);
  });
}

function compileCondition(
  name: string,
  key: string,
  policyValues: readonly string[],
  hasVariables: boolean,
): Condition {
  if (name === 'Null') return compileNull(key, policyValues);
  const use = parseOperator(name);
  const tests = policyValues.map((value) => use.operator.compile(value, hasVariables));
  return (values) => holds(use, tests, values.get(key), values);
}

/** `Null: {key: "true"}` is satisfied if the request has no such key. */
function compileNull(key: string, policyValues: readonly string[]): Condition {
  const wanted = policyValues.map((value) => {
    const lower = value.toLowerCase();
    if (lower === 'true' || lower === 'false') return lower === 'true';
    throw new PolicyInvalid(`${quote(value)} is not a boolean`);
  });
  return (values) => wanted.includes((values.get(key) ?? []).length === 0);
}

function parseOperator(name: string): OperatorUse {
  const colon = name.indexOf(':');
  const quantifier = colon === -1 ? undefined : name.slice(0, colon);
  const rest = name.slice(colon + 1);
  const ifExists = rest.endsWith('IfExists');
  const operator = OPERATORS.get(ifExists ? rest.slice(0, -'IfExists'.length) : rest);
  const isQuantifier =
    quantifier === undefined || quantifier === 'ForAllValues' || quantifier === 'ForAnyValue';
  if (operator === undefined || !isQuantifier)
    throw new PolicyInvalid(`unknown condition operator ${quote(name)}`);
  return { operator, quantifier, ifExists };
}

/**
 * Whether a condition is satisfied. A missing key satisfies only `…IfExists`, `ForAllValues` and negated operators
 * without a quantifier. If the request has several values, a negated operator without a quantifier must be true for
 * every value, because a single match makes it false.
 */
function holds(
  { operator, quantifier, ifExists }: OperatorUse,
  tests: readonly ValueTest[],
  requestValues: readonly string[] | undefined,
  values: ConditionValues,
): boolean {
  if (requestValues === undefined || requestValues.length === 0) {
    if (ifExists || quantifier === 'ForAllValues') return true;
    return quantifier === undefined && operator.isNegated;
  }
  const meets = (requestValue: string): boolean =>
    tests.some((test) => test(requestValue, values)) !== operator.isNegated;
  const forAll = quantifier === undefined ? operator.isNegated : quantifier === 'ForAllValues';
  return forAll ? requestValues.every(meets) : requestValues.some(meets);
}
