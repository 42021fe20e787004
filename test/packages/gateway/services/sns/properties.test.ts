import * as sns from '../../../../../packages/gateway/services/sns/service.ts';
import {
  arnOf,
  describeProperties,
  NAMED_BEFORE,
  QUEUE,
  ref,
  TOPIC,
} from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const TOPICS: readonly PropertyRow[] = [
  {
    type: 'AWS::SNS::Topic',
    properties: {
      TopicName: 't.fifo',
      FifoTopic: true,
      ContentBasedDeduplication: true,
      Subscription: [{ Protocol: 'sqs', Endpoint: arnOf('Queue') }],
    },
    unread: { TopicName: NAMED_BEFORE },
    others: { Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } } },
  },
  {
    type: 'AWS::SNS::Subscription',
    properties: {
      TopicArn: ref('Topic'),
      Protocol: 'sqs',
      Endpoint: arnOf('Queue'),
      FilterPolicy: { a: ['b'] },
      FilterPolicyScope: 'MessageBody',
      RawMessageDelivery: true,
      RedrivePolicy: { deadLetterTargetArn: arnOf('Queue') },
    },
    others: { Topic: TOPIC, Queue: QUEUE },
  },
];

describeProperties('topics', { sns }, TOPICS);
