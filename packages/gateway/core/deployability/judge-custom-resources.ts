/** Refuses custom resources that do not name the function or topic that creates them. */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { writtenOf } from './relation.ts';
import type { BrokenRelation } from './relation.ts';

/** For AWS::CloudFormation::CustomResource, CloudFormation's schema itself requires ServiceToken. */
const CUSTOM = /^Custom::/;

/**
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
 * ("ServiceToken … Required: Yes")
 */
export function judgeServiceToken(
  resource: ResolvedResource,
  _all: readonly ResolvedResource[],
  stack: ResolvedStack,
): BrokenRelation | undefined {
  if (!CUSTOM.test(resource.type)) return undefined;
  const { Properties: properties = {} } = writtenOf(resource, stack);
  // The check does not know the properties that an intrinsic function returns.
  const names = isJsonObject(properties) ? Object.keys(properties) : ['Fn::'];
  if (names.some((name) => name === 'ServiceToken' || name.startsWith('Fn::'))) return undefined;
  return {
    resource,
    property: 'ServiceToken',
    message: 'ServiceToken is required: it names the function or the topic that creates the resource',
    remedy: 'add ServiceToken with the ARN of a function (Fn::GetAtt NAME.Arn) or of a topic',
  };
}
