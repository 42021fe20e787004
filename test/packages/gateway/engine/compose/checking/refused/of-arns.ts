import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

/** Values that must be the ARN of a resource of certain services, or must not be an ARN. */
export const OF_ARNS: readonly RefusedDefinition[] = [
  one(
    'a URL as the private integration of an HTTP API',
    `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Link: { Type: AWS::ApiGatewayV2::VpcLink, Properties: { Name: shop, SubnetIds: [subnet-0a1b2c3d4e5f60718] } }
  B:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: ANY
      ConnectionType: VPC_LINK
      ConnectionId: !Ref Link
      IntegrationUri: http://orders.internal:8080 # here
      PayloadFormatVersion: "1.0"`,
    'apigatewayv2-integration-integrationuri',
    'openabdev/openab#1275',
  ),
  one(
    'a load balancer in place of its listener',
    `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Link: { Type: AWS::ApiGatewayV2::VpcLink, Properties: { Name: shop, SubnetIds: [subnet-0a1b2c3d4e5f60718] } }
  Lb: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Subnets: [subnet-1, subnet-2] } }
  C:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: ANY
      ConnectionType: VPC_LINK
      ConnectionId: !Ref Link
      IntegrationUri: !Ref Lb # here
      PayloadFormatVersion: "1.0"`,
    'apigatewayv2-integration-integrationuri',
    'anomalyco/sst#5510, klothoplatform/klotho#347',
  ),
  one(
    'an application load balancer for REST APIs',
    `
  L:
    Type: AWS::ApiGateway::VpcLink
    Properties:
      Name: a
      TargetArns: ['arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/0123456789abcdef'] # here`,
    'apigateway-vpclink-targetarns',
    'hashicorp/terraform-provider-aws#30910',
  ),
  one(
    'a role as the target of a rule',
    `
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: 'sts:AssumeRole' }] } } }
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: cron(0 3 * * ? *)
      Targets:
        - Id: job
          Arn: !GetAtt Role.Arn # here`,
    'events-rule-targets',
    'aws-cloudformation/cfn-lint#4505',
  ),
  one(
    'a table as the target of a rule',
    `
  T: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: a, AttributeType: S }], KeySchema: [{ AttributeName: a, KeyType: HASH }] } }
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: cron(0 3 * * ? *)
      Targets:
        - Id: job
          Arn: !GetAtt T.Arn # here`,
    'events-rule-targets',
    'aws-cloudformation/cfn-lint#4505',
  ),
  one(
    'a table as the target of a schedule',
    `
  T: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: a, AttributeType: S }], KeySchema: [{ AttributeName: a, KeyType: HASH }] } }
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: cron(0 3 * * ? *)
      FlexibleTimeWindow: { Mode: 'OFF' }
      Target:
        RoleArn: arn:aws:iam::123456789012:role/any
        Arn: !GetAtt T.Arn # here`,
    'scheduler-schedule-target',
    'EventBridge Scheduler user guide, "Templated targets"',
  ),
  one(
    'a topic as an event source',
    `
  T: { Type: AWS::SNS::Topic }
  M:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Fn
      EventSourceArn: !Ref T # here
  Fn:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }`,
    'lambda-eventsourcemapping-eventsourcearn',
    'aws-controllers-k8s/community#2250',
  ),
  one(
    'a topic as the dead-letter queue of a subscription',
    `
  T: { Type: AWS::SNS::Topic }
  S:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref T
      Protocol: https
      Endpoint: https://example.com/
      RedrivePolicy:
        deadLetterTargetArn: !Ref T # here`,
    'sns-subscription-redrivepolicy',
    'localstack/localstack, test_sns.snapshot.json, recorded',
  ),
  one(
    'the URL of a dead-letter queue',
    `
  D: { Type: AWS::SQS::Queue }
  Q:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !Ref D # here
        maxReceiveCount: 3`,
    'sqs-queue-redrivepolicy',
    'SQS API reference, SetQueueAttributes, RedrivePolicy',
  ),
  one(
    'a topic in the queue configurations of a bucket',
    `
  T: { Type: AWS::SNS::Topic }
  B:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: !Ref T # here`,
    's3-bucket-notificationconfiguration',
    'S3 user guide, event notifications',
  ),
  one(
    'notifications to a FIFO queue',
    `
  Q: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  P: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [!Ref Q], PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: s3.amazonaws.com }, Action: 'sqs:SendMessage', Resource: '*' }] } } }
  B:
    Type: AWS::S3::Bucket
    DependsOn: P
    Properties:
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: !GetAtt Q.Arn # here`,
    's3-bucket-notificationconfiguration',
    'S3 user guide: FIFO queues "aren\'t supported"',
  ),
  one(
    'the name of a bucket as the destination of a replication',
    `
  S:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: Enabled }
      ReplicationConfiguration:
        Role: arn:aws:iam::123456789012:role/any
        Rules:
          - Status: Enabled
            Destination: { Bucket: other-bucket } # here`,
    's3-bucket-replicationconfiguration',
    'localstack/localstack, test_s3.snapshot.json, recorded',
  ),
  one(
    'a queue as the destination of a subscription filter',
    `
  G: { Type: AWS::Logs::LogGroup }
  Q: { Type: AWS::SQS::Queue }
  F:
    Type: AWS::Logs::SubscriptionFilter
    Properties:
      LogGroupName: !Ref G
      FilterPattern: ''
      DestinationArn: !GetAtt Q.Arn # here`,
    'logs-subscriptionfilter-destinationarn',
    'CloudWatch Logs API reference, PutSubscriptionFilter',
  ),
  one(
    'a queue as the action of an alarm',
    `
  Q: { Type: AWS::SQS::Queue }
  A:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: Errors
      Namespace: AWS/Lambda
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
      AlarmActions: [!GetAtt Q.Arn] # here`,
    'cloudwatch-alarm-alarmactions',
    'CloudWatch API reference, PutMetricAlarm',
  ),
  one(
    'the name of a topic as the action of an alarm',
    `
  T: { Type: AWS::SNS::Topic }
  A:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: Errors
      Namespace: AWS/Lambda
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
      AlarmActions: [!GetAtt T.TopicName] # here`,
    'cloudwatch-alarm-alarmactions',
    'CloudWatch API reference, PutMetricAlarm',
  ),
  one(
    'the ARN of a log group without its last part',
    `
  G: { Type: AWS::Logs::LogGroup }
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/any
      DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}'
      LoggingConfiguration:
        Level: ALL
        Destinations:
          - CloudWatchLogsLogGroup: { LogGroupArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:x' } # here`,
    'stepfunctions-statemachine-loggingconfiguration',
    'Step Functions API reference, CloudWatchLogsLogGroup',
  ),
  one(
    'the ARN of a role in a policy',
    `
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: 'sts:AssumeRole' }] } } }
  P:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: a
      Roles: [!GetAtt Role.Arn] # here
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'sqs:SendMessage', Resource: '*' }] }`,
    'iam-policy-roles',
    'IAM API reference, PutRolePolicy',
  ),
  one(
    'the ARN of a queue in its policy',
    `
  Q: { Type: AWS::SQS::Queue }
  P:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!GetAtt Q.Arn] # here
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }] }`,
    'sqs-queuepolicy-queues',
    'CloudFormation template reference, AWS::SQS::QueuePolicy',
  ),
  one(
    'the name of a topic in its policy',
    `
  T: { Type: AWS::SNS::Topic }
  P:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!GetAtt T.TopicName] # here
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: '*', Action: 'sns:Publish', Resource: '*' }] }`,
    'sns-topicpolicy-topics',
    'SNS API reference, SetTopicAttributes',
  ),
  one(
    'the name of a topic in a subscription',
    `
  T: { Type: AWS::SNS::Topic }
  Q: { Type: AWS::SQS::Queue }
  S:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !GetAtt T.TopicName # here
      Protocol: sqs
      Endpoint: !GetAtt Q.Arn`,
    'sns-subscription-topicarn',
    'localstack/localstack, test_sns.snapshot.json, recorded',
  ),
  one(
    'the ARN of a bucket in its policy',
    `
  B: { Type: AWS::S3::Bucket }
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !GetAtt B.Arn # here
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { AWS: '123456789012' }, Action: 's3:GetObject', Resource: !Sub '\${B.Arn}/*' }] }`,
    's3-bucketpolicy-bucket',
    'localstack/localstack, test_s3.snapshot.json, recorded',
  ),
  one(
    'the ARN of a log group in a metric filter',
    `
  G: { Type: AWS::Logs::LogGroup }
  F:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !GetAtt G.Arn # here
      FilterPattern: ERROR
      MetricTransformations: [{ MetricName: a, MetricNamespace: b, MetricValue: '1' }]`,
    'logs-metricfilter-loggroupname',
    'CloudWatch Logs API reference, logGroupName',
  ),
];
