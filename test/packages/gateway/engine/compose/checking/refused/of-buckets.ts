import { broken, deployed, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const dashboard = (name: string, rule: string, body: string): RefusedDefinition =>
  one(
    name,
    broken('CloudWatch::Dashboard', `DashboardBody: '${body}' # here`),
    'cloudwatch-dashboard-dashboardbody',
    rule.includes('#') ? rule : deployed(`pf-cloudwatch-dashboard-${rule}`),
  );

/** A filter that sends the lines of a log group to a function. */
export const FILTER = (more: string): string => `
  Logs: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /shop/app } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }
  Function:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: !GetAtt Role.Arn, Code: { ZipFile: 'exports.handler = async () => ({})' } }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { Action: 'lambda:InvokeFunction', FunctionName: !Ref Function, Principal: logs.amazonaws.com, SourceArn: !GetAtt Logs.Arn }
  Filter:
    Type: AWS::Logs::SubscriptionFilter
    DependsOn: Permission
    Properties:
      LogGroupName: !Ref Logs
      FilterPattern: ERROR
      DestinationArn: !GetAtt Function.Arn${more}`;

/** Refusals of S3 about buckets, and of CloudWatch about dashboards. */
export const OF_BUCKETS: readonly RefusedDefinition[] = [
  one(
    'an origin with two wildcards',
    broken(
      'S3::Bucket',
      'CorsConfiguration:',
      '  CorsRules:',
      '    - AllowedMethods: [GET]',
      '      AllowedOrigins:',
      "        - 'https://*.*.example.com' # here",
    ),
    's3-bucket-corsconfiguration',
    'versity/versitygw#1870, recorded',
  ),
  one(
    'a header with two wildcards',
    broken(
      'S3::Bucket',
      'CorsConfiguration:',
      '  CorsRules:',
      '    - AllowedMethods: [GET]',
      "      AllowedOrigins: ['*']",
      '      AllowedHeaders:',
      "        - 'x-*-*' # here",
    ),
    's3-bucket-corsconfiguration',
    'S3 API reference, CORSRule, AllowedHeaders: "Each string can contain at most one * wildcard character"',
  ),
  one(
    'a lock of objects without versions',
    broken('S3::Bucket', 'ObjectLockConfiguration: { ObjectLockEnabled: Enabled } # here'),
    's3-bucket-objectlockconfiguration',
    deployed('pf-s3-objectlock-requires-versioning'),
  ),
  one(
    'a bucket without versions to which another one is replicated',
    `
  Copy:
    Type: AWS::S3::Bucket
    Properties: # here
      Tags: []
  Orders:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: Enabled }
      ReplicationConfiguration:
        Role: arn:aws:iam::123456789012:role/any
        Rules: [{ Status: Enabled, Prefix: '', Destination: { Bucket: !GetAtt Copy.Arn } }]`,
    's3-bucket-versioningconfiguration',
    'nozaq/terraform-aws-remote-state-s3-backend#107',
  ),
  one(
    'a role of a filter that sends to a function',
    FILTER('\n      RoleArn: !GetAtt Role.Arn # here'),
    'logs-subscriptionfilter-rolearn',
    'cloudtools/troposphere#413',
  ),
  dashboard('a dashboard that is no JSON', 'body-json', '{"widgets": [}'),
  dashboard('a dashboard without widgets', 'widgets', '{"start": "-PT1H"}'),
  dashboard('a widget without a type', 'widget-fields', '{"widgets": [{"properties": {"markdown": "a"}}]}'),
  dashboard(
    'a widget that is wider than the grid',
    'widget-position',
    '{"widgets": [{"type": "text", "width": 30, "properties": {"markdown": "a"}}]}',
  ),
  dashboard(
    'a widget of text without a text',
    'text-widget-markdown',
    '{"widgets": [{"type": "text", "properties": {}}]}',
  ),
  dashboard(
    'a widget of alarms without an alarm',
    'aws-solutions-library-samples/guidance-for-automating-network-monitoring-and-alerting-on-aws#7',
    '{"widgets": [{"type": "alarm", "properties": {"alarms": []}}]}',
  ),
  dashboard(
    'a widget of metrics without metrics',
    'aws-samples/aws-eda-slurm-cluster#116',
    '{"widgets": [{"type": "metric", "properties": {"region": "eu-west-1", "period": 300}}]}',
  ),
  dashboard(
    'a widget of metrics without a region',
    'metric-widget-source',
    '{"widgets": [{"type": "metric", "properties": {"metrics": [["AWS/SQS", "NumberOfMessagesSent"]]}}]}',
  ),
  dashboard(
    'metrics that are not a list of lists',
    'pulumi/pulumi#13059',
    '{"widgets": [{"type": "metric", "properties": {"region": "eu-west-1", "metrics": ["AWS/SQS", "NumberOfMessagesSent"]}}]}',
  ),
  dashboard(
    'a period of a widget that is no multiple of 60',
    'widget-period',
    '{"widgets": [{"type": "metric", "properties": {"region": "eu-west-1", "metrics": [["AWS/SQS", "NumberOfMessagesSent"]], "period": 90}}]}',
  ),
  dashboard(
    'a widget at a negative place',
    'widget-position-min',
    '{"widgets": [{"type": "text", "y": -1, "properties": {"markdown": "a"}}]}',
  ),
  dashboard(
    'a widget of an unknown type',
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html#CloudWatch-Dashboard-Properties-Widgets-Structure',
    '{"widgets": [{"type": "metrics", "properties": {}}]}',
  ),
];
