/** Checks methods whose integration runs with the permissions of the caller. */
import { isJsonObject, mapOf, textOf } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { writtenOf } from './relation.ts';
import type { BrokenRelation } from './relation.ts';

/** @see https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html, credentials */
const OF_CALLER = /^arn:[\w-]+:iam::\*:user\/\*$/;

/**
 * Refuses the caller's credentials for a method that does not require a signature (API Gateway developer guide,
 * "Control access to an API with IAM permissions"), and in an API with a resource policy (serverless/serverless#7194).
 */
export function judgeCallerCredentials(
  method: ResolvedResource,
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const { properties, unresolved = [] } = method;
  if (!OF_CALLER.test(textOf(mapOf(properties, 'Integration'), 'Credentials'))) return undefined;
  const at = { resource: method, property: 'Integration.Credentials' };
  const type = textOf(properties, 'AuthorizationType');
  const isOfTemplate = Object.keys(writtenOf(method, stack)).length > 0;
  if (isOfTemplate && type !== 'AWS_IAM' && !unresolved.includes('AuthorizationType'))
    return {
      ...at,
      message: `Credentials of the caller (arn:aws:iam::*:user/*) need AuthorizationType AWS_IAM, not ${type === '' ? 'NONE' : type}`,
      remedy:
        'set AuthorizationType: AWS_IAM, or set Credentials to the ARN of a role that apigateway.amazonaws.com may assume',
    };
  const api = all.find(
    ({ type: of, physicalId }) => of === 'AWS::ApiGateway::RestApi' && physicalId === properties['RestApiId'],
  );
  const { Policy: policy } = api?.properties ?? {};
  return isJsonObject(policy) && Object.keys(policy).length > 0
    ? {
        ...at,
        message: 'Caller provided credentials not allowed when resource policy is set',
        remedy:
          'leave the credentials out (InvokeRole: NONE in SAM), or set them to the ARN of a role that apigateway.amazonaws.com may assume',
      }
    : undefined;
}
