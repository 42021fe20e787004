/** Refuses references to secure strings of the Parameter Store in properties that do not support them. */
import { isJsonObject, mapOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { writtenOf } from './relation.ts';
import type { BrokenRelation } from './relation.ts';

/**
 * The types with a property that supports a secure string.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html
 */
const TAKE_SECURE_STRINGS =
  /^AWS::(?:DirectoryService|ElastiCache|KinesisFirehose|OpsWorks|RDS|Redshift)::|^AWS::IAM::User$|^(?!AWS::)/;

/** Judges resources of all types (aws/serverless-application-model#1528, lumigo-io/lumigo-cdk-constructs#62). */
export function judgeSecureStrings(
  resource: ResolvedResource,
  _all: readonly ResolvedResource[],
  stack: ResolvedStack,
): readonly BrokenRelation[] {
  const { type } = resource;
  if (TAKE_SECURE_STRINGS.test(type)) return [];
  return placesIn(mapOf(writtenOf(resource, stack), 'Properties'), []).map((at) => ({
    resource,
    property: at.join('.'),
    message: `SSM Secure reference is not supported in: [${type}/Properties/${at.join('/')}]`,
    remedy:
      'keep the value in Secrets Manager and write {{resolve:secretsmanager:NAME}}, or let the code read the parameter when it runs',
  }));
}

/** Returns the paths of the properties that contain a reference; a path ends before a function. */
function placesIn(value: Json, at: readonly string[]): readonly (readonly string[])[] {
  if (typeof value === 'string') return value.includes('{{resolve:ssm-secure:') ? [at] : [];
  if (typeof value !== 'object' || value === null) return [];
  const found = Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]));
  const isCall = isJsonObject(value) && Object.keys(value).some((key) => key.startsWith('Fn::'));
  return isCall && found.length > 0 ? [at] : found;
}
