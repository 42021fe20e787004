/**
 * Refuses resources that invoke functions if the service is not permitted to invoke them, which the service tests when
 * the resource is created. Also refuses an event source that is a table, or the StreamArn of a table that has no
 * stream.
 */
import { isTable } from '../stack/table-types.ts';
import { parseArn } from '@gatewright/aws/arn';
import { parseFunctionName } from '@gatewright/aws/function-name';
import { asOneOrMore, asText, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { awaitedBy } from '../stack/creation-order.ts';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { namesIn } from './names-in.ts';
import { writtenOf } from './relation.ts';
import type { BrokenRelation } from './relation.ts';

const permissionFor = (principal: string, waiting: string): string =>
  `add an AWS::Lambda::Permission with Action lambda:InvokeFunction and Principal ${principal}, and list it in DependsOn of ${waiting}`;

/**
 * Refuses notifications to a function that the bucket may not invoke (S3 user guide, "Granting permissions to publish
 * event notification messages to a destination").
 */
export function judgeBucketFunctions(
  bucket: ResolvedResource,
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const listed = asOneOrMore(
    mapOf(bucket.properties, 'NotificationConfiguration')['LambdaConfigurations'] ?? [],
  );
  const closed = listed.findIndex((one) => isClosed(textOf(membersOf(one), 'Function'), 's3.', all));
  return closed === -1
    ? judgeLatePermission(
        bucket,
        listed.map((one) => textOf(membersOf(one), 'Function')),
        all,
        stack,
      )
    : {
        resource: bucket,
        property: `NotificationConfiguration.LambdaConfigurations.${closed}.Function`,
        message: 'Unable to validate the following destination configurations',
        remedy: permissionFor('s3.amazonaws.com', 'the bucket'),
      };
}

/**
 * Refuses a notification to a function whose only permission refers to the bucket: CloudFormation creates the bucket
 * first, and S3 then finds no permission.
 * @see https://repost.aws/knowledge-center/unable-validate-circular-dependency-cloudformation
 */
function judgeLatePermission(
  bucket: ResolvedResource,
  arns: readonly string[],
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
): BrokenRelation | undefined {
  // Terraform creates the notification after the bucket, and may wait for the permission.
  if (stack.source?.writtenAs !== undefined) return undefined;
  for (const arn of arns) {
    const permissions = permissionsFor(arn, 's3.', all);
    const late = permissions.filter((one) => waitsFor(bucket.logicalId, writtenOf(one, stack)));
    const [first] = late;
    if (first === undefined || late.length < permissions.length) continue;
    return {
      resource: first,
      property: 'SourceArn',
      message: `Unable to validate the following destination configurations (the permission refers to the bucket ${bucket.logicalId}, so CloudFormation creates the bucket first, and the permission does not exist when S3 checks the notification)`,
      remedy: remedyOfLate(bucket.logicalId, first, stack),
    };
  }
  return undefined;
}

/**
 * If the function refers to the bucket as well, the bucket can wait for the permission only once the function no longer
 * refers to the bucket.
 */
function remedyOfLate(bucketId: string, permission: ResolvedResource, stack: ResolvedStack): string {
  const { logicalId } = permission;
  const written = (name: string): JsonObject => mapOf(mapOf(stack.source?.template ?? {}, 'Resources'), name);
  const named = namesIn(membersOf(written(logicalId)['Properties'])['FunctionName']);
  const users = [...new Set([...named].flatMap((name) => [name, ...awaitedBy(name, stack)]))].filter((name) =>
    namesIn(written(name)).has(bucketId),
  );
  const byName = `give the bucket a BucketName, write SourceArn with this name instead of a reference to the bucket (!Sub 'arn:\${AWS::Partition}:s3:::NAME')`;
  const wait = `and list ${logicalId} in DependsOn of the bucket`;
  return users.length > 0
    ? `${byName}, write this name in ${users.join(' and in ')} too, ${wait}`
    : `${byName}, ${wait}; or remove SourceArn, set SourceAccount to !Ref AWS::AccountId, ${wait}`;
}

/**
 * Whether the permission waits for the bucket, because DependsOn or SourceArn names it. A SourceArn that depends on a
 * condition does not count.
 */
function waitsFor(bucketId: string, { DependsOn, Properties }: JsonObject): boolean {
  const { SourceArn } = membersOf(Properties);
  if (JSON.stringify(SourceArn ?? '').includes('Fn::If')) return false;
  return asOneOrMore(DependsOn ?? []).includes(bucketId) || namesIn(SourceArn).has(bucketId);
}

/** Refuses a subscription filter whose function CloudWatch Logs may not invoke (newrelic/aws-log-ingestion#1). */
export function judgeLogFunction(
  filter: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  return isClosed(textOf(filter.properties, 'DestinationArn'), 'logs.', all)
    ? {
        resource: filter,
        property: 'DestinationArn',
        message:
          'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
        remedy: permissionFor('logs.amazonaws.com', 'the filter'),
      }
    : undefined;
}

/**
 * Refuses a rotation whose function Secrets Manager may not invoke (Secrets Manager user guide, "Lambda rotation
 * function execution role"; hashicorp/terraform-provider-aws retries after this error).
 */
export function judgeRotation(
  schedule: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  return isClosed(textOf(schedule.properties, 'RotationLambdaARN'), 'secretsmanager.', all)
    ? {
        resource: schedule,
        property: 'RotationLambdaARN',
        message:
          'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
        remedy: permissionFor('secretsmanager.amazonaws.com', 'the schedule'),
      }
    : undefined;
}

/**
 * Returns whether the ARN names a function of the stack, and no permission of the stack lets the service invoke it.
 * Returns false for a function of another stack, because that stack may contain the permission.
 */
function isClosed(arn: string, service: string, all: readonly ResolvedResource[]): boolean {
  if (parseArn(arn)?.service !== 'lambda') return false;
  const { functionName } = parseFunctionName(arn);
  const isOfStack = all.some(
    ({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === functionName,
  );
  return isOfStack && permissionsFor(arn, service, all).length === 0;
}

/** Returns the permissions of the stack that let a service invoke a function. */
function permissionsFor(
  arn: string,
  service: string,
  all: readonly ResolvedResource[],
): readonly ResolvedResource[] {
  const { functionName } = parseFunctionName(arn);
  return all.filter(
    ({ type, properties }) =>
      type === 'AWS::Lambda::Permission' &&
      parseFunctionName(textOf(properties, 'FunctionName')).functionName === functionName &&
      (properties['Principal'] === '*' ||
        typeof properties['Principal'] !== 'string' ||
        properties['Principal'].startsWith(service)),
  );
}

/**
 * Refuses the StreamArn of a table that has no stream, and the ARN of a table in place of its StreamArn (Lambda API
 * reference, CreateEventSourceMapping, EventSourceArn: "The ARN of the data stream").
 */
export function judgeTableStream(
  mapping: ResolvedResource,
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const arn = textOf(mapping.properties, 'EventSourceArn');
  const { service, resource = '' } = parseArn(arn) ?? {};
  if (service === 'dynamodb' && /^table\/[^/]+$/.test(resource))
    return {
      resource: mapping,
      property: 'EventSourceArn',
      message: `${arn} is the ARN of a table; an event source must be the stream of the table`,
      remedy:
        'use the attribute StreamArn of the table (Fn::GetAtt), and set StreamSpecification of the table',
    };
  const written = membersOf(mapOf(writtenOf(mapping, stack), 'Properties')['EventSourceArn']);
  const [name, attribute] = asOneOrMore(written['Fn::GetAtt'] ?? []);
  const table = all.find((one) => one.logicalId === name && isTable(one));
  const { properties, unresolved = [] } = table ?? {};
  return attribute === 'StreamArn' &&
    properties !== undefined &&
    properties['StreamSpecification'] === undefined &&
    !unresolved.includes('StreamSpecification')
    ? {
        resource: mapping,
        property: 'EventSourceArn',
        message: `Attribute 'StreamArn' does not exist: ${asText(name) ?? ''} has no StreamSpecification`,
        remedy: `add StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES } to ${asText(name) ?? 'the table'}`,
      }
    : undefined;
}
