/**
 * Filter policies of SNS subscriptions (docs/aws §18.6). They test a message's attributes, or its body as JSON. The
 * operators are a subset of the operators of event patterns. Attributes are strings, numbers, or JSON lists.
 */
import { isJsonObject, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { MessageAttribute } from './queue-model.ts';
import { readAlternatives, testOf, type Alternative, type EventTest } from './event-pattern.ts';
import { PatternError, refusePattern, withWords } from './pattern-error.ts';
import { isScalar } from './value-match.ts';

type FilteredMessage = {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
};
export type MessageTest = {
  (message: FilteredMessage): boolean;
  /** Describes why the message does not match the policy. */
  readonly explain?: (message: FilteredMessage) => string;
};
export type FilterScope = 'MessageAttributes' | 'MessageBody';

// "A filter policy can have a maximum of five keys"; "The total combination of values … must not exceed 150" (SNS
// developer guide, "Filter policy constraints in Amazon SNS").
const MAX_KEYS = 5;
const MAX_COMBINATIONS = 150;

/**
 * Compiles a filter policy.
 * @throws PatternError with the message with which Subscribe refuses the policy
 */
export function compileFilterPolicy(policy: unknown, scope: FilterScope): MessageTest {
  // "An empty filter policy" accepts every message.
  if (isJsonObject(policy) && Object.keys(policy).length === 0) return () => true;
  const test = compile(policy, scope);
  if (scope === 'MessageBody')
    return Object.assign(
      ({ body }: FilteredMessage) => {
        const value = parseJson(body);
        return isJsonObject(value) && test(value);
      },
      {
        explain({ body }: FilteredMessage) {
          const value = parseJson(body);
          return isJsonObject(value) ? (test.explain?.(value) ?? '') : 'the body is not a JSON object';
        },
      },
    );
  return Object.assign((message: FilteredMessage) => test(valuesOf(message)), {
    explain: (message: FilteredMessage) =>
      `${test.explain?.(valuesOf(message)) ?? ''}${inBody(message, test) ? IN_BODY : ''}`,
  });
}

/**
 * Whether the body of a message would match. Filter policies test attributes unless FilterPolicyScope is MessageBody. A
 * policy that is written for the body, but tests attributes, is the most common mistake.
 */
function inBody({ body }: FilteredMessage, test: EventTest): boolean {
  const value = parseJson(body);
  return isJsonObject(value) && test(value);
}

const IN_BODY =
  ' in the attributes. FilterPolicyScope is MessageAttributes, so the policy tests only attributes. The body of the message would match: set FilterPolicyScope: MessageBody on the subscription';

function valuesOf({ attributes }: FilteredMessage): object {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, valueOf(value)]));
}

function compile(policy: unknown, scope: FilterScope): EventTest {
  const alternatives = withWords(
    (reason) => `Invalid parameter: Attributes Reason: FilterPolicy: ${reason}`,
    () => {
      if (isJsonObject(policy) && Object.keys(policy).length > MAX_KEYS)
        refusePattern(`Filter policy can not have more than ${MAX_KEYS} keys`);
      const read = readAlternatives(policy, 'sns');
      if (combinationsOf(read) > MAX_COMBINATIONS) refusePattern('Filter policy is too complex');
      return read;
    },
  );
  if (scope === 'MessageAttributes' && isNested(alternatives))
    throw new PatternError(
      'Invalid parameter: Attributes Reason: Filter policy scope MessageAttributes does not support nested filter policy',
      nestedKeyOf(policy),
    );
  return testOf(alternatives);
}

/**
 * Counts the combinations of a policy as SNS does. For each key, the number of values is multiplied by the depth of the
 * key. The results of all keys are multiplied, and the alternatives of `$or` are added. (Recorded by LocalStack in
 * test_sub_filter_policy_nested_property_constraints and test_policy_complexity_with_or, May 2024.)
 */
function combinationsOf(alternatives: readonly Alternative[]): number {
  return alternatives
    .map((rules) => [...rules.values()].reduce((product, { count, depth }) => product * count * depth, 1))
    .reduce((sum, each) => sum + each, 0);
}

/** Returns the first key of the policy whose value is an object; empty if the object is within `$or`. */
function nestedKeyOf(policy: unknown): readonly string[] {
  return Object.entries(membersOf(policy))
    .filter(([, value]) => isJsonObject(value))
    .map(([key]) => key)
    .slice(0, 1);
}

function isNested(alternatives: readonly Alternative[]): boolean {
  return alternatives.some((rules) => [...rules.values()].some(({ depth }) => depth > 1));
}

/**
 * Returns the value of an attribute for the tests. A `String.Array` is parsed as JSON. A `Number` that is not a valid
 * number does not match any test.
 */
function valueOf({ DataType, StringValue }: MessageAttribute): unknown {
  if (StringValue === undefined) return undefined;
  if (DataType === 'String.Array') {
    const list = parseJson(StringValue);
    return Array.isArray(list) ? list.filter(isScalar) : undefined;
  }
  if (DataType.startsWith('Number'))
    return Number.isFinite(Number(StringValue)) ? Number(StringValue) : undefined;
  return DataType.startsWith('String') ? StringValue : undefined;
}
