/**
 * Defines, for each type of resource that a template may name, how to find such a resource in the account and how to
 * release its name.
 */
import type { AwsRequest } from '../../terminal/aws-call.ts';

type Asked = { readonly name: string; readonly region: string; readonly accountId: string };

type NamedType = {
  readonly called: string;
  readonly property: string;
  readonly permission: string;
  readonly request: (asked: Asked) => AwsRequest;
  /** Matches AWS's response if there is no such resource. */
  readonly absent: RegExp;
  readonly fix: (name: string) => string;
};

export const NAMED_TYPES: Readonly<Record<string, NamedType>> = {
  'AWS::DynamoDB::Table': {
    called: 'table',
    property: 'TableName',
    permission: 'dynamodb:DescribeTable',
    request: ({ name }) => json('dynamodb', 'DynamoDB_20120810.DescribeTable', { TableName: name }),
    absent: /ResourceNotFoundException/,
    fix: (name) =>
      `import the table into the stack (see node_modules/gatewright/docs/guides/operate/operating.md, "A stack that was deleted"), or, if its items are not needed: aws dynamodb delete-table --table-name ${name}`,
  },
  'AWS::Logs::LogGroup': {
    called: 'log group',
    property: 'LogGroupName',
    permission: 'logs:DescribeLogGroups',
    request: ({ name }) =>
      json('logs', 'Logs_20140328.DescribeLogGroups', { logGroupNamePrefix: name }, '1.1'),
    absent: /ResourceNotFoundException/,
    fix: (name) => `aws logs delete-log-group --log-group-name ${name}`,
  },
  'AWS::Lambda::Function': {
    called: 'function',
    property: 'FunctionName',
    permission: 'lambda:GetFunctionConfiguration',
    request: ({ name }) => ({
      service: 'lambda',
      protocol: 'rest',
      path: `/2015-03-31/functions/${encodeURIComponent(name)}/configuration`,
    }),
    absent: /ResourceNotFoundException/,
    fix: (name) => `aws lambda delete-function --function-name ${name}`,
  },
  'AWS::SQS::Queue': {
    called: 'queue',
    property: 'QueueName',
    permission: 'sqs:GetQueueUrl',
    request: ({ name }) => json('sqs', 'AmazonSQS.GetQueueUrl', { QueueName: name }),
    absent: /NonExistentQueue|QueueDoesNotExist/,
    fix: (name) =>
      `check that the queue is empty, then: aws sqs delete-queue --queue-url "$(aws sqs get-queue-url --queue-name ${name} --query QueueUrl --output text)"`,
  },
  'AWS::SNS::Topic': {
    called: 'topic',
    property: 'TopicName',
    permission: 'sns:GetTopicAttributes',
    request: ({ name, region, accountId }) =>
      query('sns', 'GetTopicAttributes', '2010-03-31', {
        TopicArn: `arn:${partitionOf(region)}:sns:${region}:${accountId}:${name}`,
      }),
    absent: /NotFound/,
    fix: (name) =>
      `check the subscribers of topic ${name}, then delete it: aws sns delete-topic --topic-arn ARN`,
  },
  'AWS::Events::EventBus': {
    called: 'event bus',
    property: 'Name',
    permission: 'events:DescribeEventBus',
    request: ({ name }) => json('events', 'AWSEvents.DescribeEventBus', { Name: name }, '1.1'),
    absent: /ResourceNotFoundException/,
    fix: (name) => `delete the rules of the event bus, then: aws events delete-event-bus --name ${name}`,
  },
  'AWS::CloudWatch::Dashboard': {
    called: 'dashboard',
    property: 'DashboardName',
    permission: 'cloudwatch:GetDashboard',
    request: ({ name }) => query('monitoring', 'GetDashboard', '2010-08-01', { DashboardName: name }),
    absent: /ResourceNotFound/,
    fix: (name) => `aws cloudwatch delete-dashboards --dashboard-names ${name}`,
  },
};

function json(service: string, target: string, input: object, version?: '1.1'): AwsRequest {
  return { service, protocol: 'json', target, input, ...(version !== undefined && { version }) };
}

function query(
  service: string,
  action: string,
  version: string,
  parameters: Readonly<Record<string, string>>,
): AwsRequest {
  return { service, protocol: 'query', action, version, parameters };
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
