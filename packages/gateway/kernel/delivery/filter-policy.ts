/**
 * Filter policies of SNS subscriptions (docs/aws §18.6). They test a message's attributes, or its body as JSON. The
 * operators are the same as in event patterns. Attributes are texts, numbers, or JSON lists.
 */
import { isJsonObject, parseJson } from '@gatewright/aws/json-object';
import type { MessageAttribute } from './queue-model.ts';
import { compileEventPattern } from './event-pattern.ts';
import { isScalar, PatternError } from './value-match.ts';

type FilteredMessage = {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
};
export type MessageTest = (message: FilteredMessage) => boolean;

/**
 * Compiles a filter policy.
 * @throws PatternError if the policy is invalid
 */
export function compileFilterPolicy(
  policy: unknown,
  scope: 'MessageAttributes' | 'MessageBody',
): MessageTest {
  if (!isJsonObject(policy)) throw new PatternError('a filter policy must be an object');
  // "An empty filter policy" accepts every message.
  if (Object.keys(policy).length === 0) return () => true;
  if (scope === 'MessageAttributes') refuseNesting(policy);
  const test = compileEventPattern(policy);
  if (scope === 'MessageBody')
    return ({ body }) => {
      const value = parseJson(body);
      return isJsonObject(value) && test(value);
    };
  return ({ attributes }) =>
    test(Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, valueOf(value)])));
}

function refuseNesting(policy: Readonly<Record<string, unknown>>): void {
  for (const [name, rules] of Object.entries(policy))
    if (!Array.isArray(rules))
      throw new PatternError(`"${name}" must be a list of rules: attributes of messages are not nested`);
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
