import * as s3 from '../../../../../packages/gateway/services/s3/service.ts';
import {
  arnOf,
  describeProperties,
  FUNCTION,
  NAMED_BEFORE,
  QUEUE,
  ref,
  TOPIC,
} from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const BUCKETS: readonly PropertyRow[] = [
  {
    type: 'AWS::S3::Bucket',
    properties: {
      BucketName: 'bucket',
      NotificationConfiguration: {
        LambdaConfigurations: [
          {
            Event: 's3:ObjectCreated:*',
            Function: FUNCTION,
            Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'a/' }] } },
          },
        ],
        QueueConfigurations: [{ Event: 's3:ObjectRemoved:*', Queue: arnOf('Queue') }],
        TopicConfigurations: [{ Event: 's3:ObjectCreated:Put', Topic: ref('Topic') }],
        EventBridgeConfiguration: { EventBridgeEnabled: true },
      },
    },
    unread: { BucketName: NAMED_BEFORE },
    values: {
      'NotificationConfiguration.QueueConfigurations.0.Event': {
        takes: ['s3:ObjectCreated:Put', 's3:ObjectRemoved:Delete'],
        refuses: ['s3:ObjectRestore:*', 's3:Nothing'],
      },
    },
    others: { Queue: QUEUE, Topic: TOPIC },
  },
];

describeProperties('buckets', { s3 }, BUCKETS);
