/** Definitions of log filters, subscriptions and event source mappings that AWS refuses. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const METRIC_FILTER = (pattern: string, more = ''): string => `
  Group: { Type: AWS::Logs::LogGroup }
  Broken:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Ref Group
      FilterPattern: ${pattern}
      MetricTransformations:
        - MetricNamespace: Shop
          MetricName: Errors
          MetricValue: '1'
${more}`;
const FIFO_TOPIC = (more: string): string => `
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: prices.fifo, FifoTopic: true } }
  ${more}`;
const MAPPING = (service: string, more: string): RefusedDefinition['text'] => `
  Broken:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      EventSourceArn: arn:aws:${service}:us-east-1:123456789012:orders
${more}`;

export const OF_DELIVERIES: readonly RefusedDefinition[] = [
  ...[
    ['lambda', 'arn:aws:lambda:us-east-1:123456789012:function:any'],
    ['email', 'ops@example.com'],
    ['email-json', 'ops@example.com'],
    ['sms', '+15555550100'],
    ['application', 'arn:aws:sns:us-east-1:123456789012:endpoint/GCM/any/a1b2c3d4'],
  ].map(([protocol = '', endpoint = '']) =>
    one(
      `raw delivery that is false for the protocol ${protocol}`,
      `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: ${protocol}
      Endpoint: '${endpoint}'
      RawMessageDelivery: false # here`,
      'sns-subscription-rawmessagedelivery',
      'aws-cloudformation/cloudformation-coverage-roadmap#399, libertymutual/herman#81: also the value false is refused',
    ),
  ),
  one(
    'a JSON pattern of a metric filter whose property does not begin with $',
    METRIC_FILTER(`'{ status = "401" }' # here`),
    'logs-metricfilter-filterpattern',
    'aws/aws-cdk#15047: "Invalid metric filter pattern"',
  ),
  one(
    'a JSON pattern of a metric filter that compares with a text in single quotes',
    METRIC_FILTER(`"{ $.userIdentity.type = 'Root' }" # here`),
    'logs-metricfilter-filterpattern',
    'hashicorp/terraform-provider-aws#2945',
  ),
  one(
    'a pattern of a subscription filter that is not closed',
    `
  Group: { Type: AWS::Logs::LogGroup }
  Broken:
    Type: AWS::Logs::SubscriptionFilter
    Properties:
      LogGroupName: !Ref Group
      DestinationArn: arn:aws:kinesis:us-east-1:123456789012:stream/lines
      RoleArn: arn:aws:iam::123456789012:role/lines
      FilterPattern: '{ $.level = "ERROR"' # here`,
    'logs-subscriptionfilter-filterpattern',
    'CloudWatch Logs user guide, filter pattern syntax',
  ),
  one(
    'dimensions of a pattern that has terms only',
    METRIC_FILTER('"?ERROR ?WARN"', '          Dimensions: [{ Key: Cluster, Value: $.cluster }] # here'),
    'logs-metricfilter-metrictransformations',
    'aws-cloudformation/cloudformation-coverage-roadmap#1839: "The specified filter pattern does not support dimensions"',
  ),
  one(
    'dimensions together with a default value',
    METRIC_FILTER(
      `'{ $.level = "ERROR" }'`,
      '          Dimensions: [{ Key: Cluster, Value: $.cluster }]\n          DefaultValue: 0 # here',
    ),
    'logs-metricfilter-metrictransformations',
    'CloudWatch Logs user guide: "If you assign dimensions to a metric created by a metric filter, you can\'t assign a default value for that metric."',
  ),
  ...(
    [
      ['lambda', 'arn:aws:lambda:us-east-1:123456789012:function:prices'],
      ['https', 'https://example.com/prices'],
      ['email', 'prices@example.com'],
      ['sms', "'+15551234567'"],
    ] as const
  ).map(([protocol, endpoint]) =>
    one(
      `a subscription of a FIFO topic with the protocol ${protocol}`,
      FIFO_TOPIC(`Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Endpoint: ${endpoint}
      Protocol: ${protocol} # here`),
      'sns-subscription-protocol',
      'hashicorp/terraform-provider-aws#38441: "Invalid parameter: Invalid protocol type: sms"',
    ),
  ),
  one(
    'a subscription in a FIFO topic itself with the protocol lambda',
    `
  Broken:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: prices.fifo
      FifoTopic: true
      Subscription:
        - Endpoint: arn:aws:lambda:us-east-1:123456789012:function:prices
          Protocol: lambda # here`,
    'sns-topic-subscription',
    'SNS developer guide, message delivery for FIFO topics',
  ),
  one(
    'a FIFO queue in the subscriptions of a standard topic',
    `
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs.fifo, FifoQueue: true } }
  Broken:
    Type: AWS::SNS::Topic
    Properties:
      Subscription:
        - Protocol: sqs
          Endpoint: !GetAtt Queue.Arn # here`,
    'sns-topic-subscription',
    'getmoto/moto#8957, validated against AWS',
  ),
  {
    name: 'a batch of more than 10 messages without a window',
    text: MAPPING('sqs', '      BatchSize: 20 # here'),
    needs: ['function'],
    id: 'lambda-eventsourcemapping-batchsize',
    source: 'aws/chalice#1778',
  },
  {
    name: 'a starting position at a time for a stream of a table',
    text: MAPPING(
      'dynamodb',
      '      StartingPosition: AT_TIMESTAMP # here\n      StartingPositionTimestamp: 1700000000',
    ).replace(':orders', ':table/orders/stream/2024-01-01T00:00:00.000'),
    needs: ['function'],
    id: 'lambda-eventsourcemapping-startingposition',
    source:
      'Lambda API reference, StartingPosition: AT_TIMESTAMP is supported only for Kinesis, Kafka and DocumentDB',
  },
  {
    name: 'a setting of streams for a queue',
    text: MAPPING('sqs', '      BisectBatchOnFunctionError: true # here'),
    needs: ['function'],
    id: 'lambda-eventsourcemapping-bisectbatchonfunctionerror',
    source: 'Lambda API reference: "(Kinesis and DynamoDB Streams only)"',
  },
  one(
    'an alarm on an expression that has no period',
    `
  Broken:
    Type: AWS::CloudWatch::Alarm
    Properties:
      ComparisonOperator: GreaterThanThreshold
      EvaluationPeriods: 1
      Threshold: 0
      Metrics: # here
        - { Id: e1, ReturnData: true, Expression: "SUM(SEARCH('{AWS/SNS,TopicName} MetricName=NumberOfNotificationsFailed', 'Sum', 300))" }`,
    'cloudwatch-alarm-metrics',
    'aws/aws-cdk#7155, RoboFinSystems/robosystems#1129: "Period must not be null"',
  ),
  {
    name: 'a third subscription filter of a log group',
    text: `
  Group: { Type: AWS::Logs::LogGroup }
  One: { Type: AWS::Logs::SubscriptionFilter, Properties: { LogGroupName: !Ref Group, FilterPattern: a, DestinationArn: 'arn:aws:lambda:us-east-1:123456789012:function:a' } }
  Two: { Type: AWS::Logs::SubscriptionFilter, Properties: { LogGroupName: !Ref Group, FilterPattern: b, DestinationArn: 'arn:aws:lambda:us-east-1:123456789012:function:b' } }
  Broken:
    Type: AWS::Logs::SubscriptionFilter
    Properties:
      LogGroupName: !Ref Group # here
      FilterPattern: c
      DestinationArn: arn:aws:lambda:us-east-1:123456789012:function:c`,
    id: 'logs-subscriptionfilter-loggroupname',
    says: /^Resource limit exceeded\./,
    source: 'localstack/localstack, test_logs_subscription_filters.snapshot.json, recorded',
  },
  {
    name: 'the body of a request for a function at a response',
    text: `
  Broken:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{ Id: api, DomainName: api.example.com, CustomOriginConfig: { OriginProtocolPolicy: https-only } }]
        DefaultCacheBehavior:
          TargetOriginId: api
          ViewerProtocolPolicy: https-only
          CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad
          LambdaFunctionAssociations:
            - EventType: viewer-response
              IncludeBody: true # here
              LambdaFunctionARN: arn:aws:lambda:us-east-1:123456789012:function:edge:1`,
    id: 'cloudfront-distribution-distributionconfig',
    says: /^The IncludeBody option can only be used with viewer-request or origin-request events\.$/,
    source: 'https://github.com/serverless-nextjs/serverless-next.js/pull/533',
  },
];
