/**
 * Properties that exclude or need each other, with the service's words where a thread or a recording quotes them. Each
 * schema names its source.
 */
import type { JsonObject } from '@gatewright/aws/json-object';

/** Matches a resource that has the value. */
const has = (name: string, value: JsonObject | boolean = true): JsonObject => ({
  properties: { [name]: value },
  required: [name],
});
/** The property must not be there. */
const without = (name: string, says: string): JsonObject => ({ properties: { [name]: { not: {}, says } } });

const SSE =
  'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.';
const ON_DEMAND = has('StreamModeDetails', has('StreamMode', { const: 'ON_DEMAND' }));
const PROVISIONED = has('StreamModeDetails', has('StreamMode', { const: 'PROVISIONED' }));

/** localstack/localstack, test_logs_subscription_filters.snapshot.json, recorded */
const DESTINATIONS: readonly JsonObject[] = ['kinesis', 'firehose'].map((vendor) => ({
  if: { not: { required: ['RoleArn'] } },
  then: {
    properties: {
      DestinationArn: {
        pattern: `^(?!arn:[^:]+:${vendor}:)`,
        says: `destinationArn for vendor ${vendor} cannot be used without roleArn`,
      },
    },
  },
}));

export const EXCLUSIVE_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::SQS::Queue': {
    allOf: [
      // localstack/localstack, test_sqs.snapshot.json, recorded
      {
        if: { required: ['KmsMasterKeyId'] },
        then: { properties: { SqsManagedSseEnabled: { not: { const: true }, says: SSE } } },
      },
      // SQS API reference, CreateQueue: "only when the value for DeduplicationScope is messageGroup"
      {
        if: has('FifoThroughputLimit', { const: 'perMessageGroupId' }),
        then: {
          ...has('DeduplicationScope', { const: 'messageGroup' }),
          says: 'FifoThroughputLimit can be perMessageGroupId only if DeduplicationScope is messageGroup',
        },
      },
    ],
  },
  // aws/aws-cdk#18247
  'AWS::Kinesis::Stream': {
    allOf: [
      { if: ON_DEMAND, then: without('ShardCount', 'ShardCount is not expected when StreamMode=ON_DEMAND') },
      { if: PROVISIONED, then: { required: ['ShardCount'] } },
    ],
  },
  'AWS::SNS::Topic': {
    // SNS API reference, CreateTopic: ContentBasedDeduplication "applies only to FIFO topics"
    if: { not: has('FifoTopic', { const: true }) },
    then: {
      properties: {
        ContentBasedDeduplication: {
          not: { const: true },
          says: 'ContentBasedDeduplication is only for topics with FifoTopic: true',
        },
      },
    },
  },
  'AWS::Logs::SubscriptionFilter': { allOf: DESTINATIONS },
  'AWS::S3::Bucket': {
    // S3 API reference, PutBucketReplication: "Versioning must be 'Enabled' on the bucket"
    if: { required: ['ReplicationConfiguration'] },
    then: {
      ...has('VersioningConfiguration', has('Status', { const: 'Enabled' })),
      says: "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
    },
  },
  // Secrets Manager user guide, AWS::SecretsManager::Secret GenerateSecretString
  'AWS::SecretsManager::Secret': {
    properties: {
      GenerateSecretString: {
        dependentRequired: {
          SecretStringTemplate: ['GenerateStringKey'],
          GenerateStringKey: ['SecretStringTemplate'],
        },
      },
    },
  },
  // SSM API reference, PutParameter, Name
  'AWS::SSM::Parameter': {
    allOf: [
      {
        properties: {
          Name: {
            pattern: '^(/|[^/]*$)',
            says: 'Parameter name must be a fully qualified name. (It has a slash, so it must begin with one.)',
          },
        },
      },
      {
        properties: {
          Name: {
            pattern: '^(?!/?([aA][wW][sS]|[sS][sS][mM]))',
            says: `A parameter name can't be prefixed with "aws" or "ssm" (case-insensitive).`,
          },
        },
      },
    ],
  },
  // Route 53 API reference, ResourceRecordSet, TTL: "If you're creating or updating a record … TTL" is required except for aliases
  'AWS::Route53::RecordSet': { dependentRequired: { ResourceRecords: ['TTL'] } },
  'AWS::Lambda::Function': {
    properties: {
      // hashicorp/terraform-provider-aws#8818
      Layers: {
        items: {
          pattern: '^arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+$',
          says: "1 validation error detected: Value '[{value}]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy regular expression pattern: (arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)]",
        },
      },
      // Lambda developer guide, "Dead-letter queues": an Amazon SQS queue or an Amazon SNS topic
      DeadLetterConfig: { properties: { TargetArn: { pattern: '^arn:[^:]+:(sqs|sns):' } } },
    },
  },
  // EventBridge user guide, quotas: 5 targets per rule
  'AWS::Events::Rule': { properties: { Targets: { maxItems: 5 } } },
};
