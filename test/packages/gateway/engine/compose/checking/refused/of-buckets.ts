import { broken, deployed, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const dashboard = (name: string, rule: string, body: string): RefusedDefinition =>
  one(
    name,
    broken('CloudWatch::Dashboard', `DashboardBody: '${body}' # here`),
    'cloudwatch-dashboard-dashboardbody',
    rule.includes('#') ? rule : deployed(`pf-cloudwatch-dashboard-${rule}`),
  );

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
];
