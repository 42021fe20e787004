/** How resources of plans follow what they refer to. */
import { refs } from '../../../../support/a-terraform-plan.ts';
import type { Row } from './terraform-rows.ts';

export const REFERENCE_ROWS: readonly Row[] = [
  {
    name: 'what an alias refers to is the code of now',
    resources: [
      {
        type: 'aws_lambda_function',
        name: 'f',
        values: { function_name: 'f', publish: true, handler: 'a.b', runtime: 'nodejs24.x' },
      },
      {
        type: 'aws_lambda_alias',
        name: 'live',
        values: { name: 'live', function_name: 'f' },
        expressions: { function_version: refs('aws_lambda_function.f.version') },
      },
    ],
    of: 'aws_lambda_alias.live',
    expected: { FunctionVersion: '$LATEST', Name: 'live' },
  },
  {
    name: 'elements of a list follow their references in order',
    resources: [
      { type: 'aws_lambda_layer_version', name: 'one', values: { layer_name: 'one' } },
      { type: 'aws_lambda_layer_version', name: 'two', values: { layer_name: 'two' } },
      {
        type: 'aws_lambda_function',
        name: 'f',
        values: { function_name: 'f', handler: 'a.b', runtime: 'nodejs24.x' },
        unknown: { layers: [true, true] },
        expressions: { layers: refs('aws_lambda_layer_version.two.arn', 'aws_lambda_layer_version.one.arn') },
      },
    ],
    of: 'aws_lambda_function.f',
    expected: {
      Layers: [
        'arn:aws:lambda:eu-west-1:123456789012:layer:two:1',
        'arn:aws:lambda:eu-west-1:123456789012:layer:one:1',
      ],
    },
  },
  {
    name: 'each.value of resources is the one of the same key',
    resources: [
      { type: 'aws_sqs_queue', name: 'q', index: 'a', values: { name: 'qa' } },
      { type: 'aws_sqs_queue', name: 'q', index: 'b', values: { name: 'qb' } },
      {
        type: 'aws_sns_topic_subscription',
        name: 's',
        index: 'b',
        values: { protocol: 'sqs', topic_arn: 'arn:aws:sns:eu-west-1:123456789012:t' },
        expressions: { endpoint: { references: ['each.value.arn', 'each.value'] } },
        forEach: { references: ['aws_sqs_queue.q'] },
      },
    ],
    of: 'aws_sns_topic_subscription.s["b"]',
    expected: { Endpoint: 'arn:aws:sqs:eu-west-1:123456789012:qb' },
  },
  {
    name: 'notifications are those of their bucket, one for each event',
    resources: [
      { type: 'aws_s3_bucket', name: 'b', values: { bucket: 'pictures' } },
      { type: 'aws_sqs_queue', name: 'q', values: { name: 'q' } },
      {
        type: 'aws_s3_bucket_notification',
        name: 'n',
        values: {
          bucket: 'pictures',
          queue: [
            { events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'], filter_prefix: 'in/', filter_suffix: '' },
          ],
        },
        unknown: { queue: [{ queue_arn: true }] },
        expressions: {
          bucket: refs('aws_s3_bucket.b.id'),
          queue: [{ queue_arn: refs('aws_sqs_queue.q.arn') }],
        },
      },
    ],
    of: 'aws_s3_bucket.b',
    expected: {
      NotificationConfiguration: {
        LambdaConfigurations: [],
        QueueConfigurations: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'].map((Event) => ({
          Event,
          Queue: 'arn:aws:sqs:eu-west-1:123456789012:q',
          Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'in/' }] } },
        })),
        TopicConfigurations: [],
      },
    },
  },
  {
    name: 'the only file of an archive is inline code',
    resources: [
      {
        type: 'archive_file',
        name: 'c',
        isData: true,
        values: {
          type: 'zip',
          output_path: './none.zip',
          source: [{ filename: 'app.py', content: 'x = 1' }],
        },
      },
      {
        type: 'aws_lambda_function',
        name: 'f',
        values: { function_name: 'f', handler: 'app.run', runtime: 'python3.12', filename: './none.zip' },
      },
    ],
    of: 'aws_lambda_function.f',
    expected: { Handler: 'index.run', Code: { ZipFile: 'x = 1' } },
  },
];
