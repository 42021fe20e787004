/**
 * Reads and checks the members of an input as AWS does. All violations together cause one ValidationException. A value
 * of a wrong type causes a SerializationException.
 */
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy, MemberRule, MemberType } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';

export const NAME_RULE: MemberRule = { least: 1, most: 128, pattern: '[a-zA-Z0-9_.-]+' };

const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new OperationRefused('ValidationException', message),
  wrongType: (_message, value, wanted) =>
    new OperationRefused('SerializationException', describeWrongType(value, wanted)),
};

const JAVA_TYPES: Readonly<Record<string, string>> = {
  boolean: 'class java.lang.Boolean',
  number: 'class java.math.BigDecimal',
  string: 'class java.lang.String',
};
const WANTED: Readonly<Record<MemberType, string>> = {
  text: 'String',
  number: 'Integer',
  flag: 'Boolean',
  list: 'List',
  object: 'Structure',
  time: 'Timestamp',
  blob: 'Blob',
  any: 'Structure',
};

export function kinesisInput(members: UnknownMembers): CallInput {
  return new CallInput(members, POLICY);
}

function describeWrongType(value: unknown, wanted: MemberType): string {
  if (Array.isArray(value)) return 'Start of list found where not expected';
  if (typeof value === 'object') return 'Start of structure or map found where not expected.';
  if (wanted === 'list') return 'Expected list or null';
  return `${JAVA_TYPES[typeof value] ?? 'a value'} can not be converted to an ${WANTED[wanted]}`;
}
