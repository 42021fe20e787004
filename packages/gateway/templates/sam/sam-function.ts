/**
 * Expands `AWS::Serverless::Function` to the function, its role and permissions, and the routes and sources of its
 * events.
 */
import type { DefinitionError } from '../../core/errors.ts';
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { pick, present } from './sam-expansion.ts';
import type { RouteTarget, SamExpansion } from './sam-expansion.ts';
import { expandSource } from './sam-events.ts';
import { deadLetterConfig, expandInvokeConfig } from './sam-invoke-config.ts';
import { functionRole, isTraced, refusePolicies } from './sam-role.ts';

const TYPE = 'AWS::Serverless::Function';

type FunctionTarget = Extract<RouteTarget, { readonly kind: 'function' }>;

const PASSED_ON =
  'FunctionName Handler Runtime MemorySize Timeout Role Description Environment Layers Tags Architectures KmsKeyArn VpcConfig EphemeralStorage ReservedConcurrentExecutions PackageType ImageConfig FileSystemConfigs RuntimeManagementConfig LoggingConfig SnapStart RecursiveLoop'.split(
    ' ',
  );

const EXPANDED =
  'AutoPublishAlias CodeUri InlineCode ImageUri Events Policies PermissionsBoundary RolePath Tracing AssumeRolePolicyDocument AutoPublishCodeSha256 AutoPublishAliasAllProperties CodeSigningConfigArn VersionDescription ProvisionedConcurrencyConfig DeadLetterQueue EventInvokeConfig FunctionUrlConfig DeploymentPreference'.split(
    ' ',
  );

export function expandFunction(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('Function', resource);
  expansion.reportUnknown(logicalId, TYPE, properties, [...PASSED_ON, ...EXPANDED]);
  refusePolicies(expansion, logicalId, properties);
  const role = properties['Role'] ?? { 'Fn::GetAtt': [`${logicalId}Role`, 'Arn'] };
  if (properties['Role'] === undefined) {
    expansion.make(logicalId, `${logicalId}Role`, 'AWS::IAM::Role', functionRole(logicalId, properties));
  }
  expansion.make(logicalId, logicalId, 'AWS::Lambda::Function', {
    ...pick(properties, PASSED_ON),
    ...(properties['ImageUri'] !== undefined && { PackageType: 'Image' }),
    ...(isTraced(properties) && { TracingConfig: { Mode: properties['Tracing'] ?? null } }),
    Role: role,
    Code: codeOf(properties),
    ...deadLetterConfig(expansion, logicalId, properties),
  });
  if (properties['DeploymentPreference'] !== undefined)
    expansion.report(
      logicalId,
      TYPE,
      'DeploymentPreference',
      'traffic is not shifted; the alias points at the new version at once, and no hook runs',
    );
  const events = mapOf(properties, 'Events');
  const target = targetOf(expansion, logicalId, properties);
  expansion.attempt(
    'the function URL does not exist',
    () => {
      expandFunctionUrl(expansion, logicalId, properties['FunctionUrlConfig'], target);
    },
    () => undefined,
  );
  expansion.attempt(
    'EventInvokeConfig has no effect on asynchronous invocations',
    () => {
      expandInvokeConfig(expansion, logicalId, properties);
    },
    () => undefined,
  );
  for (const [name, event] of Object.entries(events))
    expansion.attempt(
      isOfApi(event) ? 'the event creates no route' : 'the event does not invoke the function',
      () => {
        expandEvent(expansion, logicalId, name, event, target);
      },
      () => undefined,
    );
}

/** Closes routes that cannot be created. They respond with 500, so that no broader route handles their requests. */
export function closeFunctionRoutes(
  expansion: SamExpansion,
  logicalId: string,
  resource: JsonObject,
  fault: DefinitionError,
): void {
  const events = expansion.properties('Function', resource)['Events'];
  const target = { kind: 'function', arn: '', name: '' } as const;
  for (const [name, event] of Object.entries(membersOf(events))) {
    const type = membersOf(event)['Type'];
    if (type === 'Api' || type === 'HttpApi')
      expansion.attempt(
        'the event creates no route',
        () => {
          expansion.addEvent(type === 'Api' ? 'rest' : 'http', logicalId, name, event, target, fault);
        },
        () => undefined,
      );
  }
}

/**
 * Returns the target that events invoke. For `AutoPublishAlias`, it creates a version and an alias, and the target is
 * the alias.
 */
