import * as sqs from '../../../../../packages/gateway/services/sqs/service.ts';
import { arnOf, describeProperties, NAMED_BEFORE } from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const QUEUES: readonly PropertyRow[] = [
  {
    type: 'AWS::SQS::Queue',
    properties: {
      QueueName: 'q.fifo',
      FifoQueue: true,
      VisibilityTimeout: 30,
      DelaySeconds: 1,
      MessageRetentionPeriod: 60,
      MaximumMessageSize: 1024,
      ReceiveMessageWaitTimeSeconds: 1,
      ContentBasedDeduplication: true,
      DeduplicationScope: 'messageGroup',
      RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 3 },
    },
    unread: { QueueName: NAMED_BEFORE },
    others: { Dead: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } } },
    // SQS API reference, CreateQueue
    bounds: {
      VisibilityTimeout: [0, 43_200],
      DelaySeconds: [0, 900],
      MessageRetentionPeriod: [60, 1_209_600],
      MaximumMessageSize: [1_024, 1_048_576],
      ReceiveMessageWaitTimeSeconds: [0, 20],
      'RedrivePolicy.maxReceiveCount': [1, 1_000],
    },
    values: {
      RedrivePolicy: {
        takes: [JSON.stringify({ deadLetterTargetArn: 'arn:a', maxReceiveCount: 1 }), ''],
        refuses: [{ maxReceiveCount: 1 }, { deadLetterTargetArn: 'arn:a' }, 'no JSON'],
      },
    },
  },
];

describeProperties('queues', { sqs }, QUEUES);
