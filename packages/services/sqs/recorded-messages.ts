/** SNS and SQS as far as integrations call them: the call is checked and answered, nothing is delivered. */
import { createHash } from 'node:crypto';
import { refuse } from './aws-operation.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationResult } from './aws-operation.ts';
import type { Random, ServiceRequest } from '../ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

type Reader = (name: string) => string | undefined;

function readerOf(operation: Exclude<AwsOperation, { protocol: 'rest' }>): Reader {
  if (operation.protocol === 'query') return (name) => operation.parameters.get(name) ?? undefined;
  const { input = {} } = operation;
  return (name) => {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
}

/** SNS allows 256 KB, SQS 1 MiB since August 2025. */
const MAX_SNS_BYTES = 262_144;
const MAX_SQS_BYTES = 1_048_576;

/** `Publish`; undefined for operations that are not known here. */
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

/** Those beside `SendMessage`: nothing is delivered, so no message is there to be received or deleted. */
const OTHER_SQS: Readonly<Record<string, readonly string[]>> = {
  ReceiveMessage: [],
  DeleteMessage: ['ReceiptHandle'],
  PurgeQueue: [],
};

/** Operations on messages, of either protocol; the queue is in the path or in `QueueUrl`. */
export function answerSqs(
  operation: Exclude<AwsOperation, { protocol: 'rest' }>,
  request: ServiceRequest,
  random: Random,
): OperationResult | undefined {
  const { action } = operation;
  const others = Object.hasOwn(OTHER_SQS, action) ? OTHER_SQS[action] : undefined;
  if (action !== 'SendMessage' && others === undefined) return undefined;
  const read = readerOf(operation);
  const queue = read('QueueUrl') ?? request.path;
  if (!/\/\d{12}\/[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/.test(queue))
    return refuse(
      operation.protocol === 'json' ? 'QueueDoesNotExist' : 'AWS.SimpleQueueService.NonExistentQueue',
      'The specified queue does not exist.',
    );
  const missing = (others ?? ['MessageBody']).find((name) => (read(name) ?? '') === '');
  if (missing !== undefined)
    return refuse('MissingParameter', `The request must contain the parameter ${missing}.`);
  if (others !== undefined) return { kind: 'result', fields: {}, isVoid: action !== 'ReceiveMessage' };
  const message = read('MessageBody') ?? '';
  if (Buffer.byteLength(message) > MAX_SQS_BYTES)
    return refuse(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_SQS_BYTES} bytes.`,
    );
  if (queue.endsWith('.fifo') && read('MessageGroupId') === undefined)
    return refuse('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  const fields: JsonObject = {
    MessageId: random.uuid(),
    MD5OfMessageBody: createHash('md5').update(message).digest('hex'),
    ...(queue.endsWith('.fifo') ? { SequenceNumber: '18870000000000000000' } : {}),
  };
  return { kind: 'result', fields };
}
