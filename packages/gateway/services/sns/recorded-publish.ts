/**
 * Handles `Publish` to topics that no loaded stack contains. The call is checked and gets a response, but nothing is
 * delivered.
 */
import { refuse } from '../../kernel/calls/aws-operation.ts';
import { readerOf } from '../../kernel/calls/query-input.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Random } from '../../core/ports.ts';

const MAX_SNS_BYTES = 262_144;

/** Handles `Publish`; undefined for unknown operations. */
export function answerSns(
  operation: Exclude<AwsOperation, { protocol: 'rest' }>,
  random: Random,
): OperationResult | undefined {
  if (operation.action !== 'Publish') return undefined;
  const read = readerOf(operation);
  const target = read('TopicArn') ?? read('TargetArn');
  if (target === undefined && read('PhoneNumber') === undefined)
    return refuse(
      'InvalidParameter',
      'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter',
    );
  if (target !== undefined && !/^arn:[^:]+:sns:[^:]+:\d{12}:.+$/.test(target))
    return refuse('InvalidParameter', 'Invalid parameter: TopicArn');
  const message = read('Message') ?? '';
  if (message === '') return refuse('InvalidParameter', 'Invalid parameter: Empty message');
  if (Buffer.byteLength(message) > MAX_SNS_BYTES)
    return refuse('InvalidParameter', 'Invalid parameter: Message too long');
  return { kind: 'result', fields: { MessageId: random.uuid() } };
}
