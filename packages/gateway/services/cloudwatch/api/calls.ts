/** CloudWatch's API for SDKs. */
import { InvalidMember } from '@gatewright/aws/member-reader';
import { printDouble } from '@gatewright/velocity/java/numbers';
import { codeOf, InvalidInput, readInput, wordsOf } from '../read-members.ts';
import { CallModel } from '../../../kernel/calls/call-model.ts';
import { CLOUDWATCH_MODEL } from '../../../kernel/calls/models/cloudwatch.ts';
import type { InputPolicy } from '@gatewright/aws/call-input';
import { ALARM_CALLS } from './alarm-calls.ts';
import { METRIC_CALLS } from './metric-calls.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { Call, CallPorts } from './call.ts';
import type { OperationResult } from '../../../kernel/calls/aws-operation.ts';
import { Double, Timestamp } from '@gatewright/aws/cbor';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { membersOfQuery } from '../../../kernel/calls/query-input.ts';
import type { InputCode } from '../read-members.ts';

export const CLOUDWATCH_CALLS: Readonly<Record<string, Call>> = { ...METRIC_CALLS, ...ALARM_CALLS };

/**
 * PutMetricData and GetMetricStatistics check their parameters themselves, with their own messages, so the model does
 * not contain these two operations.
 */
const MODEL = new CallModel(CLOUDWATCH_MODEL);
const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new InvalidInput('ValidationError', '', message),
  wrongType: (message) => new InvalidInput('ValidationError', '', message),
  readsTexts: true,
};

/** Runs an operation; undefined for an operation that the gateway does not support. */
export function answerCloudWatch(operation: AwsOperation, ports: CallPorts): OperationResult | undefined {
  if (operation.protocol === 'rest') return undefined;
  const { action } = operation;
  const call = Object.hasOwn(CLOUDWATCH_CALLS, action) ? CLOUDWATCH_CALLS[action] : undefined;
  if (call === undefined) return undefined;
  try {
    const input = inputOf(operation);
    MODEL.check(action, input ?? {}, POLICY);
    return toResult(operation, call(readInput(input), ports));
  } catch (error) {
    if (!(error instanceof InvalidMember)) throw error;
    const isOfAlarm = action.startsWith('Put') && action.endsWith('Alarm');
    return toError(operation, codeOf(error, isOfAlarm), error);
  }
}

/** Converts input and output of JSON, RPC v2 CBOR and the query protocol to one form. */
type Operation = Exclude<AwsOperation, { protocol: 'rest' }>;

/** Returns the input; undefined for a body that cannot be read. */
function inputOf(operation: Operation): UnknownMembers | undefined {
  if (operation.protocol === 'json') return operation.input;
  return membersOfQuery(operation.parameters);
}

/**
 * Converts the result of an operation to the protocol of the call.
 * @param fields the result of the operation; undefined if it has none
 */
function toResult(operation: Operation, fields: UnknownMembers | undefined): OperationResult {
  if (operation.protocol === 'json') return { kind: 'result', fields: fields ?? {} };
  if (fields === undefined) return { kind: 'result', fields: {}, isVoid: true };
  return { kind: 'result', fields: toXmlFields(fields) as UnknownMembers, jsonFields: fields };
}

const MAPS: ReadonlySet<string> = new Set(['ExtendedStatistics']);

function toXmlMap(map: unknown): unknown {
  return {
    entry: Object.entries(membersOf(map)).map(([key, value]) => ({ key, value: toXmlFields(value) })),
  };
}

function toXmlFields(value: unknown): unknown {
  if (value instanceof Timestamp) return new Date(value.epochMs).toISOString();
  // In XML, a double has a decimal [obs: cloudwatch, `test_basic_operations_multiple_protocols`].
  if (value instanceof Double) return printDouble(value.value);
  if (Array.isArray(value)) return { member: value.map(toXmlFields) };
  if (!isJsonObject(value)) return value;
  const members: UnknownMembers = value;
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, member]) =>
      member === undefined ? [] : [[name, MAPS.has(name) ? toXmlMap(member) : toXmlFields(member)]],
    ),
  );
}

/**
 * The error codes of the newer protocols, by the codes of the query protocol. A response header also contains the query
 * protocol's code, for SDKs that use it.
 */
const SHAPES: Readonly<Record<InputCode, string>> = {
  InvalidFormat: 'InvalidFormatFault',
  InvalidNextToken: 'InvalidNextToken',
  InvalidParameterCombination: 'InvalidParameterCombinationException',
  InvalidParameterValue: 'InvalidParameterValueException',
  LimitExceeded: 'LimitExceededFault',
  MissingParameter: 'MissingRequiredParameterException',
  NotImplementedException: 'NotImplementedException',
  ResourceNotFound: 'ResourceNotFound',
  ResourceNotFoundException: 'ResourceNotFoundException',
  ValidationError: 'ValidationException',
};

function toError(operation: Operation, code: InputCode, error: InvalidMember): OperationResult {
  const status = code.startsWith('ResourceNotFound') ? 404 : code === 'NotImplementedException' ? 501 : 400;
  const said = wordsOf(error);
  if (operation.protocol === 'query') return { kind: 'error', status, code, message: said };
  const headers = ['x-amzn-query-error', `${code};Sender`];
  return { kind: 'error', status, code: `com.amazonaws.cloudwatch#${SHAPES[code]}`, message: said, headers };
}
