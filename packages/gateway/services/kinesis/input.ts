/**
 * Reads and checks the members of an input as AWS does. All violations together cause one ValidationException. A value
 * of a wrong type causes a SerializationException.
 */
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy, MemberRule } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { describeWrongClass } from '@gatewright/aws/wrong-type';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';

export const NAME_RULE: MemberRule = { least: 1, most: 128, pattern: '[a-zA-Z0-9_.-]+' };

const CLASSES = {
  boolean: 'java.lang.Boolean',
  number: 'java.math.BigDecimal',
  string: 'java.lang.String',
};

const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new OperationRefused('ValidationException', message),
  wrongType: (_message, value, wanted) =>
    new OperationRefused('SerializationException', describeWrongClass(value, wanted, CLASSES)),
};

export function kinesisInput(members: UnknownMembers): CallInput {
  return new CallInput(members, POLICY);
}
