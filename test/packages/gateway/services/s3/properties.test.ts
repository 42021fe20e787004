import { arnOf, describeProperties, FUNCTION, NAMED_BEFORE, QUEUE, ref, TOPIC } from '../check-properties.ts';
import type { PropertyRow } from '../check-properties.ts';

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

describeProperties('buckets', BUCKETS);
