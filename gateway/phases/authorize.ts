/**
 * Decides whether the caller may. The cached policy is evaluated anew for this very ARN, so a narrow
 * policy refuses the second route, as at AWS.
 * reads: caller, grant · adds: nothing · may answer: no · fails with: ACCESS_DENIED
 * @see aws-behaviour §4.2, §4.4
 */
import { gatewayError } from '../errors.ts';
import { methodArn } from '../events/authorizer-event.ts';
import { requestConditions } from '../events/request-conditions.ts';
import type { Authenticated, Caller, Matched } from '../exchange.ts';

export function authorize(matched: Matched, caller: Caller): Authenticated {
  if (caller.kind === 'lambda') {
    const { verdict } = caller.grant;
    if (verdict.kind === 'simple') {
      if (!verdict.isAuthorized) throw denied('the authorizer answered isAuthorized: false');
    } else {
      const decision = verdict.policy.decide({
        action: 'execute-api:Invoke',
        resource: methodArn(matched),
        conditions: requestConditions(matched),
      });
      if (decision === 'explicit-deny')
        throw denied(
          "the authorizer's policy denies it",
          'User is not authorized to access this resource with an explicit deny',
        );
      if (decision === 'implicit-deny') throw denied("the authorizer's policy does not allow it");
    }
  }
  return matched.authenticated(caller);
}

function denied(reason: string, message?: string): Error {
  return gatewayError('ACCESS_DENIED', {
    source: 'client',
    reason,
    ...(message === undefined ? {} : { message }),
  });
}
