/** Calls of CloudWatch by SDKs. */
import { InvalidMember } from '../../../kernel/member-reader.ts';
import { codeOf, readInput } from '../read-members.ts';
import { ALARM_CALLS } from './alarm-calls.ts';
import { METRIC_CALLS } from './metric-calls.ts';
import { inputOf, toError, toResult } from './protocol.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { Call, CallPorts } from './call.ts';
import type { OperationResult } from '../../../kernel/calls/aws-operation.ts';

const CALLS: Readonly<Record<string, Call>> = { ...METRIC_CALLS, ...ALARM_CALLS };

/** Undefined for an operation that is not answered here. */
export function answerCloudWatch(operation: AwsOperation, ports: CallPorts): OperationResult | undefined {
  if (operation.protocol === 'rest') return undefined;
  const { action } = operation;
  const call = Object.hasOwn(CALLS, action) ? CALLS[action] : undefined;
  if (call === undefined) return undefined;
  try {
    return toResult(operation, call(readInput(inputOf(operation)), ports));
  } catch (error) {
    if (!(error instanceof InvalidMember)) throw error;
    const isOfAlarm = action.startsWith('Put') && action.endsWith('Alarm');
    return toError(operation, codeOf(error, isOfAlarm), error);
  }
}
