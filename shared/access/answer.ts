/**
 * Completes an authorizer's invocation. Returns the authorizer's result, or throws the error to which API Gateway
 * responds with 401.
 */
import type { AuthorizeRequest, Authorizer, AuthorizerResult } from './authorize.ts';
import { CONTEXT_CUT } from './context-members.ts';
import { sizeOf } from '../aws/authorizer-result.ts';
import { DomainError, UnauthorizedAnswer } from '../errors.ts';
import { METRICS } from '../failures.ts';
import type { Observer } from '../ports.ts';
import { reasonOf } from '../reasons.ts';

/**
 * Runs the authorizer and counts the outcome. The metric `Unauthorized` counts exactly the errors that are thrown to
 * get a 401 response, so that an alarm can subtract them from Lambda's errors. If an unknown caller gets a denying
 * result instead, the outcome is counted as `Deny`.
 * @throws UnauthorizedAnswer if the caller is unknown and the API can respond with 401; DomainError for failures that
 * are not the caller's fault (500)
 */
export async function answer(
  authorizer: Authorizer,
  request: AuthorizeRequest,
  { count, measure }: Pick<Observer, 'count' | 'measure'>,
): Promise<AuthorizerResult> {
  const authorized = await authorizer(request).catch((error: unknown) => {
    const metric = error instanceof DomainError ? METRICS[error.code] : undefined;
    if (metric !== undefined) count(metric);
    throw error;
  });
  if (authorized.kind === 'known') {
    const { decision, result, rejectedBindings, refusal } = authorized;
    if (rejectedBindings.length > 0) count('BindRejected');
    if (result.context[CONTEXT_CUT] !== undefined) count('ContextCut');
    if (refusal !== undefined) count('Deny', reasonOf(refusal));
    else if (decision.kind === 'allow') count('Allow');
    else count('Deny', reasonOf(decision.reason));
    measure('PolicyBytes', sizeOf(result));
    return result;
  }
  count(authorized.result === undefined ? 'Unauthorized' : 'Deny', reasonOf(authorized.reason));
  if (authorized.result === undefined) throw new UnauthorizedAnswer();
  return authorized.result;
}
