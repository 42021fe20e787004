/**
 * The source folders with the code that reads the calls of a service, by the service's name in the reference of
 * operations.
 */
export const READERS: Readonly<Record<string, readonly string[]>> = {
  'Cloud Map': ['services/servicediscovery'],
  CloudFormation: ['services/cloudformation'],
  CloudWatch: ['services/cloudwatch'],
  'CloudWatch Logs': ['services/cloudwatch-logs'],
  Cognito: ['cognito'],
  DynamoDB: ['dynamodb', 'services/tables'],
  'DynamoDB Streams': ['dynamodb', 'services/streams'],
  EventBridge: ['services/eventbridge'],
  Kinesis: ['services/kinesis'],
  Lambda: ['control/api/lambda', 'services/lambda-events', 'core/stack'],
  S3: ['services/s3'],
  SNS: ['services/sns'],
  SQS: ['services/sqs'],
  STS: ['services/sts'],
  'Secrets Manager': ['services/values'],
  'Step Functions': ['services/states'],
  'Systems Manager': ['services/values'],
  WAFv2: ['services/waf'],
  'X-Ray': ['services/xray'],
};
