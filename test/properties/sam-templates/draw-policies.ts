import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Pick } from '../../support/pick.ts';

const DOCUMENT: JsonObject = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Sub': '${Bucket.Arn}/*' } }],
};

/** Only templates of services that run here: one of another service grants that whole service. */
const POLICIES: readonly Json[] = [
  'AmazonS3ReadOnlyAccess',
  'AWSLambdaBasicExecutionRole',
  'AWSLambdaSQSQueueExecutionRole',
  'arn:aws:iam::123456789012:policy/own',
  { 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess' },
  { Ref: 'AWS::NoValue' },
  DOCUMENT,
  { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] },
  { DynamoDBCrudPolicy: { TableName: 'orders' } },
  { DynamoDBReadPolicy: { TableName: { Ref: 'Env' } } },
  { SQSSendMessagePolicy: { QueueName: { 'Fn::GetAtt': ['Queue', 'QueueName'] } } },
  { S3ReadPolicy: { BucketName: { 'Fn::Sub': 'b-${Env}' } } },
  { SNSPublishMessagePolicy: { TopicName: { 'Fn::GetAtt': ['Topic', 'TopicName'] } } },
  { LambdaInvokePolicy: { FunctionName: { Ref: 'Plain' } } },
  { KinesisStreamReadPolicy: { StreamName: { Ref: 'Stream' } } },
  { StepFunctionsExecutionPolicy: { StateMachineName: 'orders' } },
  { EventBridgePutEventsPolicy: { EventBusName: { Ref: 'Bus' } } },
  { 'Fn::If': ['IsProd', DOCUMENT, { Ref: 'AWS::NoValue' }] },
  { 'Fn::If': ['IsBig', 'arn:aws:iam::aws:policy/ReadOnlyAccess', { Ref: 'AWS::NoValue' }] },
  {
    'Fn::If': ['IsBig', { SQSPollerPolicy: { QueueName: 'q' } }, { DynamoDBWritePolicy: { TableName: 't' } }],
  },
];

export function drawPolicies(pick: Pick): Json {
  if (pick.chance(0.25))
    return pick.one(POLICIES.filter((policy) => JSON.stringify(policy) !== '{"Ref":"AWS::NoValue"}'));
  return Array.from({ length: 1 + pick.upTo(3) }, () => pick.one(POLICIES));
}
