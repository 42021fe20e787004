import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '@gatewright/aws/json-object';
import { refusal } from '../stack-builders.ts';
import { samEvents, samSources } from '../sam-event-builders.ts';

// SAM developer guide, "EventSource" and "CloudFormation resources generated when AWS::Serverless::Function is
// specified"; logical ids of SNS over SQS from the same project's "Generated resources".

const ARN = { 'Fn::GetAtt': ['F', 'Arn'] };
const MAPPING = 'AWS::Lambda::EventSourceMapping';
const event = (Type: string, Properties: JsonObject): JsonObject => ({ E: { Type, Properties } });
const allowed = (Principal: unknown, source: object): object => ({
  Type: 'AWS::Lambda::Permission',
  Properties: { Action: 'lambda:InvokeFunction', FunctionName: { Ref: 'F' }, Principal, ...source },
});
const policy = (queueArn: unknown, queueUrl: unknown): object => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [queueUrl],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Resource: queueArn,
          Principal: '*',
          Condition: { ArnEquals: { 'aws:SourceArn': 'topic' } },
        },
      ],
    },
  },
});

const OF_KINESIS: JsonObject = {
  StartingPosition: 'AT_TIMESTAMP',
  StartingPositionTimestamp: 1_700_000_000,
  BatchSize: 20,
  MaximumBatchingWindowInSeconds: 1,
  ParallelizationFactor: 2,
  FilterCriteria: { Filters: [{ Pattern: '{"data":{"page":["home"]}}' }] },
  FunctionResponseTypes: ['ReportBatchItemFailures'],
  BisectBatchOnFunctionError: true,
  MaximumRetryAttempts: 3,
  MaximumRecordAgeInSeconds: 120,
  TumblingWindowInSeconds: 0,
  KmsKeyArn: 'key',
  MetricsConfig: { Metrics: ['EventCount'] },
  Enabled: true,
};

