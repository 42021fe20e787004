/** Decision → the IAM policy that API Gateway keeps and evaluates again for every request under the same token. */
import type { AuthorizerKind } from '../aws/authorizer-event.ts';
import type { PolicyDocument } from '../aws/authorizer-result.ts';
import { POLICY_RESOURCE_LIMIT_CHARACTERS } from '../aws/limits.ts';
import { printMethodArn } from '../aws/method-arn.ts';
import type { MethodArn } from '../aws/method-arn.ts';
import { DomainError } from '../errors.ts';
import type { Decision } from './decide.ts';

/**
 * One statement over the whole API and stage of the event, any verb and any path; on a WebSocket
 * `…:apiId/stage/$connect`. Naming only the method that was asked for would answer the next route from
 * the cache with 403; a wildcard API or stage would let the `dev` answer open `prod`.
 * A denied principal gets an explicit Deny, because AWS takes an empty statement list for malformed.
 * @throws DomainError RESULT_TOO_LARGE when the ARN is over AWS's limit for a statement.
 */
export function compilePolicy(decision: Decision, arn: MethodArn, kind: AuthorizerKind): PolicyDocument {
  const resource = printMethodArn(arn, kind === 'websocket' ? '$connect' : '*/*');
  if (resource.length > POLICY_RESOURCE_LIMIT_CHARACTERS)
    throw new DomainError('RESULT_TOO_LARGE', "the API's ARN is too long for a policy");
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: decision === 'allow' ? 'Allow' : 'Deny', Action: 'execute-api:Invoke', Resource: [resource] },
    ],
  };
}
