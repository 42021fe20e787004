/** Reads the message attributes of Publish and PublishBatch, and refuses them in SNS's words [obs: sns]. */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { refuse } from '../../kernel/calls/aws-operation.ts';
import { inOrder, readTextField } from '../../kernel/calls/query-input.ts';
import type { MessageAttribute } from '../../kernel/delivery/queue-model.ts';

type Refusal = ReturnType<typeof refuse>;

const MAX_NAME_LENGTH = 256;
const TYPE = /^(String|Number|Binary)(?:\..+)?$/s;

export function readAttributes(given: UnknownMembers): Record<string, MessageAttribute> {
  return Object.fromEntries(
    entriesOf(given).flatMap(([name, value]): [string, MessageAttribute][] => {
      if (typeof name !== 'string' || !isJsonObject(value)) return [];
      const { DataType = 'String', StringValue, BinaryValue }: UnknownMembers = value;
      const text = typeof StringValue === 'string' ? { StringValue } : {};
      const bytes = typeof BinaryValue === 'string' ? { BinaryValue } : {};
      return [[name, { DataType: String(DataType), ...text, ...bytes }]];
    }),
  );
}

/**
 * Returns SNS's refusal of the first attribute that is wrong.
 * @param parent the path of the attributes in the validator's message: empty, or
 * `publishBatchRequestEntries.1.member.`
 */
export function refuseAttributes(given: UnknownMembers, parent: string): Refusal | undefined {
  const pairs = entriesOf(given).map(([name, value]) => [String(name), membersOf(value)] as const);
  const untyped = pairs.find(([, value]) => readTextField(value, 'DataType') === undefined);
  if (untyped !== undefined)
    return refuse(
      'ValidationError',
      `1 validation error detected: Value null at '${parent}messageAttributes.${untyped[0]}.member.dataType' ` +
        'failed to satisfy constraint: Member must not be null',
    );
  for (const [name, value] of pairs) {
    const wrong = faultOfName(name) ?? faultOfValue(name, value);
    if (wrong !== undefined) return refuse('ParameterValueInvalid', wrong);
  }
  return undefined;
}

function entriesOf(given: UnknownMembers): readonly (readonly [unknown, unknown])[] {
  const entry = given['entry'];
  return isJsonObject(entry)
    ? inOrder(entry).map((each) => (isJsonObject(each) ? [each['Name'], each['Value']] : ['', {}]))
    : Object.entries(given);
}

function faultOfName(name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH)
    return `Length of message attribute name must be less than ${MAX_NAME_LENGTH} bytes.`;
  const [odd] = /[^\w.-]/.exec(name) ?? [];
  if (odd !== undefined) {
    const code = odd.charCodeAt(0).toString(16).toUpperCase();
    return (
      `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. ` +
      'Can only include alphanumeric characters, hyphens, underscores, or dots.'
    );
  }
  if (name.startsWith('.')) return "Invalid message attribute name starting with character '.' was found.";
  if (name.endsWith('.')) return "Invalid message attribute name ending with character '.' was found.";
  return name.includes('..') ? "Message attribute name can not have successive '.' character." : undefined;
}

function faultOfValue(name: string, value: UnknownMembers): string | undefined {
  const type = readTextField(value, 'DataType') ?? '';
  const [, kind] = TYPE.exec(type) ?? [];
  if (kind === undefined)
    return `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`;
  const field = kind === 'Binary' ? 'Binary' : 'String';
  const other = kind === 'Binary' ? 'String' : 'Binary';
  if ((readTextField(value, `${other}Value`) ?? '') !== '')
    return `The message attribute '${name}' with type '${type}' must use field '${field}'.`;
  return (readTextField(value, `${field}Value`) ?? '') === ''
    ? `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`
    : undefined;
}