describe('expandSource (docs/aws §18.10)', () => {
  for (const { what, given, made } of [
    {
      what: 'a queue',
      given: event('SQS', { Queue: 'queue', BatchSize: 5, ScalingConfig: { MaximumConcurrency: 2 } }),
      made: {
        FE: {
          Type: MAPPING,
          Properties: {
            FunctionName: { Ref: 'F' },
            EventSourceArn: 'queue',
            BatchSize: 5,
            ScalingConfig: { MaximumConcurrency: 2 },
          },
        },
      },
    },
    {
      what: 'a stream, whose destination has no type at CloudFormation',
      given: event('DynamoDB', {
        Stream: 'stream',
        StartingPosition: 'LATEST',
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Type: 'SQS', Destination: 'dead' } },
      }),
      made: {
        FE: {
          Type: MAPPING,
          Properties: {
            FunctionName: { Ref: 'F' },
            EventSourceArn: 'stream',
            StartingPosition: 'LATEST',
            MaximumRetryAttempts: 2,
            DestinationConfig: { OnFailure: { Destination: 'dead' } },
          },
        },
      },
    },
    {
      // SAM developer guide, "Kinesis": all of its properties.
      what: 'a Kinesis stream',
      given: event('Kinesis', {
        ...OF_KINESIS,
        Stream: { 'Fn::GetAtt': ['Clicks', 'Arn'] },
        DestinationConfig: { OnFailure: { Type: 'SNS', Destination: 'dead' } },
      }),
      made: {
        FE: {
          Type: MAPPING,
          Properties: {
            ...OF_KINESIS,
            FunctionName: { Ref: 'F' },
            EventSourceArn: { 'Fn::GetAtt': ['Clicks', 'Arn'] },
            DestinationConfig: { OnFailure: { Destination: 'dead' } },
          },
        },
      },
    },
    {
      what: 'a topic',
      given: event('SNS', { Topic: 'topic', FilterPolicy: { a: ['b'] } }),
      made: {
        FEPermission: allowed('sns.amazonaws.com', { SourceArn: 'topic' }),
        FE: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: 'topic', Protocol: 'lambda', Endpoint: ARN, FilterPolicy: { a: ['b'] } },
        },
      },
    },
    {
      what: 'a topic over a queue that SAM makes',
      given: event('SNS', { Topic: 'topic', SqsSubscription: true }),
      made: {
        FEQueue: { Type: 'AWS::SQS::Queue', Properties: {} },
        FEQueuePolicy: policy({ 'Fn::GetAtt': ['FEQueue', 'Arn'] }, { Ref: 'FEQueue' }),
        FE: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: 'topic', Protocol: 'sqs', Endpoint: { 'Fn::GetAtt': ['FEQueue', 'Arn'] } },
        },
        FEEventSourceMapping: {
          Type: MAPPING,
          Properties: {
            FunctionName: { Ref: 'F' },
            EventSourceArn: { 'Fn::GetAtt': ['FEQueue', 'Arn'] },
            BatchSize: 10,
            Enabled: true,
          },
        },
      },
    },
    {
      what: 'a topic over a queue of the template',
      given: event('SNS', {
        Topic: 'topic',
        SqsSubscription: { QueueArn: 'arn', QueueUrl: 'url', QueuePolicyLogicalId: 'Own', BatchSize: 3 },
      }),
      made: {
        Own: policy('arn', 'url'),
        FE: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: 'topic', Protocol: 'sqs', Endpoint: 'arn' },
        },
        FEEventSourceMapping: {
          Type: MAPPING,
          Properties: { FunctionName: { Ref: 'F' }, EventSourceArn: 'arn', BatchSize: 3, Enabled: true },
        },
      },
    },
    {
      what: 'a log group',
      given: event('CloudWatchLogs', { LogGroupName: 'group', FilterPattern: '' }),
      made: {
        FEPermission: allowed('logs.amazonaws.com', {
          SourceArn: {
            'Fn::Sub': [
              'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}:*',
              { Group: 'group' },
            ],
          },
        }),
        FE: {
          Type: 'AWS::Logs::SubscriptionFilter',
          Properties: { LogGroupName: 'group', FilterPattern: '', DestinationArn: ARN },
        },
      },
    },
  ])
    it(`makes the permission for ${what} to start the function`, () => {
      const { resources, findings } = samEvents(given);

      assert.deepEqual(resources, made);
      assert.deepEqual(findings, []);
    });

  it('starts the alias of a function that has one, under the condition of the function', () => {
    const queue = event('SQS', { Queue: 'queue' });
    const { FE: mapping } = samSources(queue, { AutoPublishAlias: 'live' }, {}, { Condition: 'No' });

    assert.deepEqual(mapping, {
      Type: MAPPING,
      Condition: 'No',
      Properties: { FunctionName: { Ref: 'FAliaslive' }, EventSourceArn: 'queue' },
    });
  });

  it('names events that start nothing here, and properties that it does not apply', () => {
    const given = {
      A: { Type: 'IoTRule', Properties: { Sql: 'SELECT *' } },
      B: { Type: 'MSK', Properties: { Stream: 's', StartingPosition: 'LATEST' } },
      C: { Type: 'SQS', Properties: { Queue: 'queue', Topics: ['t'] } },
    };

    assert.deepEqual(
      samEvents(given).findings.map(({ property, consequence }) => [property, consequence]),
      [
        ['Events.A', 'IoTRule events are not supported; the function will not be invoked.'],
        ['Events.B', 'MSK events are not supported; the function will not be invoked.'],
        ['Events.C.Topics', 'this property is not applied'],
      ],
    );
  });

  for (const [type, properties, message] of [
    ['SQS', {}, /event E: Queue is required/],
    ['DynamoDB', { Stream: 's' }, /event E: StartingPosition is required/],
    ['Kinesis', { StartingPosition: 'LATEST' }, /event E: Stream is required/],
    ['Kinesis', { Stream: 's' }, /event E: StartingPosition is required/],
    ['SNS', {}, /event E: Topic is required/],
    [
      'SNS',
      { Topic: 't', SqsSubscription: { QueueArn: 'a' } },
      /SqsSubscription needs QueueArn and QueueUrl/,
    ],
    ['CloudWatchLogs', { LogGroupName: 'g' }, /event E: FilterPattern is required/],
  ] as const)
    it(`refuses ${type} with ${JSON.stringify(properties)}, as SAM does`, () => {
      assert.match(
        refusal(() => samEvents(event(type, properties))),
        message,
      );
    });
});
