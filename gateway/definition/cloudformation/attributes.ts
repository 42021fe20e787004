/**
 * What `Ref` and `Fn::GetAtt` give per resource type. A type that is not in the table gets a placeholder of
 * AWS's shape and is reported as such.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html ("Return values")
 */
import type { Json } from '../model.ts';
import { API_TYPES } from '../api-types/api-types.ts';
import { arnOf, generated, host, id, named } from './namers.ts';
import { makeId, makeName, makeUuid } from './physical-ids.ts';
import { serviceAttribute, serviceReference } from './service-names.ts';
import type { Identity, Namer, NamesOfType } from './namers.ts';

const lowerNamed =
  (property: string, maxLength?: number): Namer =>
  (resource) =>
    resource.text(property) ?? makeName(resource.stackName, resource.logicalId, maxLength).toLowerCase();

/** IAM is global: no region in its ARNs. */
const iamArn =
  (kind: string, name: Namer): Namer =>
  (resource) =>
    `arn:${resource.partition}:iam::${resource.accountId}:${kind}${resource.text('Path') ?? '/'}${name(resource)}`;

const tableName = named('TableName', 255);
const functionName = named('FunctionName', 64);
const bucketName = lowerNamed('BucketName', 63);
const queueName = named('QueueName', 80);
const roleName = named('RoleName', 64);
const userPoolId: Namer = ({ region, stackName, logicalId }) =>
  `${region}_${makeId(9, stackName, logicalId)}`;
const userPoolProvider: Namer = (resource) =>
  `cognito-idp.${resource.region}.${resource.urlSuffix}/${userPoolId(resource)}`;
const clientSecret: Namer = ({ stackName, logicalId }) => makeId(51, stackName, logicalId, 'secret');
const layerArn: Namer = (resource) => `${arnOf('lambda', named('LayerName', 140), 'layer:')(resource)}:1`;
const versionArn: Namer = (resource) =>
  `${functionArn(resource.text('FunctionName') ?? '', resource)}:${resource.ordinal ?? 1}`;
const aliasArn: Namer = (resource) =>
  `${functionArn(resource.text('FunctionName') ?? '', resource)}:${resource.text('Name') ?? ''}`;
const stateMachineAlias: Namer = (resource) => {
  const version =
    resource.text('DeploymentPreference.StateMachineVersionArn') ??
    resource.text('RoutingConfiguration.0.StateMachineVersionArn') ??
    '';
  return `${version.replace(/:\d+$/, '')}:${resource.text('Name') ?? ''}`;
};
const queueUrl: Namer = (resource) =>
  `https://sqs.${resource.region}.${resource.urlSuffix}/${resource.accountId}/${queueName(resource)}`;
/** A function is named by name or ARN; a qualifier needs its ARN. */
function functionArn(nameOrArn: string, resource: Identity): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arnOf('lambda', () => nameOrArn, 'function:')(resource);
}

const row = (ref: Namer, attributes: Readonly<Record<string, Namer>> = {}): NamesOfType => ({
  ref,
  attributes,
});

