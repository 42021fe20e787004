/** `AWS::Serverless::Function` → function, role, permissions and the routes of its events. */
import type { Json, JsonObject } from './model.ts';
import { pick } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';
import { isJsonObject } from './template-source.ts';

const TYPE = 'AWS::Serverless::Function';

/** Properties that CloudFormation has under the same name. */
const PASSED_ON =
  'FunctionName Handler Runtime MemorySize Timeout Role Description Environment Layers Tags Architectures KmsKeyArn VpcConfig EphemeralStorage ReservedConcurrentExecutions PackageType ImageConfig FileSystemConfigs RuntimeManagementConfig LoggingConfig SnapStart RecursiveLoop'.split(
    ' ',
  );

/** What shapes only roles, tracing or the build. */
const WITHOUT_EFFECT =
  'CodeUri InlineCode ImageUri Events Policies PermissionsBoundary RolePath Tracing AssumeRolePolicyDocument AutoPublishCodeSha256 AutoPublishAliasAllProperties CodeSigningConfigArn VersionDescription DeadLetterQueue'.split(
    ' ',
  );

export function expandFunction(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('Function', resource);
  expansion.reportUnknown(logicalId, TYPE, properties, [...PASSED_ON, ...WITHOUT_EFFECT]);
  const role = properties['Role'] ?? { 'Fn::GetAtt': [`${logicalId}Role`, 'Arn'] };
  if (properties['Role'] === undefined) {
    expansion.make(logicalId, `${logicalId}Role`, 'AWS::IAM::Role', {});
  }
  expansion.make(logicalId, logicalId, 'AWS::Lambda::Function', {
    ...pick(properties, PASSED_ON),
    Role: role,
    Code: codeOf(properties),
  });
  const events = isJsonObject(properties['Events']) ? properties['Events'] : {};
  for (const [name, event] of Object.entries(events)) expandEvent(expansion, logicalId, name, event);
}

function codeOf(properties: JsonObject): Json {
  const { InlineCode: inline, CodeUri: uri, ImageUri: image } = properties;
  if (inline !== undefined) return { ZipFile: inline };
  if (image !== undefined) return { ImageUri: image };
  return localOrS3(uri ?? '.');
}

/** A local path stays text; `s3://bucket/key` and `{Bucket, Key}` become what CloudFormation writes. */
export function localOrS3(uri: Json): Json {
  if (isJsonObject(uri)) {
    const { Bucket: bucket, Key: key, Version: version } = uri;
    return {
      S3Bucket: bucket ?? '',
      S3Key: key ?? '',
      ...(version === undefined ? {} : { S3ObjectVersion: version }),
    };
  }
  const [, bucket, key] = typeof uri === 'string' ? (/^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []) : [];
  return bucket === undefined || key === undefined ? uri : { S3Bucket: bucket, S3Key: key };
}

function expandEvent(expansion: SamExpansion, functionId: string, eventName: string, event: Json): void {
  const type = isJsonObject(event) ? event['Type'] : undefined;
  const declared = isJsonObject(event) ? event['Properties'] : undefined;
  const properties = isJsonObject(declared) ? declared : {};
  if (type !== 'Api' && type !== 'HttpApi') {
    const name = typeof type === 'string' ? type : 'unknown';
    expansion.report(functionId, TYPE, `Events.${eventName}`, `a ${name} event starts no function here`);
    return;
  }
  const { Path: path, Method: method } = properties;
  const isCatchAll = type === 'HttpApi' && path === undefined && method === undefined;
  if (!isCatchAll && (typeof path !== 'string' || typeof method !== 'string')) {
    return expansion.fail(functionId, `event ${eventName}: Path and Method must both be written as text`);
  }
  expansion.addRoute(type === 'Api' ? 'rest' : 'http', properties[type === 'Api' ? 'RestApiId' : 'ApiId'], {
    ...{ functionId, eventName, properties },
    path: typeof path === 'string' ? path : '$default',
    method:
      typeof method === 'string'
        ? method.toUpperCase().replace(/^X-AMAZON-APIGATEWAY-ANY-METHOD$/, 'ANY')
        : 'ANY',
  });
}
