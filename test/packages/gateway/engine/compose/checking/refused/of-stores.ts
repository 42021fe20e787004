import { broken, deployed, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const ROLE = 'arn:aws:iam::123456789012:role/any';
const QUEUES = `
  Ordered: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  Group: { Type: AWS::Logs::LogGroup }`;
const row = (name: string, type: string, source: string, ...lines: readonly string[]): RefusedDefinition => {
  const faulty = lines.findIndex((line) => line.endsWith('# here'));
  const property =
    (lines.slice(0, faulty + 1).findLast((line) => /^\w/.test(line)) ?? '').split(':')[0] ?? '';
  const text = broken(type, ...lines);
  return one(
    name,
    /Ordered|Group\b/.test(text) ? `${text}${QUEUES}` : text,
    `${type.toLowerCase().replace('::', '-')}-${property.toLowerCase()}`,
    /[#,]/.test(source) ? source : deployed(`pf-${source}`),
  );
};
const FUNCTION_OF = [
  'Runtime: nodejs22.x',
  'Handler: index.handler',
  `Role: ${ROLE}`,
  "Code: { ZipFile: 'exports.handler = async () => ({})' }",
];
const KEYS = [
  'AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]',
  'KeySchema: [{ AttributeName: id, KeyType: HASH }]',
];
const MAPPING_OF = [
  'FunctionName: arn:aws:lambda:us-east-1:123456789012:function:f',
  'EventSourceArn: arn:aws:kinesis:us-east-1:123456789012:stream/s',
];
const TO_BUCKET = [`RoleARN: ${ROLE}`, 'BucketARN: arn:aws:s3:::archive'].map((line) => `  ${line}`);
const CONVERSION = `DataFormatConversionConfiguration: { InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } }, OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } }, SchemaConfiguration: { DatabaseName: d, TableName: t, RoleARN: '${ROLE}' } }`;
const stream = (name: string, source: string, ...lines: readonly string[]): RefusedDefinition =>
  row(
    name,
    'KinesisFirehose::DeliveryStream',
    source,
    'ExtendedS3DestinationConfiguration:',
    ...TO_BUCKET,
    ...lines.map((line) => `  ${line}`),
  );
const subscription = (name: string, source: string, ...lines: readonly string[]): RefusedDefinition =>
  row(name, 'SNS::Subscription', source, 'TopicArn: arn:aws:sns:us-east-1:123456789012:t', ...lines);

/** Refusals of Lambda, DynamoDB, Firehose, SNS, CloudWatch Logs, Systems Manager, Secrets Manager and KMS. */
export const OF_STORES: readonly RefusedDefinition[] = [
  row(
    'a FIFO queue as the dead-letter queue of a function',
    'Lambda::Function',
    'lambda-dlq-no-fifo',
    ...FUNCTION_OF,
    'DeadLetterConfig:',
    '  TargetArn: !GetAtt Ordered.Arn # here',
  ),
  row(
    'a log group of a function with the prefix of AWS',
    'Lambda::Function',
    'lambda-loggroup-no-aws-prefix',
    ...FUNCTION_OF,
    'LoggingConfig:',
    '  LogGroup: aws/lambda/orders # here',
  ),
  row(
    'settings of an image of a function without an image',
    'Lambda::Function',
    'lambda-imageconfig-requires-image',
    ...FUNCTION_OF,
    'ImageConfig: { Command: [index.handler] } # here',
  ),
  row(
    'a FIFO queue as the destination of failed invocations',
    'Lambda::EventInvokeConfig',
    'lambda-eic-destination-no-sqs-fifo',
    'FunctionName: f',
    'Qualifier: $LATEST',
    'DestinationConfig:',
    '  OnFailure:',
    '    Destination: !GetAtt Ordered.Arn # here',
  ),
  row(
    'all methods and one method of a function URL',
    'Lambda::Url',
    'lambda-url-cors-allow-methods-wildcard-mix',
    'TargetFunctionArn: f',
    'AuthType: AWS_IAM',
    'Cors:',
    "  AllowMethods: ['*', GET] # here",
  ),
  one(
    'a cluster of Kafka without a topic',
    broken(
      'Lambda::EventSourceMapping',
      'FunctionName: arn:aws:lambda:us-east-1:123456789012:function:f',
      'StartingPosition: LATEST',
      'EventSourceArn: arn:aws:kafka:us-east-1:123456789012:cluster/c/11111111-2222-3333-4444-555555555555-1 # here',
    ),
    'lambda-eventsourcemapping-topics',
    deployed('pf-lambda-esm-msk-topics-required'),
  ),
  row(
    'a maximum age of 30 seconds',
    'Lambda::EventSourceMapping',
    'lambda-esm-record-age-effective-min',
    ...MAPPING_OF,
    'StartingPosition: LATEST',
    'MaximumRecordAgeInSeconds: 30 # here',
  ),
  row(
    'an attribute that a table defines twice',
    'DynamoDB::Table',
    'dynamodb-duplicate-attribute-definitions',
    'BillingMode: PAY_PER_REQUEST',
    'KeySchema: [{ AttributeName: id, KeyType: HASH }]',
    'AttributeDefinitions:',
    '  - { AttributeName: id, AttributeType: S }',
    '  - { AttributeName: id, AttributeType: N } # here',
  ),
  one(
    'more concurrent invocations of a mapping than the function has',
    `${broken(
      'Lambda::EventSourceMapping',
      'FunctionName: !Ref Few',
      'EventSourceArn: arn:aws:sqs:us-east-1:123456789012:orders',
      'ScalingConfig:',
      '  MaximumConcurrency: 50 # here',
    )}
  Few:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, ReservedConcurrentExecutions: 10, Role: '${ROLE}', Code: { ZipFile: 'exports.handler = async () => ({})' } }`,
    'lambda-eventsourcemapping-scalingconfig',
    deployed('pf-lambda-esm-max-concurrency-vs-reserved'),
  ),
  row(
    'a table that is not encrypted, with a type of encryption',
    'DynamoDB::Table',
    'dynamodb-sse-type',
    ...KEYS,
    'BillingMode: PAY_PER_REQUEST',
    'SSESpecification:',
    '  SSEEnabled: false',
    '  SSEType: KMS # here',
  ),
  row(
    'a bound of on-demand reads of a provisioned table',
    'DynamoDB::Table',
    'dynamodb-ondemand-throughput-billing',
    ...KEYS,
    'BillingMode: PROVISIONED',
    'ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 }',
    'OnDemandThroughput: { MaxReadRequestUnits: 5 } # here',
  ),
  row(
    'a parameter that contains another one',
    'SSM::Parameter',
    'ssm-parameter-value',
    'Type: String',
    "Value: 'https://{{ host }}/orders' # here",
  ),
  row(
    'a parameter without a value',
    'SSM::Parameter',
    'ssm-parameter-value',
    'Type: String',
    "Value: '' # here",
  ),
  row(
    'a name of a parameter that ends with a slash',
    'SSM::Parameter',
    'ssm-parameter-name',
    'Type: String',
    'Value: x',
    'Name: /shop/ # here',
  ),
  row(
    'a template of a secret that is no JSON',
    'SecretsManager::Secret',
    'secretsmanager-generate-secret-string',
    'GenerateSecretString:',
    '  GenerateStringKey: password',
    '  SecretStringTemplate: shop # here',
  ),
  row(
    'an alias of a key with the prefix of AWS',
    'KMS::Alias',
    'kms-alias-name',
    'TargetKeyId: 11111111-2222-3333-4444-555555555555',
    'AliasName: alias/aws/shop # here',
  ),
  row(
    'a log group with the prefix of AWS',
    'Logs::LogGroup',
    'hashicorp/terraform#10739',
    'LogGroupName: aws/lambda/orders # here',
  ),
  row(
    'a metric in a namespace of AWS',
    'Logs::MetricFilter',
    'logs-metric-namespace-reserved',
    'LogGroupName: !Ref Group',
    'FilterPattern: ERROR',
    'MetricTransformations:',
    '  - MetricName: errors',
    "    MetricValue: '1'",
    '    MetricNamespace: AWS/Shop # here',
  ),
  row(
    'a role with which CloudWatch Logs would call a function',
    'Logs::SubscriptionFilter',
    'logs-subscription-lambda-no-role',
    'LogGroupName: !Ref Group',
    "FilterPattern: ''",
    'DestinationArn: arn:aws:lambda:us-east-1:123456789012:function:f',
    `RoleArn: ${ROLE} # here`,
  ),
  subscription(
    'a name in place of a phone number',
    'aws-samples/aws-sagemaker-build#4',
    'Protocol: sms',
    'Endpoint: call-me # here',
  ),
  subscription(
    'a host in place of an address',
    'sns-subscription-endpoint',
    'Protocol: email',
    'Endpoint: ops.example.com # here',
  ),
  stream(
    'a buffer of 5 MB for records that are converted',
    'floci-io/floci#3236, measured on AWS',
    CONVERSION,
    'BufferingHints:',
    '  SizeInMBs: 5 # here',
  ),
  stream(
    'compressed objects of converted records',
    'firehose-dfcc-compression',
    CONVERSION,
    'CompressionFormat: GZIP # here',
  ),
  stream(
    'a prefix with an expression, without a prefix of errors',
    'firehose-error-output-prefix-required',
    "Prefix: 'orders/!{timestamp:yyyy}/' # here",
  ),
  stream(
    'a prefix of errors without their type',
    'firehose-error-output-prefix-error-type',
    "ErrorOutputPrefix: 'errors/!{timestamp:yyyy}/' # here",
  ),
  stream(
    'partitions without a key in the prefix',
    'firehose-dynamic-partitioning-prefix',
    'DynamicPartitioningConfiguration: { Enabled: true }',
    'Prefix: orders/ # here',
  ),
];
