import { mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { pick } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';
import { localOrS3 } from './sam-function.ts';

const OF_TABLE = [
  'TableName',
  'ProvisionedThroughput',
  'SSESpecification',
  'Tags',
  'PointInTimeRecoverySpecification',
];
const OF_LAYER = ['Description', 'LicenseInfo', 'CompatibleRuntimes', 'CompatibleArchitectures'];

const ATTRIBUTE_TYPES: Readonly<Record<string, string>> = { String: 'S', Number: 'N', Binary: 'B' };

export function expandTable(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('SimpleTable', resource);
  expansion.reportUnknown(logicalId, 'AWS::Serverless::SimpleTable', properties, [...OF_TABLE, 'PrimaryKey']);
  const key = mapOf(properties, 'PrimaryKey');
  const name: Json = key['Name'] ?? 'id';
  const type = key['Type'] ?? 'String';
  const attributeType = typeof type === 'string' ? ATTRIBUTE_TYPES[type] : undefined;
  if (attributeType === undefined) {
    return expansion.fail(logicalId, 'PrimaryKey.Type must be String, Number or Binary');
  }
  expansion.make(logicalId, logicalId, 'AWS::DynamoDB::Table', {
    ...pick(properties, OF_TABLE),
    AttributeDefinitions: [{ AttributeName: name, AttributeType: attributeType }],
    KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
    ...(properties['ProvisionedThroughput'] === undefined ? { BillingMode: 'PAY_PER_REQUEST' } : {}),
  });
}

export function expandLayer(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('LayerVersion', resource);
  const known = [...OF_LAYER, 'LayerName', 'ContentUri', 'RetentionPolicy', 'PublishLambdaVersion'];
  expansion.reportUnknown(logicalId, 'AWS::Serverless::LayerVersion', properties, known);
  const content = properties['ContentUri'];
  if (content === undefined) return expansion.fail(logicalId, 'ContentUri is required');
  expansion.make(logicalId, logicalId, 'AWS::Lambda::LayerVersion', {
    ...pick(properties, OF_LAYER),
    LayerName: properties['LayerName'] ?? logicalId,
    Content: localOrS3(content),
  });
}

export function expandApplication(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('Application', resource);
  const known = ['Location', 'Parameters', 'NotificationARNs', 'Tags', 'TimeoutInMinutes'];
  expansion.reportUnknown(logicalId, 'AWS::Serverless::Application', properties, known);
  const location = properties['Location'];
  if (location === undefined) return expansion.fail(logicalId, 'Location is required');
  const repository = membersOf(location)['ApplicationId'];
  if (repository !== undefined)
    expansion.report(
      logicalId,
      'AWS::Serverless::Application',
      'Location',
      'an application of the Serverless Application Repository is not on this machine: its resources do not exist',
    );
  expansion.make(logicalId, logicalId, 'AWS::CloudFormation::Stack', {
    ...pick(properties, ['Parameters', 'NotificationARNs', 'Tags', 'TimeoutInMinutes']),
    ...(typeof location === 'string' ? { TemplateURL: location } : {}),
  });
}

const RECORDED: Readonly<Record<string, string>> = {
  'AWS::Serverless::GraphQLApi': 'AWS::AppSync::GraphQLApi',
  'AWS::Serverless::CapacityProvider': 'AWS::Lambda::CapacityProvider',
};

/** Keeps the resource in the stack under its CloudFormation type, so that references to it have a value. */
export function recordType(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const type = typeof resource['Type'] === 'string' ? resource['Type'] : '';
  expansion.make(logicalId, logicalId, Object.hasOwn(RECORDED, type) ? (RECORDED[type] ?? type) : type, {});
}
