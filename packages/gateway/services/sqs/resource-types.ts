import { arnOf, named, row } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import type { Namer } from '../../core/resource-types/namers.ts';
import { RECORDED } from '../../core/resource-types/resource-types.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

const MAX_NAME = 80;
const FIFO = '.fifo';
const plainName = named('QueueName', MAX_NAME);
const fifoName = named('QueueName', MAX_NAME - FIFO.length);

/** CloudFormation generates names of FIFO queues with their suffix (cloudtools/troposphere#931). */
const queueName: Namer = (resource) =>
  resource.text('QueueName') === undefined && resource.text('FifoQueue') === 'true'
    ? `${fifoName(resource)}${FIFO}`
    : plainName(resource);

const queueUrl: Namer = (resource) =>
  `https://sqs.${resource.region}.${resource.urlSuffix}/${resource.accountId}/${queueName(resource)}`;

/**
 * The policies of queues are evaluated for deliveries (control/deliveries). For calls, only the caller's role decides.
 */
export const SQS_TYPES = {
  'AWS::SQS::Queue': {
    enforced: words(
      `QueueName FifoQueue VisibilityTimeout DelaySeconds MessageRetentionPeriod MaximumMessageSize
       ReceiveMessageWaitTimeSeconds ContentBasedDeduplication DeduplicationScope RedrivePolicy`,
    ),
    noEffect: words(
      `Tags KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled FifoThroughputLimit
       RedriveAllowPolicy`,
    ),
    names: row(queueUrl, {
      Arn: arnOf('sqs', queueName),
      QueueName: queueName,
      QueueUrl: queueUrl,
    }),
  },
  'AWS::SQS::QueuePolicy': { enforced: words('PolicyDocument Queues') },
  'AWS::SQS::QueueInlinePolicy': { enforced: words('PolicyDocument Queue') },
  'AWS::SQS::*': { consequence: RECORDED },
} satisfies ResourceTypeTable;
