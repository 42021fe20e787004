/** Reads the members of a call's input, and checks each member according to AWS's model. */
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy, MemberRule } from '@gatewright/aws/call-input';
import { describeWrongType } from '@gatewright/aws/wrong-type';
import { asText } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { LOGS_MODEL } from '../../kernel/calls/models/logs.ts';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { invalidParameter } from './error.ts';

const MAX_NAME = 512;
export const GROUP_NAME: MemberRule = { least: 1, most: MAX_NAME, pattern: '[\\.\\-_/#A-Za-z0-9]+' };
export const STREAM_NAME: MemberRule = { least: 1, most: MAX_NAME, pattern: '[^:*]*' };
/** The rule for members that contain milliseconds, seconds or counts. */
export const FROM_ZERO: MemberRule = { least: 0, most: Number.MAX_SAFE_INTEGER };
const GROUP_ARN = /^arn:[a-z-]+:logs:[^:]*:\d{12}:log-group:([^:*]+)(?::\*)?$/;

const POLICY: InputPolicy = {
  names: 'first',
  refuse: invalidParameter,
  wrongType: (_message, value, wanted) =>
    new OperationRefused('SerializationException', describeWrongType(value, wanted)),
};

const MODEL = new CallModel(LOGS_MODEL);

/**
 * @throws OperationRefused if AWS refuses a member. For a name that is too long, AWS's message is not the validator's
 * [obs]
 */
export function logsInput(operation: string, members: UnknownMembers): CallInput {
  for (const name of ['logGroupName', 'logStreamName'])
    if ((asText(members[name]) ?? '').length > MAX_NAME)
      throw invalidParameter(
        `Invalid LogGroup or LogStream, both must have length less than or equal to ${MAX_NAME}.`,
      );
  MODEL.check(operation, members, { ...POLICY, names: 'all' });
  return new CallInput(members, POLICY);
}

/** Reads a group from its name, or from `logGroupIdentifier`, which may be an ARN. */
export function readGroup(input: CallInput): string {
  const isNamed = input.has('logGroupName');
  if (isNamed && input.has('logGroupIdentifier'))
    throw new OperationRefused(
      'ValidationException',
      'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
    );
  if (isNamed) return input.text('logGroupName', GROUP_NAME);
  const identifier = input.text('logGroupIdentifier');
  // This message of AWS does not contain the value [obs]. An ARN with a star is not an identifier.
  if (!/^[\w#+=/:,.@-]*$/.test(identifier))
    throw invalidParameter(
      "1 validation error detected: Value at 'logGroupIdentifier' failed to satisfy constraint: " +
        'Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*',
    );
  return groupOf(identifier);
}

/** Returns the name of a group from its ARN. A name is returned unchanged. */
export function groupOf(identifier: string): string {
  return GROUP_ARN.exec(identifier)?.[1] ?? identifier;
}
