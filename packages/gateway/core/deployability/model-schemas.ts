/**
 * Lengths, ranges, patterns and values that CloudFormation's schemas lack. They are from the service's model of the
 * call that creates the resource. The service refuses a member that violates them with "1 validation error detected".
 * The rows are from the service models in botocore (Apache-2.0), by operation.
 */
import type { JsonObject } from '@gatewright/aws/json-object';

type Row = readonly [type: string, operation: string, path: string, schema: JsonObject];

const NAME_OF_USER = String.raw`^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`;
const FIVE: JsonObject = { maxItems: 5 };

const ROWS: readonly Row[] = [
  ['AWS::Events::EventBus', 'CreateEventBus', 'Description', { maxLength: 512 }],
  [
    'AWS::Lambda::EventSourceMapping',
    'CreateEventSourceMapping',
    'StartingPosition',
    { enum: ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'] },
  ],
  ['AWS::Cognito::UserPoolUser', 'AdminCreateUser', 'Username', { maxLength: 128, pattern: NAME_OF_USER }],
  ['AWS::Cognito::UserPoolUser', 'AdminCreateUser', 'MessageAction', { enum: ['RESEND', 'SUPPRESS'] }],
  ['AWS::Cognito::UserPoolUser', 'AdminCreateUser', 'DesiredDeliveryMediums.*', { enum: ['SMS', 'EMAIL'] }],
  ['AWS::Cognito::UserPoolUser', 'AdminCreateUser', 'UserAttributes.*.Name', { minLength: 1, maxLength: 32 }],
  ['AWS::Cognito::UserPoolUser', 'AdminCreateUser', 'UserAttributes.*.Value', { maxLength: 2_048 }],
  [
    'AWS::Cognito::UserPoolUserToGroupAttachment',
    'AdminAddUserToGroup',
    'GroupName',
    { maxLength: 128, pattern: NAME_OF_USER },
  ],
  // CloudWatch API reference, PutDashboard: "The maximum length is 255".
  ['AWS::CloudWatch::Dashboard', 'PutDashboard', 'DashboardName', { maxLength: 255 }],
  ['AWS::CloudWatch::Alarm', 'PutMetricAlarm', 'AlarmActions', FIVE],
  ['AWS::CloudWatch::Alarm', 'PutMetricAlarm', 'OKActions', FIVE],
  ['AWS::CloudWatch::Alarm', 'PutMetricAlarm', 'InsufficientDataActions', FIVE],
  [
    'AWS::Logs::MetricFilter',
    'PutMetricFilter',
    'MetricTransformations.*.MetricNamespace',
    { maxLength: 255 },
  ],
  [
    'AWS::SecretsManager::RotationSchedule',
    'RotateSecret',
    'RotationRules.AutomaticallyAfterDays',
    { minimum: 1, maximum: 1_000 },
  ],
  [
    'AWS::SecretsManager::RotationSchedule',
    'RotateSecret',
    'RotationRules.Duration',
    { pattern: '^[0-9]+h$', minLength: 2, maxLength: 3 },
  ],
  ['AWS::WAFv2::WebACL', 'CreateWebACL', 'Name', { maxLength: 128 }],
  ['AWS::WAFv2::WebACL', 'CreateWebACL', 'Description', { maxLength: 256 }],
  ['AWS::WAFv2::RuleGroup', 'CreateRuleGroup', 'Name', { maxLength: 128 }],
  ['AWS::WAFv2::RuleGroup', 'CreateRuleGroup', 'Capacity', { minimum: 1 }],
  ['AWS::WAFv2::IPSet', 'CreateIPSet', 'Name', { maxLength: 128 }],
  ['AWS::WAFv2::RegexPatternSet', 'CreateRegexPatternSet', 'Name', { maxLength: 128 }],
  [
    'AWS::WAFv2::LoggingConfiguration',
    'PutLoggingConfiguration',
    'LogDestinationConfigs',
    { minItems: 1, maxItems: 100 },
  ],
  ['AWS::EventSchemas::Schema', 'CreateSchema', 'Type', { enum: ['OpenApi3', 'JSONSchemaDraft4'] }],
  ['AWS::EventSchemas::Schema', 'CreateSchema', 'Content', { minLength: 1, maxLength: 100_000 }],
];

/** Returns a schema for the value at a path, in which `*` stands for each item of a list. */
function schemaAt([name, ...rest]: readonly string[], schema: JsonObject): JsonObject {
  if (name === undefined) return schema;
  return name === '*'
    ? { items: schemaAt(rest, schema) }
    : { properties: { [name]: schemaAt(rest, schema) } };
}

export const MODEL_SCHEMAS: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  [...Map.groupBy(ROWS, ([type]) => type)].map(([type, rows]) => [
    type,
    { allOf: rows.map(([, , path, schema]) => schemaAt(path.split('.'), schema)) },
  ]),
);
