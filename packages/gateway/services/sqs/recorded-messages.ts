/**
 * Handles operations on messages in queues of other accounts, about which the gateway knows nothing. The call is
 * checked and gets a response, but nothing is delivered.
 */
import { createHash } from 'node:crypto';
import { refuse } from '../../kernel/calls/aws-operation.ts';
import { readerOf } from '../../kernel/calls/query-input.ts';
import { noSuchQueue } from './error.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Random, ServiceRequest } from '../../core/ports.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { MAX_SQS_BYTES } from '../../kernel/delivery/queue-model.ts';

/**
 * The required members of each operation other than `SendMessage`. Nothing is delivered, so there are no messages to
 * receive or delete.
 */
const OTHER_SQS: Readonly<Record<string, readonly string[]>> = {
  ReceiveMessage: [],
  DeleteMessage: ['ReceiptHandle'],
  PurgeQueue: [],
};

/** Handles operations on messages in either protocol. The queue is in the path or in `QueueUrl`. */
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
    return noSuchQueue().toResult(operation.protocol);
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
  const fields: UnknownMembers = {
    MessageId: random.uuid(),
    MD5OfMessageBody: createHash('md5').update(message).digest('hex'),
    ...(queue.endsWith('.fifo') ? { SequenceNumber: '18870000000000000000' } : {}),
  };
  return { kind: 'result', fields };
}