const TABLE: Readonly<Record<string, NamesOfType>> = {
  'AWS::Lambda::Function': row(functionName, { Arn: arnOf('lambda', functionName, 'function:') }),
  'AWS::Lambda::Version': row(versionArn, {
    Version: ({ ordinal = 1 }) => String(ordinal),
    FunctionArn: versionArn,
  }),
  'AWS::Lambda::Alias': row(aliasArn, { AliasArn: aliasArn }),
  'AWS::Lambda::Permission': row(generated, { Id: generated }),
  'AWS::Lambda::LayerVersion': row(layerArn, { LayerVersionArn: layerArn }),
  'AWS::Lambda::Url': row((resource) => functionArn(resource.text('TargetFunctionArn') ?? '', resource), {
    FunctionArn: (resource) => functionArn(resource.text('TargetFunctionArn') ?? '', resource),
    FunctionUrl: (resource) => `https://${id(32)(resource)}.lambda-url.${resource.region}.on.aws/`,
  }),
  'AWS::Lambda::EventSourceMapping': row(({ stackName, logicalId }) => makeUuid(stackName, logicalId), {
    Id: ({ stackName, logicalId }) => makeUuid(stackName, logicalId),
  }),
  'AWS::DynamoDB::Table': row(tableName, {
    Arn: arnOf('dynamodb', tableName, 'table/'),
    StreamArn: (resource) =>
      `${arnOf('dynamodb', tableName, 'table/')(resource)}/stream/2026-01-01T00:00:00.000`,
  }),
  'AWS::IAM::Role': row(roleName, {
    Arn: iamArn('role', roleName),
    RoleId: (resource) => `AROA${id(17)(resource).toUpperCase()}`,
  }),
  'AWS::IAM::ManagedPolicy': row(iamArn('policy', named('ManagedPolicyName')), {
    PolicyArn: iamArn('policy', named('ManagedPolicyName')),
  }),
  'AWS::IAM::Policy': row(named('PolicyName')),
  'AWS::IAM::User': row(named('UserName', 64), { Arn: iamArn('user', named('UserName', 64)) }),
  'AWS::S3::Bucket': row(bucketName, {
    Arn: (resource) => `arn:${resource.partition}:s3:::${bucketName(resource)}`,
    DomainName: host((resource) => `${bucketName(resource)}.s3`),
    RegionalDomainName: host((resource) => `${bucketName(resource)}.s3.${resource.region}`),
    WebsiteURL: (resource) =>
      `http://${bucketName(resource)}.s3-website-${resource.region}.${resource.urlSuffix}`,
  }),
  'AWS::S3::BucketPolicy': row((resource) => resource.text('Bucket') ?? ''),
  'AWS::SQS::Queue': row(queueUrl, {
    Arn: arnOf('sqs', queueName),
    QueueName: queueName,
    QueueUrl: queueUrl,
  }),
  'AWS::SNS::Topic': row(arnOf('sns', named('TopicName', 256)), {
    TopicArn: arnOf('sns', named('TopicName', 256)),
    TopicName: named('TopicName', 256),
  }),
  'AWS::Logs::LogGroup': row(named('LogGroupName', 512), {
    Arn: (resource) => `${arnOf('logs', named('LogGroupName', 512), 'log-group:')(resource)}:*`,
  }),
  'AWS::Cognito::UserPool': row(userPoolId, {
    Arn: arnOf('cognito-idp', userPoolId, 'userpool/'),
    UserPoolId: userPoolId,
    ProviderName: userPoolProvider,
    ProviderURL: (resource) => `https://${userPoolProvider(resource)}`,
  }),
  'AWS::Cognito::UserPoolClient': row(id(26), {
    ClientId: id(26),
    Name: named('ClientName'),
    ClientSecret: clientSecret,
  }),
  'AWS::SecretsManager::Secret': row(
    (resource) => `${arnOf('secretsmanager', named('Name'), 'secret:')(resource)}-${id(6)(resource)}`,
  ),
  'AWS::SSM::Parameter': row(named('Name'), {
    Type: (resource) => resource.text('Type') ?? '',
    Value: (resource) => resource.text('Value') ?? '',
  }),
  'AWS::KMS::Key': row(({ stackName, logicalId }) => makeUuid(stackName, logicalId), {
    Arn: arnOf('kms', ({ stackName, logicalId }) => makeUuid(stackName, logicalId), 'key/'),
    KeyId: ({ stackName, logicalId }) => makeUuid(stackName, logicalId),
  }),
  'AWS::StepFunctions::StateMachine': row(arnOf('states', named('StateMachineName', 80), 'stateMachine:'), {
    Arn: arnOf('states', named('StateMachineName', 80), 'stateMachine:'),
    Name: named('StateMachineName', 80),
  }),
  'AWS::StepFunctions::StateMachineVersion': row(
    (resource) => `${resource.text('StateMachineArn') ?? ''}:1`,
    { Arn: (resource) => `${resource.text('StateMachineArn') ?? ''}:1` },
  ),
  'AWS::StepFunctions::StateMachineAlias': row(stateMachineAlias, { Arn: stateMachineAlias }),
  'AWS::Events::Rule': row(named('Name', 64), { Arn: arnOf('events', named('Name', 64), 'rule/') }),
  'AWS::Events::EventBus': row(named('Name'), {
    Arn: arnOf('events', named('Name'), 'event-bus/'),
    Name: named('Name'),
  }),
};

function namesOf(type: string): NamesOfType | undefined {
  return API_TYPES.get(type)?.names ?? (Object.hasOwn(TABLE, type) ? TABLE[type] : undefined);
}

export type Lookup<Value extends Json = string> = { readonly value: Value; readonly isPlaceholder: boolean };

/** What `Ref` gives. Types outside the tables get CloudFormation's usual made-up name, marked as placeholder. */
export function referenceTo(resource: Identity): Lookup {
  const value = namesOf(resource.type)?.ref(resource) ?? serviceReference(resource.type, resource);
  if (value !== undefined) return { value, isPlaceholder: false };
  return { value: makeName(resource.stackName, resource.logicalId), isPlaceholder: true };
}

/** What `Fn::GetAtt` gives; an attribute outside the tables gets a placeholder, in the form that its name suggests. */
export function attributeOf(resource: Identity, attribute: string): Lookup<Json> {
  const attributes = namesOf(resource.type)?.attributes;
  const found = attributes && Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
  const value = found?.(resource) ?? serviceAttribute(resource.type, attribute, resource);
  if (value !== undefined) return { value, isPlaceholder: false };
  return { value: plausibleAttribute(resource, attribute), isPlaceholder: true };
}

function plausibleAttribute(resource: Identity, attribute: string): string {
  const name = makeName(resource.stackName, resource.logicalId);
  const service = resource.type.split('::')[1]?.toLowerCase() ?? 'custom';
  if (/Arn$/i.test(attribute)) return arnOf(service, () => name)(resource);
  if (/Port$/.test(attribute)) return '443';
  if (/(?:Address|Endpoint|Domain|DomainName|Host)$/.test(attribute))
    return `${name.toLowerCase()}.${service}.${resource.region}.${resource.urlSuffix}`;
  if (/Ur[il]$/i.test(attribute))
    return `https://${name.toLowerCase()}.${service}.${resource.region}.${resource.urlSuffix}/`;
  return attribute === 'Id' || attribute === 'Name' ? name : `${name}-${attribute}`;
}
