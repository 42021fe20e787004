/**
 * Schemas for subscriptions of topics and for delivery streams that SNS and Firehose refuse although CloudFormation's
 * schemas permit them. The refusals without another source were measured by deploying such resources to AWS
 * (https://github.com/badmintoncryer/cdk-preflight, `rules/sns` and `rules/firehose`; each `meta.yaml` quotes the
 * answer).
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { has } from './exclusive-schemas.ts';

const ENDPOINTS: readonly (readonly [protocol: string, pattern: string, says: string, fix: string])[] = [
  [
    'sms',
    String.raw`^\+?\d[\d ./()-]*\d$`,
    'Invalid parameter: Invalid SMS endpoint: {value}',
    'write the phone number with its country code: +491701234567',
  ],
  ...(['email', 'email-json'] as const).map(
    (protocol) =>
      [
        protocol,
        String.raw`^[^@\s;,]+@[^@\s;,]+$`,
        'Invalid parameter: Email address',
        'write one email address, such as ops@example.com',
      ] as const,
  ),
  [
    'application',
    '^arn:[^:]+:sns:[^:]*:[^:]*:endpoint/',
    'Invalid parameter: Application endpoint arn invalid',
    'specify the ARN of a platform application endpoint (arn:aws:sns:REGION:ACCOUNT:endpoint/…)',
  ],
];

const IS_PARTITIONED = has('DynamicPartitioningConfiguration', has('Enabled', { const: true }));
const IS_CONVERTED = has('DataFormatConversionConfiguration', {
  type: 'object',
  not: has('Enabled', { const: false }),
});
const bufferOf = (says: string): JsonObject => ({
  properties: {
    BufferingHints: {
      properties: { SizeInMBs: { minimum: 64, fix: 'set SizeInMBs to 64 or more, or remove it', says } },
    },
  },
});

const BUCKET: JsonObject = {
  allOf: [
    // floci-io/floci#3236, measured on AWS; neylsoncrepalde/edc-mod1-exercise-igti#15
    {
      if: IS_CONVERTED,
      then: {
        allOf: [
          bufferOf('BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.'),
          {
            properties: {
              CompressionFormat: {
                const: 'UNCOMPRESSED',
                fix: 'remove CompressionFormat: the serializer compresses',
                says: "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled",
              },
            },
          },
        ],
      },
    },
    // See awslabs/aws-solutions-constructs#648
    {
      if: IS_PARTITIONED,
      then: {
        allOf: [
          bufferOf('BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.'),
          {
            properties: {
              Prefix: {
                pattern: String.raw`!\{partitionKeyFrom`,
                fix: 'write !{partitionKeyFromQuery:NAME} or !{partitionKeyFromLambda:NAME} in Prefix',
                says: 'S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled',
              },
            },
          },
        ],
      },
      else: {
        properties: {
          Prefix: {
            pattern: String.raw`^(?![\s\S]*!\{partitionKeyFrom)`,
            fix: 'add DynamicPartitioningConfiguration: { Enabled: true }',
            says: 'Dynamic Partitioning Namespaces can only be part of a prefix expression when Dynamic Partitioning is enabled.',
          },
        },
      },
    },
    {
      if: has('Prefix', { pattern: String.raw`!\{` }),
      then: {
        required: ['ErrorOutputPrefix'],
        fix: "add ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/'",
        says: 'ErrorOutputPrefix cannot be null or empty when Prefix contains expressions',
      },
    },
    {
      properties: {
        ErrorOutputPrefix: {
          if: { pattern: String.raw`!\{` },
          then: {
            pattern: String.raw`!\{firehose:error-output-type\}`,
            fix: 'write !{firehose:error-output-type} in ErrorOutputPrefix',
            says: 'ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}',
          },
        },
      },
    },
  ],
};

export const DELIVERY_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::SNS::Subscription': {
    allOf: ENDPOINTS.map(([protocol, pattern, says, fix]) => ({
      if: has('Protocol', { const: protocol }),
      then: { properties: { Endpoint: { pattern, says, fix } } },
    })),
  },
  'AWS::KinesisFirehose::DeliveryStream': {
    properties: { ExtendedS3DestinationConfiguration: BUCKET },
    if: has('DeliveryStreamType', { const: 'KinesisStreamAsSource' }),
    then: {
      required: ['KinesisStreamSourceConfiguration'],
      fix: 'add KinesisStreamSourceConfiguration with KinesisStreamARN and RoleARN',
      says: 'KinesisSourceStreamConfig is mandatory for KinesisStreamAsSource stream type.',
      properties: {
        DeliveryStreamEncryptionConfigurationInput: {
          not: {},
          fix: 'remove DeliveryStreamEncryptionConfigurationInput, and encrypt the Kinesis stream instead',
          says: 'Server side encryption from firehose is only allowed for direct put delivery streams and database as a source delivery streams',
        },
      },
    },
  },
};