function targetOf(expansion: SamExpansion, logicalId: string, properties: JsonObject): FunctionTarget {
  const alias = properties['AutoPublishAlias'];
  if (alias === undefined)
    return { kind: 'function', arn: { 'Fn::GetAtt': [logicalId, 'Arn'] }, name: { Ref: logicalId } };
  // A reference to a parameter has been replaced by its value, unless the parameter has no value.
  const named = isJsonObject(alias) ? alias['Ref'] : undefined;
  if (typeof named === 'string' && !named.startsWith('AWS::') && !expansion.has(named))
    return expansion.fail(
      logicalId,
      `AutoPublishAlias is the parameter ${named}, which has no value; pass --param ${named}=VALUE`,
      'parameter-without-value',
    );
  if (typeof alias !== 'string')
    return expansion.fail(logicalId, `AutoPublishAlias must be a string, not ${JSON.stringify(alias)}`);
  if (!/^(?!\d+$)[\w-]+$/.test(alias))
    return expansion.fail(
      logicalId,
      `AutoPublishAlias name ('${alias}') must contain only alphanumeric characters, hyphens, or underscores matching (?!^[0-9]+$)([a-zA-Z0-9-_]+) pattern.`,
    );
  // As in SAM, D and U replace the characters that an alias can contain but a logical id cannot.
  const aliasPart = alias.replaceAll('-', 'D').replaceAll('_', 'U');
  const [versionId, aliasId] = [`${logicalId}Version`, `${logicalId}Alias${aliasPart}`];
  expansion.make(logicalId, versionId, 'AWS::Lambda::Version', {
    FunctionName: { Ref: logicalId },
    ...present({ Description: properties['VersionDescription'] }),
  });
  expansion.make(logicalId, aliasId, 'AWS::Lambda::Alias', {
    Name: alias,
    FunctionName: { Ref: logicalId },
    FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] },
    ...pick(properties, ['ProvisionedConcurrencyConfig']),
  });
  expansion.references.set(`${logicalId}.Version`, versionId).set(`${logicalId}.Alias`, aliasId);
  return { kind: 'function', arn: { Ref: aliasId }, name: { Ref: aliasId } };
}

export function localOrS3Body(uri: Json): Json {
  const place = localOrS3(uri);
  if (!isJsonObject(place)) return place;
  const { S3Bucket: Bucket, S3Key: Key, S3ObjectVersion: Version } = place;
  return present({ Bucket, Key, Version });
}

function codeOf(properties: JsonObject): Json {
  const { InlineCode: inline, CodeUri: uri, ImageUri: image } = properties;
  if (inline !== undefined) return { ZipFile: inline };
  if (image !== undefined) return { ImageUri: image };
  return localOrS3(uri ?? '.');
}

/**
 * Converts a location. A local path stays a string, and `s3://bucket/key` and `{Bucket, Key}` are converted to
 * CloudFormation's form.
 */
export function localOrS3(uri: Json): Json {
  if (isJsonObject(uri)) {
    const { Bucket: bucket, Key: key, Version: version } = uri;
    return {
      S3Bucket: bucket ?? '',
      S3Key: key ?? '',
      ...(version === undefined ? {} : { S3ObjectVersion: version }),
    };
  }
  const [, bucket, key, query] =
    typeof uri === 'string' ? (/^s3:\/\/([^/?]+)\/([^?]+)(?:\?(.*))?$/s.exec(uri) ?? []) : [];
  if (bucket === undefined || key === undefined) return uri;
  const version = new URLSearchParams(query).get('versionId') ?? undefined;
  return { S3Bucket: bucket, S3Key: key, ...present({ S3ObjectVersion: version }) };
}

function isOfApi(event: Json): boolean {
  const type = membersOf(event)['Type'];
  return type === 'Api' || type === 'HttpApi';
}

function expandEvent(
  expansion: SamExpansion,
  functionId: string,
  eventName: string,
  event: Json,
  target: FunctionTarget,
): void {
  const { Type: type, Properties: given } = membersOf(event);
  if (type === 'Api' || type === 'HttpApi') {
    expansion.addEvent(type === 'Api' ? 'rest' : 'http', functionId, eventName, event, target);
    return;
  }
  const properties = membersOf(given);
  expandSource(expansion, typeof type === 'string' ? type : 'unknown', {
    ownerId: functionId,
    eventName,
    id: `${functionId}${eventName}`,
    properties,
    arn: target.arn,
    name: target.name,
  });
}

const URL_MEMBERS = ['AuthType', 'Cors', 'InvokeMode'];

/**
 * Expands `FunctionUrlConfig` to the URL of a function or its alias, and to the permissions that a public URL needs.
 */
function expandFunctionUrl(
  expansion: SamExpansion,
  logicalId: string,
  config: Json | undefined,
  { name }: FunctionTarget,
): void {
  if (config === undefined) return;
  if (!isJsonObject(config))
    expansion.fail(logicalId, `FunctionUrlConfig must be a mapping, not ${JSON.stringify(config)}`);
  const unknown = Object.keys(config).find((member) => !URL_MEMBERS.includes(member));
  if (unknown !== undefined) expansion.fail(logicalId, `unknown property ${unknown} in FunctionUrlConfig`);
  expansion.make(logicalId, `${logicalId}Url`, 'AWS::Lambda::Url', {
    TargetFunctionArn: name,
    ...pick(config, URL_MEMBERS),
  });
  if (config['AuthType'] !== 'NONE') return;
  const permission = { FunctionName: name, Principal: '*' };
  expansion.make(logicalId, `${logicalId}UrlPublicPermissions`, 'AWS::Lambda::Permission', {
    ...permission,
    Action: 'lambda:InvokeFunctionUrl',
    FunctionUrlAuthType: 'NONE',
  });
  expansion.make(logicalId, `${logicalId}URLInvokeAllowPublicAccess`, 'AWS::Lambda::Permission', {
    ...permission,
    Action: 'lambda:InvokeFunction',
    InvokedViaFunctionUrl: true,
  });
}
