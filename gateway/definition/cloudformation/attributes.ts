/**
 * What `Ref` and `Fn::GetAtt` give per resource type. A type that is not in the table gets a placeholder of
 * AWS's shape and is reported as such.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html ("Return values")
 */
import type { Json } from '../model.ts';
import { makeId, makeRootResourceId, makeName, makeUuid } from './physical-ids.ts';
import { serviceAttribute, serviceReference } from './service-names.ts';

/** One resource, as far as its identity needs it. */
export type Identity = {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  readonly urlSuffix: string;
  /** A resolved property as text, `List.0.Member` for a nested one; undefined = not written. */
  text(property: string): string | undefined;
  /** Which one it is, from 1, of those of its type for the same function; absent = the first. */
  readonly ordinal?: number;
};

type Namer = (resource: Identity) => string;
type Row = { readonly ref: Namer; readonly attributes: Readonly<Record<string, Namer>> };

const id =
  (count: number): Namer =>
  ({ stackName, logicalId }) =>
    makeId(count, stackName, logicalId);

/** The name that the template gives, otherwise one that CloudFormation would make. */
const named =
  (property: string, maxLength?: number): Namer =>
  (resource) =>
    resource.text(property) ?? makeName(resource.stackName, resource.logicalId, maxLength);

const lowerNamed =
  (property: string, maxLength?: number): Namer =>
  (resource) =>
    resource.text(property) ?? makeName(resource.stackName, resource.logicalId, maxLength).toLowerCase();

/** `arn:{partition}:{service}:{region}:{account}:{prefix}{ref}` */
const arnOf =
  (service: string, name: Namer, prefix = ''): Namer =>
  (resource) =>
    `arn:${resource.partition}:${service}:${resource.region}:${resource.accountId}:${prefix}${name(resource)}`;

/** IAM is global: no region in its ARNs. */
const iamArn =
  (kind: string, name: Namer): Namer =>
  (resource) =>
    `arn:${resource.partition}:iam::${resource.accountId}:${kind}${resource.text('Path') ?? '/'}${name(resource)}`;

const host =
  (text: (resource: Identity) => string): Namer =>
  (resource) =>
    `${text(resource)}.${resource.urlSuffix}`;

const tableName = named('TableName', 255);
const functionName = named('FunctionName', 64);
const bucketName = lowerNamed('BucketName', 63);
/** Model names are alphanumeric. */
const modelName: Namer = (resource) =>
  resource.text('Name') ?? makeName(resource.stackName, resource.logicalId).replaceAll('-', '');
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
const apiEndpoint: Namer = (resource) => {
  const scheme = resource.text('ProtocolType') === 'WEBSOCKET' ? 'wss' : 'https';
  return `${scheme}://${id(10)(resource)}.execute-api.${resource.region}.${resource.urlSuffix}`;
};

/** A function is named by name or ARN; a qualifier needs its ARN. */
function functionArn(nameOrArn: string, resource: Identity): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arnOf('lambda', () => nameOrArn, 'function:')(resource);
}

const routingRuleArn: Namer = (resource) =>
  `${resource.text('DomainNameArn') ?? ''}/routingrules/${id(6)(resource)}`;

const generated: Namer = ({ stackName, logicalId }) => makeName(stackName, logicalId);

const row = (ref: Namer, attributes: Readonly<Record<string, Namer>> = {}): Row => ({ ref, attributes });

const TABLE: Readonly<Record<string, Row>> = {
  'AWS::ApiGateway::RestApi': row(id(10), {
    RestApiId: id(10),
    RootResourceId: ({ stackName, logicalId }) => makeRootResourceId(stackName, logicalId),
  }),
  'AWS::ApiGateway::Resource': row(id(6), { ResourceId: id(6) }),
  'AWS::ApiGateway::Method': row(generated),
  'AWS::ApiGateway::Authorizer': row(id(6), { AuthorizerId: id(6) }),
  'AWS::ApiGateway::Deployment': row(id(6), { DeploymentId: id(6) }),
  'AWS::ApiGateway::Stage': row((resource) => resource.text('StageName') ?? ''),
  'AWS::ApiGateway::GatewayResponse': row(id(6), { Id: id(6) }),
  'AWS::ApiGateway::RequestValidator': row(id(6), { RequestValidatorId: id(6) }),
  'AWS::ApiGateway::Model': row(modelName),
  'AWS::ApiGateway::ApiKey': row(id(10), { APIKeyId: id(10) }),
  'AWS::ApiGateway::UsagePlan': row(id(6), { Id: id(6) }),
  'AWS::ApiGateway::UsagePlanKey': row(id(10), { Id: id(10) }),
  'AWS::ApiGateway::VpcLink': row(id(6), { VpcLinkId: id(6) }),
  'AWS::ApiGateway::DomainName': row((resource) => resource.text('DomainName') ?? '', {
    RegionalDomainName: host((resource) => `d-${id(10)(resource)}.execute-api.${resource.region}`),
    RegionalHostedZoneId: () => 'Z1UJRXOUMOOFQ8',
    DistributionDomainName: (resource) => `${id(13)(resource)}.cloudfront.net`,
    DistributionHostedZoneId: () => 'Z2FDTNDATAQYW2',
    DomainNameArn: (resource) =>
      `arn:${resource.partition}:apigateway:${resource.region}::/domainnames/${resource.text('DomainName') ?? ''}`,
  }),
  'AWS::ApiGateway::BasePathMapping': row(generated),
  'AWS::ApiGateway::ClientCertificate': row(id(6), { ClientCertificateId: id(6) }),
  'AWS::ApiGatewayV2::DomainName': row((resource) => resource.text('DomainName') ?? '', {
    RegionalDomainName: host((resource) => `d-${id(10)(resource)}.execute-api.${resource.region}`),
    RegionalHostedZoneId: () => 'Z1UJRXOUMOOFQ8',
    DomainNameArn: (resource) =>
      `arn:${resource.partition}:apigateway:${resource.region}::/domainnames/${resource.text('DomainName') ?? ''}`,
  }),
  'AWS::ApiGatewayV2::RoutingRule': row(routingRuleArn, {
    RoutingRuleArn: routingRuleArn,
    RoutingRuleId: id(6),
  }),
  'AWS::ApiGatewayV2::ApiMapping': row(id(6), { ApiMappingId: id(6) }),
  'AWS::ApiGatewayV2::Api': row(id(10), { ApiId: id(10), ApiEndpoint: apiEndpoint }),
  'AWS::ApiGatewayV2::Route': row(id(7), { RouteId: id(7) }),
  'AWS::ApiGatewayV2::Integration': row(id(7), { IntegrationId: id(7) }),
  'AWS::ApiGatewayV2::Authorizer': row(id(6), { AuthorizerId: id(6) }),
  'AWS::ApiGatewayV2::Deployment': row(id(6), { DeploymentId: id(6) }),
  'AWS::ApiGatewayV2::Stage': row((resource) => resource.text('StageName') ?? ''),
  'AWS::ApiGatewayV2::RouteResponse': row(id(6), { RouteResponseId: id(6) }),
  'AWS::ApiGatewayV2::IntegrationResponse': row(id(6), { IntegrationResponseId: id(6) }),
  'AWS::ApiGatewayV2::Model': row(id(6), { ModelId: id(6) }),
  'AWS::ApiGatewayV2::VpcLink': row(id(6), { VpcLinkId: id(6) }),
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

export type Lookup<Value extends Json = string> = { readonly value: Value; readonly isPlaceholder: boolean };

/** What `Ref` gives. Types outside the tables get CloudFormation's usual made-up name, marked as placeholder. */
export function referenceTo(resource: Identity): Lookup {
  const found = Object.hasOwn(TABLE, resource.type) ? TABLE[resource.type] : undefined;
  const value = found?.ref(resource) ?? serviceReference(resource.type, resource);
  if (value !== undefined) return { value, isPlaceholder: false };
  return { value: makeName(resource.stackName, resource.logicalId), isPlaceholder: true };
}

/** What `Fn::GetAtt` gives; an attribute outside the tables gets a placeholder, in the form that its name suggests. */
export function attributeOf(resource: Identity, attribute: string): Lookup<Json> {
  const attributes = Object.hasOwn(TABLE, resource.type) ? TABLE[resource.type]?.attributes : undefined;
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
